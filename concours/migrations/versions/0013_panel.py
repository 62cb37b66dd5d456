"""the panel's invitations and charter, recusals, reports of broken anonymity, members matched with entries."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_TEXTS = ("bodies", "decline_reason", "added_reason", "call_reason", "removal_reason", "dual_role_reason")
_INSTANTS = ("accepted_at", "declined_at", "called_at", "removed_at", "dual_role_at")


def upgrade() -> None:
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.add_column(sa.Column("charter", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("charter_digest", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("recusal_scope", sa.String(length=10), nullable=False, server_default="per_work"))
    with op.batch_alter_table("jury_session") as batch_op:
        for name in ("charter", "charter_digest", "recusal_scope"):
            batch_op.alter_column(name, server_default=None)
        batch_op.create_check_constraint(
            op.f("ck_jury_session_recusal_scope"), "recusal_scope IN ('per_work', 'whole_jury')"
        )
    with op.batch_alter_table("jury_member") as batch_op:
        batch_op.add_column(sa.Column("charter_digest", sa.String(length=64), nullable=False, server_default=""))
        for name in _TEXTS:
            batch_op.add_column(sa.Column(name, sa.Text(), nullable=False, server_default=""))
        for name in _INSTANTS:
            batch_op.add_column(sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("jury_member") as batch_op:
        for name in ("charter_digest", *_TEXTS):
            batch_op.alter_column(name, server_default=None)
        batch_op.drop_constraint(op.f("ck_jury_member_role"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_jury_member_role"), "role IN ('juror', 'president', 'secretary', 'substitute')"
        )
    # Whoever had come in before there was anything to accept sits already.
    op.execute("UPDATE jury_member SET accepted_at = joined_at WHERE joined_at IS NOT NULL")
    op.create_table(
        "jury_recusal",
        *_between_member_and_work("jury_recusal"),
        sa.Column("cause", sa.String(length=10), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("cause IN ('self', 'own_body')", name=op.f("ck_jury_recusal_cause")),
        sa.UniqueConstraint("member_id", "work_id", "cause", name=op.f("uq_jury_recusal_member_id_work_id_cause")),
    )
    op.create_index(op.f("ix_jury_recusal_session_id"), "jury_recusal", ["session_id"])
    op.create_table(
        "jury_report",
        *_between_member_and_work("jury_report"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("decision IN ('resumed', 'withdrawn')", name=op.f("ck_jury_report_decision")),
        sa.CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name=op.f("ck_jury_report_decided")),
    )
    op.create_index(op.f("ix_jury_report_session_id"), "jury_report", ["session_id"])
    op.create_table(
        "body_match",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("member_id", sa.String(length=26), nullable=False),
        sa.Column("confirmed", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.String(length=26), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_body_match_entry_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_body_match_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_body_match")),
        sa.UniqueConstraint("entry_id", "member_id", name=op.f("uq_body_match_entry_id_member_id")),
    )


def downgrade() -> None:
    op.drop_table("body_match")
    op.drop_table("jury_report")
    op.drop_table("jury_recusal")
    with op.batch_alter_table("jury_member") as batch_op:
        batch_op.drop_constraint(op.f("ck_jury_member_role"), type_="check")
        batch_op.create_check_constraint(op.f("ck_jury_member_role"), "role IN ('juror', 'president', 'secretary')")
        for name in ("charter_digest", *_TEXTS, *_INSTANTS):
            batch_op.drop_column(name)
    with op.batch_alter_table("jury_session") as batch_op:
        batch_op.drop_constraint(op.f("ck_jury_session_recusal_scope"), type_="check")
        for name in ("charter", "charter_digest", "recusal_scope"):
            batch_op.drop_column(name)


def _between_member_and_work(table: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("session_id", sa.String(length=26), nullable=False),
        sa.Column("member_id", sa.String(length=26), nullable=False),
        sa.Column("work_id", sa.String(length=26), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["session_id", "work_id"], ["jury_work.session_id", "jury_work.id"], name="work"),
        sa.ForeignKeyConstraint(
            ["session_id", "member_id"], ["jury_member.session_id", "jury_member.id"], name="member"
        ),
    ]
