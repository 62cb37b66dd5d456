"""reminders of drafts, who wants none, and the way out that a message bears."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_reminder_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint(
            "entry_id", "account_id", "kind", "closes_at", name=op.f("uq_reminder_entry_id_account_id_kind_closes_at")
        ),
    )
    op.create_table(
        "reminder_refusal",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_refusal_account_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_reminder_refusal_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_refusal")),
        sa.UniqueConstraint("entry_id", "account_id", name=op.f("uq_reminder_refusal_entry_id_account_id")),
    )
    for table in ("outbox", "jury_outbox"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.add_column(sa.Column("unsubscribe_url", sa.String(length=300), nullable=True))


def downgrade() -> None:
    for table in ("jury_outbox", "outbox"):
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("unsubscribe_url")
    op.drop_table("reminder_refusal")
    op.drop_table("reminder")
