"""the people of a dossier: members, invitations, who changed it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "entry_member",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_member_entry_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_entry_member_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_member")),
        sa.UniqueConstraint("entry_id", "account_id", name=op.f("uq_entry_member_entry_id_account_id")),
    )
    op.create_index(op.f("ix_entry_member_account_id"), "entry_member", ["account_id"])
    op.create_table(
        "entry_invitation",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("invited_by", sa.String(length=26), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_entry_invitation_entry_id")),
        sa.ForeignKeyConstraint(["invited_by"], ["account.id"], name=op.f("fk_entry_invitation_invited_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry_invitation")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_entry_invitation_token_digest")),
    )
    op.create_index(op.f("ix_entry_invitation_entry_id"), "entry_invitation", ["entry_id"])
    op.create_index(op.f("ix_entry_invitation_invited_by_created_at"), "entry_invitation", ["invited_by", "created_at"])
    op.create_index(op.f("ix_entry_invitation_email_created_at"), "entry_invitation", ["email", "created_at"])
    op.add_column("entry", sa.Column("updated_by", sa.String(length=26), nullable=True))
    # Until now nobody but the owner could act.
    op.execute("UPDATE entry SET updated_by = account_id")


def downgrade() -> None:
    op.drop_column("entry", "updated_by")
    op.drop_table("entry_invitation")
    op.drop_table("entry_member")
