"""the rule of the ranking and its digest, the president's casting vote."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.add_column(sa.Column("method", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("rule_digest", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("rule_frozen_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("jury_tie_decision") as batch_op:
        batch_op.add_column(sa.Column("casting_vote", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.alter_column("method", server_default=None)
    with op.batch_alter_table("jury_tie_decision") as batch_op:
        batch_op.alter_column("casting_vote", server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("jury_tie_decision") as batch_op:
        batch_op.drop_column("casting_vote")
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.drop_column("rule_frozen_at")
        batch_op.drop_column("rule_digest")
        batch_op.drop_column("method")
