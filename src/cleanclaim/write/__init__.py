"""Claims written: data sets, histories, templates."""
