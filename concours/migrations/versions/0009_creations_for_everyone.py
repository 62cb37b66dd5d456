"""transcript, captions and text alternative of a creation."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COLUMNS = ("transcript", "captions", "text_alternative")


def upgrade() -> None:
    with op.batch_alter_table("entry") as batch_op:
        for name in _COLUMNS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
    with op.batch_alter_table("entry") as batch_op:
        for name in _COLUMNS:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("entry") as batch_op:
        for name in _COLUMNS:
            batch_op.drop_column(name)
