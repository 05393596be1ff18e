"""The service's database: keys, users, jobs and the audit trail, in SQLite or PostgreSQL."""

from cleanclaim.server.database.opening import Database, aware, opened

__all__ = ["Database", "aware", "opened"]
