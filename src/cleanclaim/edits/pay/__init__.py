"""PAY — payers' own rules."""
