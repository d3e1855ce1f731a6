"""What is learnt from conversations: signals, themes, suggestions, candidates and the models that were made live."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """The change."""
    _signals_and_themes()
    _suggestions()
    _candidates()
    op.create_table(
        "learning_promotions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("staff_id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("candidate_id", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learning_promotions"),
    )


def _of_conversation(table: str, ondelete: str, *, nullable: bool) -> sa.Column[str]:
    key = sa.ForeignKey("conversations.id", name=f"fk_{table}_conversation_id", ondelete=ondelete)
    return sa.Column("conversation_id", sa.String(32), key, nullable=nullable)


def _signals_and_themes() -> None:
    op.create_table(
        "learning_signals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council", sa.String(64), nullable=False),
        _of_conversation("learning_signals", "CASCADE", nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("article", sa.String(80), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=True),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("vector", sa.LargeBinary(), nullable=True),
        sa.Column("theme_id", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learning_signals"),
        sa.UniqueConstraint("conversation_id", "seq", "kind", name="uq_learning_signals_conversation_id_seq_kind"),
    )
    op.create_index("ix_learning_signals_council_at", "learning_signals", ["council", "at"])
    op.create_index("ix_learning_signals_theme_id", "learning_signals", ["theme_id"])
    op.create_table(
        "learning_themes",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("example", sa.Text(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("first_at", MOMENT, nullable=False),
        sa.Column("last_at", MOMENT, nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.String(120), nullable=False),
        sa.Column("closed_reason", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learning_themes"),
    )
    op.create_index("ix_learning_themes_council", "learning_themes", ["council"])


def _suggestions() -> None:
    op.create_table(
        "learning_suggestions",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("intent", sa.String(64), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        _of_conversation("learning_suggestions", "SET NULL", nullable=True),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("theme_id", sa.String(16), nullable=False),
        sa.Column("suggested_by", sa.String(32), nullable=False),
        sa.Column("suggested_name", sa.String(120), nullable=False),
        sa.Column("suggested_at", MOMENT, nullable=False),
        sa.Column("decided_by", sa.String(32), nullable=False),
        sa.Column("decided_name", sa.String(120), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=True),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("draft", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_learning_suggestions"),
    )
    op.create_index("ix_learning_suggestions_state", "learning_suggestions", ["state"])
    op.create_index("ix_learning_suggestions_conversation_id", "learning_suggestions", ["conversation_id"])


def _candidates() -> None:
    op.create_table(
        "learning_candidates",
        sa.Column("id", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("running", sa.Integer(), nullable=True),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("stage_at", MOMENT, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.String(32), nullable=False),
        sa.Column("started_name", sa.String(120), nullable=False),
        sa.Column("model", sa.String(64), nullable=False),
        sa.Column("beside", sa.String(64), nullable=False),
        sa.Column("learnt", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("graded", sa.Integer(), nullable=False),
        sa.Column("recent", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_learning_candidates"),
        sa.UniqueConstraint("running", name="uq_learning_candidates_running"),
    )
    op.create_table(
        "learning_changes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "candidate_id",
            sa.String(16),
            sa.ForeignKey("learning_candidates.id", name="fk_learning_changes_candidate_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("council", sa.String(64), nullable=False),
        _of_conversation("learning_changes", "CASCADE", nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("meant", sa.JSON(), nullable=False),
        sa.Column("right_before", sa.Boolean(), nullable=True),
        sa.Column("right_after", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_learning_changes"),
    )
    op.create_index("ix_learning_changes_candidate_id", "learning_changes", ["candidate_id"])
    op.create_index("ix_learning_changes_conversation_id", "learning_changes", ["conversation_id"])


def downgrade() -> None:
    """The way back."""
    for table in ("promotions", "changes", "candidates", "suggestions", "themes", "signals"):
        op.drop_table(f"learning_{table}")
