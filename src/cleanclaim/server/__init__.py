"""The service: an HTTP API over the same functions that Python and the command line call (extra `serve`)."""
