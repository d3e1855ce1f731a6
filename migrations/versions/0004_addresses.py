"""The gazetteer: addresses in versions, and the streets that misspelt names are found by."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The change."""
    op.create_table(
        "gazetteers",
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("addresses", sa.Integer(), nullable=False),
        sa.Column("invented", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("import_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("council", name="pk_gazetteers"),
    )
    op.create_table(
        "addresses",
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("uprn", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("since", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.Integer(), nullable=True),
        sa.Column("line", sa.String(400), nullable=False),
        sa.Column("unit", sa.String(120), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("suffix", sa.String(4), nullable=False),
        sa.Column("number_last", sa.Integer(), nullable=False),
        sa.Column("street", sa.String(120), nullable=False),
        sa.Column("town", sa.String(80), nullable=False),
        sa.Column("postcode", sa.String(8), nullable=False),
        sa.PrimaryKeyConstraint("council", "uprn", "since", name="pk_addresses"),
    )
    op.create_index("ix_addresses_council_postcode", "addresses", ["council", "postcode"])
    op.create_index("ix_addresses_council_street_number", "addresses", ["council", "street", "number"])
    op.create_index("ix_addresses_council_name", "addresses", ["council", "name"])
    ended = sa.text("until IS NOT NULL")
    op.create_index("ix_addresses_council_until", "addresses", ["council", "until"], sqlite_where=ended, postgresql_where=ended)
    op.create_table(
        "address_streets",
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("street", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("council", "street", name="pk_address_streets"),
    )
    op.create_table(
        "address_street_pieces",
        sa.Column("council", sa.String(64), nullable=False),
        sa.Column("piece", sa.String(3), nullable=False),
        sa.Column("street", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("council", "piece", "street", name="pk_address_street_pieces"),
    )


def downgrade() -> None:
    """The way back."""
    for table in ("address_street_pieces", "address_streets", "addresses", "gazetteers"):
        op.drop_table(table)
