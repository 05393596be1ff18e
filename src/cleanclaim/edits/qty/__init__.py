"""QTY — units of service."""
