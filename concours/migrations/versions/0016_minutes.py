"""the minutes as they were sealed, their signed copy, and when anonymity was lifted."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_UNSEALED = """
UPDATE jury_session SET unsealed_at = (SELECT edition.unsealed_at FROM edition WHERE edition.key = jury_session.edition_key)
"""


def upgrade() -> None:
    op.create_table(
        "jury_minutes",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("paper", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["jury_session.id"], name=op.f("fk_jury_minutes_session_id_jury_session")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_jury_minutes")),
    )
    op.create_table(
        "jury_signed_copy",
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sa.String(length=26), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["added_by"], ["jury_member.id"], name=op.f("fk_jury_signed_copy_added_by_jury_member")
        ),
        sa.ForeignKeyConstraint(
            ["session_id"], ["jury_session.id"], name=op.f("fk_jury_signed_copy_session_id_jury_session")
        ),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_jury_signed_copy")),
    )
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.add_column(sa.Column("unsealed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(_UNSEALED)


def downgrade() -> None:
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.drop_column("unsealed_at")
    op.drop_table("jury_signed_copy")
    op.drop_table("jury_minutes")
