"""Who may do what: principals, API keys, users, their sessions, and what each endpoint needs."""

from cleanclaim.server.access.principals import LOCAL, Principal

__all__ = ["LOCAL", "Principal"]
