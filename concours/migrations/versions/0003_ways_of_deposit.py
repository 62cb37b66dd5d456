"""ways of deposit: armed, late, on behalf; a dossier's own closing; problems signalled, consents confirmed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ID = sa.String(length=26)
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    with op.batch_alter_table("entry") as batch_op:
        batch_op.add_column(sa.Column("open_until", _INSTANT, nullable=True))
        batch_op.add_column(sa.Column("open_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("armed_upload_id", _ID, nullable=True))
        batch_op.add_column(sa.Column("armed_by", _ID, nullable=True))
        batch_op.create_foreign_key(op.f("fk_entry_armed_by"), "account", ["armed_by"], ["id"])
    with op.batch_alter_table("entry") as batch_op:
        batch_op.alter_column("open_reason", server_default=None)
    _widen_deposits()
    op.create_table(
        "confirmation",
        sa.Column("id", _ID, nullable=False),
        sa.Column("deposit_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("consents", sa.JSON(), nullable=False),
        sa.Column("rules_digest", sa.String(length=64), nullable=False),
        sa.Column("consents_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_confirmation_account_id")),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name=op.f("fk_confirmation_deposit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmation")),
        sa.UniqueConstraint("deposit_id", name=op.f("uq_confirmation_deposit_id")),
    )
    op.create_table(
        "problem",
        sa.Column("id", _ID, nullable=False),
        sa.Column("entry_id", _ID, nullable=False),
        sa.Column("deposit_id", _ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("signalled_by", _ID, nullable=False),
        sa.ForeignKeyConstraint(["deposit_id"], ["deposit.id"], name=op.f("fk_problem_deposit_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_problem_entry_id")),
        sa.ForeignKeyConstraint(["signalled_by"], ["account.id"], name=op.f("fk_problem_signalled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
    )
    op.create_index("ix_problem_deposit_id", "problem", ["deposit_id"])
    op.create_index("ix_problem_entry_id", "problem", ["entry_id"])


def _widen_deposits() -> None:
    """Say of the deposits made so far that they were their candidates' own act."""
    with op.batch_alter_table("deposit") as batch_op:
        batch_op.add_column(sa.Column("deposited_by", _ID, nullable=True))
        batch_op.add_column(sa.Column("way", sa.String(length=10), nullable=False, server_default="self"))
        batch_op.add_column(sa.Column("reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("came_at", _INSTANT, nullable=True))
        batch_op.add_column(sa.Column("replaces_id", _ID, nullable=True))
    op.execute("UPDATE deposit SET deposited_by = (SELECT account_id FROM entry WHERE entry.id = deposit.entry_id)")
    with op.batch_alter_table("deposit") as batch_op:
        batch_op.alter_column("deposited_by", existing_type=_ID, nullable=False)
        batch_op.alter_column("way", server_default=None)
        batch_op.alter_column("reason", server_default=None)
        batch_op.create_foreign_key(op.f("fk_deposit_deposited_by"), "account", ["deposited_by"], ["id"])
        batch_op.create_foreign_key(op.f("fk_deposit_replaces_id"), "deposit", ["replaces_id"], ["id"])
        batch_op.create_check_constraint(op.f("ck_deposit_way"), "way IN ('self', 'armed', 'late', 'behalf')")
        batch_op.create_check_constraint(op.f("ck_deposit_reason"), "way IN ('self', 'armed') OR reason <> ''")


def downgrade() -> None:
    op.drop_table("problem")
    op.drop_table("confirmation")
    with op.batch_alter_table("deposit") as batch_op:
        batch_op.drop_constraint(op.f("ck_deposit_reason"), type_="check")
        batch_op.drop_constraint(op.f("ck_deposit_way"), type_="check")
        batch_op.drop_constraint(op.f("fk_deposit_replaces_id"), type_="foreignkey")
        batch_op.drop_constraint(op.f("fk_deposit_deposited_by"), type_="foreignkey")
        for name in ("replaces_id", "came_at", "reason", "way", "deposited_by"):
            batch_op.drop_column(name)
    with op.batch_alter_table("entry") as batch_op:
        batch_op.drop_constraint(op.f("fk_entry_armed_by"), type_="foreignkey")
        for name in ("armed_by", "armed_upload_id", "open_reason", "open_until"):
            batch_op.drop_column(name)
