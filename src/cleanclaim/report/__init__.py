"""What was found, told: text, JSON, JSON Lines, SARIF, CSV, Parquet and HTML, one file a format."""
