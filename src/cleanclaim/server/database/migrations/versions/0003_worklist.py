"""Batches, their findings, what people did about them, and saved views."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables of the worklist."""
    op.add_column("jobs", sa.Column("name", sa.Text))
    op.add_column("jobs", sa.Column("is_batch", sa.Boolean, nullable=False, server_default=sa.false()))  # fmt: skip
    op.add_column("jobs", sa.Column("replaces", sa.String(32)))
    op.create_table(
        "findings",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("job_id", sa.String(32), nullable=False),
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
    )
    op.create_index("ix_findings_job_id", "findings", ["job_id"])
    op.create_table(
        "finding_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("finding_id", sa.String(16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(100), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("changes", sa.Text, nullable=False),
        sa.Column("comment", sa.Text),
    )
    op.create_index("ix_finding_events_finding_id", "finding_events", ["finding_id"])
    op.create_table(
        "worklist_views",
        sa.Column("id", sa.String(16), primary_key=True),
        sa.Column("owner", sa.String(100), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.UniqueConstraint("owner", "name"),
    )
