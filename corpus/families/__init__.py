"""What makes the cases, one module for each family of rules."""
