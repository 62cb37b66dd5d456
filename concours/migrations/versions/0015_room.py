"""the session of the jury: presences, order of discussion, motions and votes, changed scores."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "jury_room",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("rehearsal", sa.Boolean(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("entitled", sa.Integer(), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("agenda", sa.JSON(), nullable=False),
        sa.Column("discussed", sa.JSON(), nullable=False),
        sa.Column("current", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["session_id"], ["jury_session.id"], name=op.f("fk_jury_room_session_id_jury_session")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jury_room")),
        sa.UniqueConstraint("session_id", name=op.f("uq_jury_room_session_id")),
    )
    op.create_table(
        "jury_presence",
        sa.Column("present", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_in_room("jury_presence", "member_id", "marked_by"),
    )
    op.create_table(
        "jury_motion",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("numbers", sa.JSON(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("put_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voters", sa.Integer(), nullable=True),
        sa.Column("in_favour", sa.Integer(), nullable=True),
        sa.Column("against", sa.Integer(), nullable=True),
        sa.Column("abstained", sa.Integer(), nullable=True),
        sa.Column("casting_vote", sa.Boolean(), nullable=True),
        sa.Column("cast_at", sa.DateTime(timezone=True), nullable=True),
        *_in_room("jury_motion", "proposed_by"),
        sa.CheckConstraint("in_favour >= 0 AND against >= 0 AND abstained >= 0", name=op.f("ck_jury_motion_hands")),
        sa.CheckConstraint("in_favour + against + abstained = voters", name=op.f("ck_jury_motion_sum")),
    )
    op.create_table(
        "jury_score_change",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=40), nullable=False),
        sa.Column("former", sa.Integer(), nullable=False),
        sa.Column("points", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        *_in_room("jury_score_change", "member_id"),
    )


def downgrade() -> None:
    for table in ("jury_score_change", "jury_motion", "jury_presence", "jury_room"):
        op.drop_table(table)


def _in_room(table: str, *members: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("room_id", sa.String(length=26), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.String(length=26), nullable=False) for name in members),
        *(
            sa.ForeignKeyConstraint([name], ["jury_member.id"], name=op.f(f"fk_{table}_{name}_jury_member"))
            for name in members
        ),
        sa.ForeignKeyConstraint(["room_id"], ["jury_room.id"], name=op.f(f"fk_{table}_room_id_jury_room")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("room_id", "position", name=op.f(f"uq_{table}_room_id_position")),
    ]
