"""roles of organisers, their second factor and its recovery codes; links that sign in fully."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("role", sa.String(length=20), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text("UPDATE account SET role = 'secretariat' WHERE organiser"))
    with op.batch_alter_table("account") as batch_op:
        batch_op.alter_column("role", server_default=None)
        batch_op.drop_column("organiser")
    _add_full_to_links()
    op.create_table(
        "second_factor",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("secret", sa.String(length=255), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_second_factor_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor")),
        sa.UniqueConstraint("account_id", name=op.f("uq_second_factor_account_id")),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("account_id", sa.String(length=26), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_recovery_code_account_id_account")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
    )
    with op.batch_alter_table("recovery_code") as batch_op:
        batch_op.create_index(batch_op.f("ix_recovery_code_account_id"), ["account_id"], unique=False)


def _add_full_to_links() -> None:
    with op.batch_alter_table("link") as batch_op:
        batch_op.add_column(sa.Column("full", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("link") as batch_op:
        batch_op.alter_column("full", server_default=None)


def downgrade() -> None:
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
    with op.batch_alter_table("link") as batch_op:
        batch_op.drop_column("full")
    with op.batch_alter_table("account") as batch_op:
        batch_op.add_column(sa.Column("organiser", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(sa.text("UPDATE account SET organiser = (role = 'secretariat')"))
    with op.batch_alter_table("account") as batch_op:
        batch_op.alter_column("organiser", server_default=None)
        batch_op.drop_column("last_sign_in_at")
        batch_op.drop_column("role")
