"""What customers did after they answered, and how much value goes with it."""
