"""The web pages: they call the same functions as the API, and hold no rule of their own."""
