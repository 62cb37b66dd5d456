"""seats and finished sheets of the panel, length of works, place and acts of sheets, reminders of jurors."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_PAGE_S = 20

_SEATS = """
UPDATE jury_member SET seat = (
    SELECT count(*) FROM jury_member AS other
    WHERE other.session_id = jury_member.session_id AND other.role <> 'secretary'
    AND (other.invited_at < jury_member.invited_at
         OR (other.invited_at = jury_member.invited_at AND other.id < jury_member.id))
) WHERE role <> 'secretary'
"""
_PLACES = """
UPDATE jury_sheet SET position = 1 + (
    SELECT count(*) FROM jury_sheet AS other
    WHERE other.member_id = jury_sheet.member_id
    AND (other.created_at < jury_sheet.created_at
         OR (other.created_at = jury_sheet.created_at AND other.id < jury_sheet.id))
)
"""
_LENGTHS = f"""
UPDATE jury_work SET seconds = {_PAGE_S} * (
    SELECT count(*) FROM jury_media WHERE jury_media.work_id = jury_work.id AND jury_media.role = 'page'
)
"""  # noqa: S608 -- a number of ours


def upgrade() -> None:
    with op.batch_alter_table("jury_member") as batch_op:
        batch_op.add_column(sa.Column("seat", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_column("order_seed")
    op.execute(_SEATS)
    with op.batch_alter_table("jury_work") as batch_op:
        batch_op.add_column(sa.Column("seconds", sa.Integer(), nullable=False, server_default="0"))
    op.execute(_LENGTHS)
    with op.batch_alter_table("jury_sheet") as batch_op:
        batch_op.add_column(sa.Column("position", sa.Integer(), nullable=False, server_default="1"))
        batch_op.add_column(sa.Column("acts", sa.JSON(), nullable=False, server_default="{}"))
    op.execute(_PLACES)
    with op.batch_alter_table("jury_work") as batch_op:
        batch_op.alter_column("seconds", server_default=None)
    with op.batch_alter_table("jury_sheet") as batch_op:
        batch_op.alter_column("position", server_default=None)
        batch_op.alter_column("acts", server_default=None)
        batch_op.create_index(op.f("ix_jury_sheet_member_id"), ["member_id"])
    op.create_table(
        "jury_reminder",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("member_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("about", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["jury_member.id"], name=op.f("fk_jury_reminder_member_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_reminder")),
        sa.UniqueConstraint("member_id", "kind", "about", name=op.f("uq_jury_reminder_member_id_kind_about")),
    )


def downgrade() -> None:
    op.drop_table("jury_reminder")
    with op.batch_alter_table("jury_sheet") as batch_op:
        batch_op.drop_index(op.f("ix_jury_sheet_member_id"))
        batch_op.drop_column("acts")
        batch_op.drop_column("position")
    with op.batch_alter_table("jury_work") as batch_op:
        batch_op.drop_column("seconds")
    with op.batch_alter_table("jury_member") as batch_op:
        batch_op.add_column(sa.Column("order_seed", sa.String(length=26), nullable=False, server_default=""))
        batch_op.drop_column("finished_at")
        batch_op.drop_column("seat")
    with op.batch_alter_table("jury_member") as batch_op:
        batch_op.alter_column("order_seed", server_default=None)
