"""What makes the worklist fast with many findings, and favorite codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
_LISTED = (
    "job_id", "state", "snoozed_until", "assignee", "at_risk_cents", "rank", "number", "id", "payer", "provider", "code", "disposition", "from_date",
    "last_day", "claim_id", "changed", "words",
)  # fmt: skip


def upgrade() -> None:
    """Add what a search looks in, the values to filter by, and favorites."""
    op.add_column("findings", sa.Column("words", sa.Text, nullable=False, server_default=""))
    op.execute("UPDATE findings SET words = lower(coalesce(claim_id, '') || ' ' || code || ' ' || name || ' ' || message)")  # fmt: skip
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("ix_findings_listed", "findings", list(_LISTED))
    else:
        op.create_index("ix_findings_assignee", "findings", ["assignee", "job_id"], postgresql_where=sa.text("assignee IS NOT NULL"))  # fmt: skip
    op.create_table(
        "finding_values",
        sa.Column("job_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(12), nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
    )
    op.create_index("ix_finding_values_job_id", "finding_values", ["job_id"])
    for name in ("payer", "provider", "code"):
        counted = f"SELECT job_id, '{name}', {name}, count(*) FROM findings WHERE {name} IS NOT NULL GROUP BY job_id, {name}"  # noqa: S608 - our own names
        op.execute(f"INSERT INTO finding_values {counted}")
    op.create_table(
        "favorites",
        sa.Column("owner", sa.String(100), primary_key=True),
        sa.Column("system", sa.String(40), primary_key=True),
        sa.Column("code", sa.String(20), primary_key=True),
        sa.Column("made", sa.DateTime(timezone=True), nullable=False),
    )
