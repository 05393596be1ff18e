"""Reports: text, JSON, JSON Lines, SARIF, CSV, Parquet and HTML, one file per format."""
