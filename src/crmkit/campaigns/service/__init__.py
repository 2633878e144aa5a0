"""What service costs and how well it solves cases."""
