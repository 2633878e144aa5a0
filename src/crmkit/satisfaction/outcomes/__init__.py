"""What satisfied customers do: links from answers to outcomes and money."""
