"""The tables of the database. A change here needs a migration in `migrations/versions`."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()

KEYS: Final = sa.Table(
    "api_keys",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("organization", sa.String(80), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
    sa.Column("scopes", sa.String(200), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("expires", sa.DateTime(timezone=True)),
    sa.Column("revoked", sa.DateTime(timezone=True)),
)
"""API keys; of the secret, only its hash is kept."""

USERS: Final = sa.Table(
    "users",
    METADATA,
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
"""People; `hash` is that of their password, `issuer` and `subject` are theirs at a provider of single sign-on. Rows aren't deleted, since others name them."""
for _name, _columns in (("ix_users_name", ("name",)), ("ix_users_subject", ("issuer", "subject"))):
    _active = USERS.c.removed.is_(None)
    sa.Index(_name, *(USERS.c[one] for one in _columns), unique=True, sqlite_where=_active, postgresql_where=_active)  # fmt: skip

SESSIONS: Final = sa.Table(
    "sessions",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("user_id", sa.String(16), sa.ForeignKey("users.id"), nullable=False, index=True),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Column("former_hash", sa.String(64), index=True),
    sa.Column("csrf", sa.String(64), nullable=False),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("rotated", sa.DateTime(timezone=True), nullable=False),
    sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
)
"""Who is signed in; of a session's token, only its hash is kept, and that of the token before for a moment."""

JOBS: Final = sa.Table(
    "jobs",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("organization", sa.String(80), nullable=False, index=True),
    sa.Column("owner", sa.String(16), nullable=False),
    sa.Column("state", sa.String(12), nullable=False, index=True),
    sa.Column("format", sa.String(12), nullable=False),
    sa.Column("options", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("idempotency_key", sa.String(200)),
    sa.Column("created", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished", sa.DateTime(timezone=True)),
    sa.Column("expires", sa.DateTime(timezone=True)),
    sa.Column("error", sa.Text),
    sa.Column("summary", sa.Text),
    sa.UniqueConstraint("owner", "idempotency_key"),
)
"""Jobs; their input and results are files, and this table holds nothing of a patient."""

AUDIT: Final = sa.Table(
    "audit",
    METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("organization", sa.String(80), nullable=False),
    sa.Column("at", sa.String(32), nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("action", sa.String(40), nullable=False),
    sa.Column("object", sa.String(100), nullable=False),
    sa.Column("previous", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False),
)
"""Who saw and changed what; each row holds the hash of the one before it."""
