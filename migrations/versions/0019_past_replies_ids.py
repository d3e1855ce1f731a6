"""Past replies whose ids are never given twice, and which are found by their council and id without reading all of a council's.

A gateway knows past replies by their ids. SQLite gave the id of the last one again once it was deleted, so what took the place
of an imported file's end was taken for what had been there.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The change."""
    _with_ids(never_twice=True)
    op.create_index("ix_past_replies_council_id", "past_replies", ["council", "id"])
    op.create_index("ix_suggestion_outcomes_council_id", "suggestion_outcomes", ["council", "id"])


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_suggestion_outcomes_council_id", "suggestion_outcomes")
    op.drop_index("ix_past_replies_council_id", "past_replies")
    _with_ids(never_twice=False)


def _with_ids(*, never_twice: bool) -> None:
    """Makes the table again on SQLite, where this is said when a table is made; PostgreSQL never gives an id twice."""
    if op.get_bind().dialect.name == "sqlite":
        again = op.batch_alter_table("past_replies", recreate="always", table_kwargs={"sqlite_autoincrement": never_twice})
        with again as table:
            table.alter_column("id", existing_type=sa.Integer(), nullable=False)
