"""Organizations, users and their sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables; what was there before is of the first organization."""
    for table, first in (("api_keys", "main"), ("jobs", "main"), ("audit", "")):
        op.add_column(table, sa.Column("organization", sa.String(80), nullable=False, server_default=first))  # fmt: skip
    op.create_index("ix_jobs_organization", "jobs", ["organization"])
    op.create_table(
        "users",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("organization", sa.String(80), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(12), nullable=False),
        sa.Column("hash", sa.String(200)),
        sa.Column("issuer", sa.String(500)),
        sa.Column("subject", sa.String(255)),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True)),
        sa.Column("removed", sa.DateTime(timezone=True)),
    )
    for name, columns in (("ix_users_name", ["name"]), ("ix_users_subject", ["issuer", "subject"])):
        active = sa.text("removed IS NULL")
        op.create_index(name, "users", columns, unique=True, sqlite_where=active, postgresql_where=active)  # fmt: skip
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("user_id", sa.String(16), sa.ForeignKey("users.id"), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
        sa.Column("former_hash", sa.String(64)),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rotated", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_former_hash", "sessions", ["former_hash"])
