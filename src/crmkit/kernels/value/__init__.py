"""What customers are worth: the identity of the six parts, referral, payback."""
