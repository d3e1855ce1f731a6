"""Misspelt streets are found among the names in memory, so the pieces of three letters go."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The change."""
    op.drop_table("address_street_pieces")


def downgrade() -> None:
    """The way back; the next import fills it."""
    op.create_table(
        "address_street_pieces",
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("piece", sa.String(3), nullable=False),
        sa.Column("street", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("council", "piece", "street", name="pk_address_street_pieces"),
    )
