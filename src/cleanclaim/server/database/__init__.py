"""The service's database: keys, jobs and the audit trail, in SQLite or PostgreSQL."""

from cleanclaim.server.database.opening import Database, opened

__all__ = ["Database", "opened"]
