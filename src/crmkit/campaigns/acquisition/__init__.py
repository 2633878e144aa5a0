"""What it costs to win a customer, and when it pays back."""
