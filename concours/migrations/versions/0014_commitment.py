"""what binds the jury to its sheets when scoring closes."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jury_commitment",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("sheets", sa.Text(), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["jury_session.id"], name=op.f("fk_jury_commitment_session_id_jury_session")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_jury_commitment")),
    )
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.add_column(sa.Column("commitment", sa.String(length=64), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.drop_column("commitment")
    op.drop_table("jury_commitment")
