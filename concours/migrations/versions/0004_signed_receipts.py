"""signed receipts, the keys that signed them, and messages with an HTML part and attachments."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "receipt_key",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("pem", sa.String(length=200), nullable=False),
        sa.Column("first_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt_key")),
    )
    op.create_table(
        "receipt",
        sa.Column("deposit_id", sa.String(length=26), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name=op.f("fk_receipt_deposit_id")),
        sa.ForeignKeyConstraint(["key_id"], ["receipt_key.id"], name=op.f("fk_receipt_key_id")),
        sa.PrimaryKeyConstraint("deposit_id", name=op.f("pk_receipt")),
    )
    for outbox in ("outbox", "jury_outbox"):
        with op.batch_alter_table(outbox) as batch_op:
            batch_op.add_column(sa.Column("html", sa.Text(), nullable=True))
            batch_op.add_column(sa.Column("attachments", sa.JSON(), nullable=False, server_default="[]"))
        with op.batch_alter_table(outbox) as batch_op:
            batch_op.alter_column("attachments", server_default=None)


def downgrade() -> None:
    for outbox in ("outbox", "jury_outbox"):
        with op.batch_alter_table(outbox) as batch_op:
            batch_op.drop_column("attachments")
            batch_op.drop_column("html")
    op.drop_table("receipt")
    op.drop_table("receipt_key")
