"""the closing put off for everybody, signs of life of the worker, when a file was examined."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "heartbeat",
        sa.Column("duty", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("duty", name=op.f("pk_heartbeat")),
    )
    with op.batch_alter_table("edition") as batch_op:
        batch_op.add_column(sa.Column("extended_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("extension_reason", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("extended_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("creation") as batch_op:
        batch_op.add_column(sa.Column("examined_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(op.f("ix_creation_examined_at"), ["examined_at"])


def downgrade() -> None:
    with op.batch_alter_table("creation") as batch_op:
        batch_op.drop_index(op.f("ix_creation_examined_at"))
        batch_op.drop_column("examined_at")
    with op.batch_alter_table("edition") as batch_op:
        batch_op.drop_column("extended_at")
        batch_op.drop_column("extension_reason")
        batch_op.drop_column("extended_until")
    op.drop_table("heartbeat")
