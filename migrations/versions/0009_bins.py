"""Bin days: rounds, homes on them, changes of days, disruptions, and kept answers of other systems."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The change."""
    op.create_table(
        "bin_calendars",
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("council", name="pk_bin_calendars"),
    )
    op.create_table(
        "bin_rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("round", sa.String(40), nullable=False),
        sa.Column("container", sa.String(40), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("season", sa.String(11), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bin_rounds"),
    )
    op.create_index("ix_bin_rounds_council_round", "bin_rounds", ["council", "round"])
    op.create_table(
        "bin_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("round", sa.String(40), nullable=False),
        sa.Column("container", sa.String(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("new_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bin_changes"),
    )
    op.create_index("ix_bin_changes_council_day", "bin_changes", ["council", "day"])
    op.create_table(
        "bin_homes",
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("edition", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("uprn", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("round", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("council", "edition", "uprn", "round", name="pk_bin_homes"),
    )
    op.create_table(
        "bin_disruptions",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("street", sa.String(120), nullable=False),
        sa.Column("round", sa.String(40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("begins", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_by", sa.String(120), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_bin_disruptions"),
    )
    op.create_index("ix_bin_disruptions_council_until", "bin_disruptions", ["council", "until"])
    op.create_table(
        "bin_answers",
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("uprn", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bins", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("council", "uprn", name="pk_bin_answers"),
    )


def downgrade() -> None:
    """The way back."""
    for table in ("bin_answers", "bin_disruptions", "bin_homes", "bin_changes", "bin_rounds", "bin_calendars"):
        op.drop_table(table)
