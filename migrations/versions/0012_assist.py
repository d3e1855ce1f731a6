"""Past replies that suggestions are made from, and what became of suggestions."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The change."""
    op.create_table(
        "past_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column(
            "conversation_id",
            sa.String(32),
            sa.ForeignKey("conversations.id", name="fk_past_replies_conversation_id_conversations", ondelete="CASCADE"),
            nullable=True,
        ),
        sa.Column("outside_id", sa.String(120), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", sa.Text(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=False),
        sa.Column("group_id", sa.String(32), nullable=False),
        sa.Column("intents", sa.JSON(), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("reply_vector", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_past_replies"),
    )
    op.create_index("ix_past_replies_council_group_id", "past_replies", ["council", "group_id"])
    op.create_index("ix_past_replies_council_outside_id", "past_replies", ["council", "outside_id"])
    op.create_index("ix_past_replies_conversation_id", "past_replies", ["conversation_id"])
    op.create_table(
        "learnt_chats",
        sa.Column(
            "handoff_id",
            sa.String(32),
            sa.ForeignKey("handoffs.id", name="fk_learnt_chats_handoff_id_handoffs", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("handoff_id", name="pk_learnt_chats"),
    )
    op.create_table(
        "suggestion_outcomes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column(
            "conversation_id",
            sa.String(32),
            sa.ForeignKey("conversations.id", name="fk_suggestion_outcomes_conversation_id_conversations", ondelete="SET NULL"),
            nullable=True,
        ),
        sa.Column("reply_seq", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("source_id", sa.String(120), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_suggestion_outcomes"),
        sa.UniqueConstraint(
            "conversation_id",
            "reply_seq",
            "source",
            "source_id",
            name="uq_suggestion_outcomes_reply",
        ),
    )
    op.create_index("ix_suggestion_outcomes_council_at", "suggestion_outcomes", ["council", "at"])
    op.create_index("ix_handoffs_ended_at", "handoffs", ["ended_at"])


def downgrade() -> None:
    """The way back."""
    op.drop_index("ix_handoffs_ended_at", "handoffs")
    op.drop_table("suggestion_outcomes")
    op.drop_table("learnt_chats")
    op.drop_table("past_replies")
