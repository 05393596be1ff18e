"""Writing claims: data sets, histories and templates."""
