"""acts on several entries, messages to several people, and what made each mail."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("outbox", "jury_outbox"):
        with op.batch_alter_table(table) as outbox:
            outbox.add_column(sa.Column("template", sa.String(80), nullable=False, server_default=""))
        with op.batch_alter_table(table) as outbox:
            outbox.alter_column("template", existing_type=sa.String(80), server_default=None)
    with op.batch_alter_table("outbox") as outbox:
        outbox.add_column(sa.Column("resends_id", sa.String(26)))
        outbox.create_unique_constraint(op.f("uq_outbox_resends_id"), ["resends_id"])
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("edition_id", sa.String(26), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("done_by", sa.String(26), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_bulk_act_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
    )
    op.create_index(op.f("ix_bulk_act_edition_id"), "bulk_act", ["edition_id"])
    op.create_table(
        "bulk_line",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("bulk_act_id", sa.String(26), nullable=False),
        sa.Column("entry_id", sa.String(26), nullable=False),
        sa.Column("deposit_id", sa.String(26)),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.Column("left", sa.Text(), nullable=False),
        sa.Column("kept", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["bulk_act_id"], ["bulk_act.id"], name=op.f("fk_bulk_line_bulk_act_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_bulk_line_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_line")),
    )
    op.create_index(op.f("ix_bulk_line_bulk_act_id"), "bulk_line", ["bulk_act_id"])
    op.create_index(op.f("ix_bulk_line_entry_id"), "bulk_line", ["entry_id"])
    op.create_table(
        "mail_template",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("edition_id", sa.String(26), nullable=False),
        sa.Column("key", sa.String(20), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_mail_template_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_template")),
        sa.UniqueConstraint("edition_id", "key", name=op.f("uq_mail_template_edition_id_key")),
    )
    op.create_table(
        "group_message",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("edition_id", sa.String(26), nullable=False),
        sa.Column("audience", sa.String(20), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("removed", sa.JSON(), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_by", sa.String(26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("sent_by", sa.String(26)),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_group_message_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_message")),
    )
    op.create_index(op.f("ix_group_message_edition_id"), "group_message", ["edition_id"])
    op.create_table(
        "group_mail",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("message_id", sa.String(26), nullable=False),
        sa.Column("mail_id", sa.String(26), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["group_message.id"], name=op.f("fk_group_mail_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_mail")),
        sa.UniqueConstraint("mail_id", name=op.f("uq_group_mail_mail_id")),
    )
    op.create_index(op.f("ix_group_mail_message_id"), "group_mail", ["message_id"])


def downgrade() -> None:
    for table in ("group_mail", "group_message", "mail_template", "bulk_line", "bulk_act"):
        op.drop_table(table)
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint(op.f("uq_outbox_resends_id"), type_="unique")
        outbox.drop_column("resends_id")
    for table in ("jury_outbox", "outbox"):
        with op.batch_alter_table(table) as outbox:
            outbox.drop_column("template")
