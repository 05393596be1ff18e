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
    sa.Column("name", sa.Text),
    sa.Column("is_batch", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("replaces", sa.String(32)),
    sa.UniqueConstraint("owner", "idempotency_key"),
)
"""Jobs; their input and results are files, and this table holds nothing of a patient.

A batch is a job whose findings people work on: its input is kept too, and it may replace an earlier one.
"""

FINDINGS: Final = sa.Table(
    "findings",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("job_id", sa.String(32), nullable=False, index=True),
    sa.Column("identity", sa.String(32), nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("claim_key", sa.BigInteger),
    sa.Column("claim_id", sa.Text),
    sa.Column("line_number", sa.Integer),
    sa.Column("diagnosis_number", sa.Integer),
    sa.Column("place", sa.Text, nullable=False),
    sa.Column("code", sa.String(40), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("disposition", sa.String(12), nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("suggestion", sa.Text),
    sa.Column("fix", sa.String(12)),
    sa.Column("column", sa.Text),
    sa.Column("source", sa.Text),
    sa.Column("at_risk_cents", sa.BigInteger),
    sa.Column("payer", sa.Text),
    sa.Column("provider", sa.Text),
    sa.Column("from_date", sa.Date),
    sa.Column("last_day", sa.Date),
    sa.Column("state", sa.String(12), nullable=False),
    sa.Column("resolution", sa.String(12)),
    sa.Column("assignee", sa.Text),
    sa.Column("snoozed_until", sa.Date),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("comments", sa.Integer, nullable=False),
    sa.Column("found", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed", sa.DateTime(timezone=True), nullable=False),
    sa.Column("words", sa.Text, nullable=False, server_default=""),
)
"""The findings of batches, with what people did about them; deleted with their batch. `words` is what a search looks in, in lower case."""
_LISTED: Final = (
    "job_id", "state", "snoozed_until", "assignee", "at_risk_cents", "rank", "number", "id", "payer", "provider", "code", "disposition", "from_date",
    "last_day", "claim_id", "changed", "words",
)  # fmt: skip
sa.Index("ix_findings_listed", *(FINDINGS.c[name] for name in _LISTED)).ddl_if(dialect="sqlite")
"""What the worklist filters and sorts by, without the long rows; PostgreSQL, whose indexes take no long texts, is fast enough without it."""
_has_assignee = FINDINGS.c.assignee.is_not(None)
sa.Index("ix_findings_assignee", FINDINGS.c.assignee, FINDINGS.c.job_id, postgresql_where=_has_assignee).ddl_if(dialect="postgresql")  # fmt: skip
"""Finds the names in use, which the other index finds in SQLite."""

VALUES: Final = sa.Table(
    "finding_values",
    METADATA,
    sa.Column("job_id", sa.String(32), nullable=False, index=True),
    sa.Column("name", sa.String(12), nullable=False),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("count", sa.Integer, nullable=False),
)
"""The payers, providers and edits of each batch's findings, to filter by."""

EVENTS: Final = sa.Table(
    "finding_events",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("finding_id", sa.String(16), nullable=False, index=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("who", sa.String(100), nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("changes", sa.Text, nullable=False),
    sa.Column("comment", sa.Text),
)
"""What was done about each finding: changes as JSON (field: before, after), or a comment."""

VIEWS: Final = sa.Table(
    "worklist_views",
    METADATA,
    sa.Column("id", sa.String(16), primary_key=True),
    sa.Column("owner", sa.String(100), nullable=False),
    sa.Column("name", sa.String(80), nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    sa.UniqueConstraint("owner", "name"),
)
"""Filters and orders of the worklist that a person gave a name."""

FAVORITES: Final = sa.Table(
    "favorites",
    METADATA,
    sa.Column("owner", sa.String(100), primary_key=True),
    sa.Column("system", sa.String(40), primary_key=True),
    sa.Column("code", sa.String(20), primary_key=True),
    sa.Column("made", sa.DateTime(timezone=True), nullable=False),
)
"""The codes that a person wants to find again."""

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
