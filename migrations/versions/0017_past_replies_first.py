"""Whether a past reply opens its conversation, and which encoder made its vectors."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The change. What was kept before counts as later in its conversation, and its vectors are made again at the next start."""
    op.add_column("past_replies", sa.Column("first", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("past_replies", sa.Column("encoder", sa.String(64), nullable=False, server_default=""))


def downgrade() -> None:
    """The way back."""
    op.drop_column("past_replies", "encoder")
    op.drop_column("past_replies", "first")
