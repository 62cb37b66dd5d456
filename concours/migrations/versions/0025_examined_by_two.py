"""who examines which entry, entries that two organisers look at, and what each of them says."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_examiner",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_entry_examiner_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_examiner_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_examiner")),
        sa.UniqueConstraint("entry_id", "account_id", name=op.f("uq_entry_examiner_entry_id_account_id")),
    )
    op.create_table(
        "second_look",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("asked_by", sa.String(length=26), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_second_look_asked_by")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_second_look_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_look")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_second_look_entry_id")),
    )
    op.create_table(
        "opinion",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("deposit_id", sa.String(length=26), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision IN ('admitted', 'refused')", name=op.f("ck_opinion_decision")),
        sa.CheckConstraint("decision = 'admitted' OR reason <> ''", name=op.f("ck_opinion_reason")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_opinion_account_id")),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name=op.f("fk_opinion_deposit_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_opinion_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opinion")),
        sa.UniqueConstraint("entry_id", "account_id", name=op.f("uq_opinion_entry_id_account_id")),
    )


def downgrade() -> None:
    op.drop_table("opinion")
    op.drop_table("second_look")
    op.drop_table("entry_examiner")
