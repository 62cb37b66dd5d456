"""devices of sessions, changes of address, forms kept when a session ends."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_LOGINS = ("login", "jury_login")
_KEPT = ("kept_form", "jury_kept_form")


def upgrade() -> None:
    for table in _LOGINS:
        with op.batch_alter_table(table) as batch_op:
            unknown = "Appareil inconnu"
            batch_op.add_column(sa.Column("device", sa.String(length=60), nullable=False, server_default=unknown))
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("device", server_default=None)
    for table in _KEPT:
        op.create_table(
            table,
            sa.Column("id", sa.String(length=26), nullable=False),
            sa.Column("token_digest", sa.String(length=64), nullable=False),
            sa.Column("owner", sa.String(length=64), nullable=False),
            sa.Column("path", sa.String(length=1000), nullable=False),
            sa.Column("fields", sa.JSON(), nullable=False),
            sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
            sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
            sa.UniqueConstraint("token_digest", name=op.f(f"uq_{table}_token_digest")),
        )
        op.create_index(f"ix_{table}_owner", table, ["owner"])
    op.create_table(
        "address_change",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("old_digest", sa.String(length=64), nullable=False),
        sa.Column("new_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_address_change_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
        sa.UniqueConstraint("account_id", name=op.f("uq_address_change_account_id")),
    )


def downgrade() -> None:
    op.drop_table("address_change")
    for table in _KEPT:
        op.drop_table(table)
    for table in _LOGINS:
        with op.batch_alter_table(table) as batch_op:
            batch_op.drop_column("device")
