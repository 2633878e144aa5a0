"""Models of purchases and spend: likelihoods, predictions and samples."""
