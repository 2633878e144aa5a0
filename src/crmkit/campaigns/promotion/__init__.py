"""What promotions do to prices, and who waits for them."""
