"""the rule of the ranking and its digest, the president's casting vote, what a sheet adds up to."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MEMBER = "ix_jury_sheet_session_id_member_id_scored"
_WORK = "ix_jury_sheet_session_id_work_id_total"


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
    with op.batch_alter_table("jury_sheet") as batch_op:
        batch_op.add_column(sa.Column("scored", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("total", sa.Integer(), nullable=True))
    _add_up()
    with op.batch_alter_table("jury_sheet") as batch_op:
        batch_op.alter_column("scored", server_default=None)
        batch_op.create_index(_MEMBER, ["session_id", "member_id", "scored"])
        batch_op.create_index(_WORK, ["session_id", "work_id", "total"])


def _add_up() -> None:
    """Give the sheets that are there what they add up to."""
    connection = op.get_bind()
    scored = sa.text("UPDATE jury_sheet SET scored = (SELECT count(*) FROM jury_score WHERE sheet_id = jury_sheet.id)")
    connection.execute(scored)
    sessions = sa.table("jury_session", sa.column("id", sa.String), sa.column("criteria", sa.JSON))
    for session_id, criteria in connection.execute(sa.select(sessions.c.id, sessions.c.criteria)).all():
        for criterion in criteria:
            # As many scores as criteria: each criterion has its own, and adds to the total in its turn.
            connection.execute(
                sa.text(
                    "UPDATE jury_sheet SET total = coalesce(total, 0) + :weight * (SELECT points FROM jury_score "
                    "WHERE sheet_id = jury_sheet.id AND criterion = :key) "
                    "WHERE session_id = :session AND scored = :whole"
                ),
                {"weight": criterion["weight"], "key": criterion["key"], "session": session_id, "whole": len(criteria)},
            )


def downgrade() -> None:
    with op.batch_alter_table("jury_sheet") as batch_op:
        batch_op.drop_index(_WORK)
        batch_op.drop_index(_MEMBER)
        batch_op.drop_column("total")
        batch_op.drop_column("scored")
    with op.batch_alter_table("jury_tie_decision") as batch_op:
        batch_op.drop_column("casting_vote")
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.drop_column("rule_frozen_at")
        batch_op.drop_column("rule_digest")
        batch_op.drop_column("method")
