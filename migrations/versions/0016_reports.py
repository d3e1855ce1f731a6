"""Summarised days for reports, the date that a case was first promised for, and visits to a case out of conversations."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

COUNTED = (
    "conversations",
    "answered",
    "said_yes",
    "said_partly",
    "said_no",
    "came_back",
    "passed_on",
    "queued",
    "abandoned",
    "reached",
    "promised",
    "unanswered",
    "troubled",
    "urgent",
)
WAITED = tuple(
    f"waited_{step}"
    for step in (15, 30, 45, 60, 90, 120, 180, 240, 300, 420, 600, 900, 1200, 1800, 2700, 3600, 5400, 7200, 14400, 86400)
)


def upgrade() -> None:
    """The change."""
    at = sa.Column("summarised_at", sa.DateTime(timezone=True), nullable=False)
    _by_day("report_days", [], _number("conversations"), at)
    _by_day("report_hours", [_number("hour"), _service()], *map(_number, (*COUNTED, *WAITED)))
    _by_day("report_questions", [_service(), sa.Column("intent", sa.String(64), nullable=False)], _number("number"))
    _by_day("report_promises", [_service()], _number("due"), _number("kept"))
    op.create_index("ix_conversations_council_created_at", "conversations", ["council", "created_at"])
    op.add_column("cases", sa.Column("first_due", sa.Date(), nullable=True))
    op.execute("UPDATE cases SET first_due = due")
    op.create_index("ix_cases_council_first_due", "cases", ["council", "first_due"])
    op.create_table(
        "case_visits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "case_id",
            sa.String(32),
            sa.ForeignKey("cases.id", name="fk_case_visits_case_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("conversation_id", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_case_visits"),
    )
    op.create_index("ix_case_visits_case_id", "case_visits", ["case_id"])


def _number(name: str) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=False)


def _service() -> sa.Column:
    return sa.Column("service", sa.String(32), nullable=False)


def _by_day(name: str, key: list[sa.Column], *values: sa.Column) -> None:
    names = ["council", "day", *(column.name for column in key)]
    op.create_table(
        name,
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        *key,
        *values,
        sa.PrimaryKeyConstraint(*names, name=f"pk_{name}"),
    )


def downgrade() -> None:
    """The way back."""
    op.drop_table("case_visits")
    op.drop_index("ix_cases_council_first_due", "cases")
    op.drop_column("cases", "first_due")
    op.drop_index("ix_conversations_council_created_at", "conversations")
    for name in ("report_promises", "report_questions", "report_hours", "report_days"):
        op.drop_table(name)
