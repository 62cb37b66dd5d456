"""captions, transcript and text alternative of a work, for the jury."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_COLUMNS = ("captions", "transcript", "text_alternative")


def upgrade() -> None:
    with op.batch_alter_table("jury_work") as batch_op:
        for name in _COLUMNS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("jury_work") as batch_op:
        for name in _COLUMNS:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("jury_work") as batch_op:
        for name in _COLUMNS:
            batch_op.drop_column(name)
