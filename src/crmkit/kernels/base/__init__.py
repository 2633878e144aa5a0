"""Mathematics that several rooms need: optimiser, special functions, intervals."""
