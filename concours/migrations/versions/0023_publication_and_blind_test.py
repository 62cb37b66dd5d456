"""the honours are published, candidates are told, and the room plays the blind test."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("edition") as edition:
        edition.add_column(sa.Column("publish_at", sa.DateTime(timezone=True)))
        edition.add_column(sa.Column("letters_at", sa.DateTime(timezone=True)))
    op.create_table(
        "honours_letter",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("entry_id", sa.String(26), nullable=False),
        sa.Column("account_id", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(12), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mail_id", sa.String(26), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_honours_letter_entry_id")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_honours_letter_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_honours_letter")),
        sa.UniqueConstraint("entry_id", "account_id", "kind", name=op.f("uq_honours_letter_entry_id_account_id_kind")),
    )
    op.create_table(
        "game",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("edition_id", sa.String(26), nullable=False),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("prepared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_game_edition_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_game")),
        sa.UniqueConstraint("code", name=op.f("uq_game_code")),
        sa.UniqueConstraint("edition_id", name=op.f("uq_game_edition_id")),
    )
    op.create_table(
        "game_round",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("game_id", sa.String(26), nullable=False),
        sa.Column("work_number", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("options", sa.JSON(), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("revealed_at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["game_id"], ["game.id"], name=op.f("fk_game_round_game_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_game_round")),
        sa.UniqueConstraint("game_id", "work_number", name=op.f("uq_game_round_game_id_work_number")),
    )
    op.create_table(
        "game_guess",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("round_id", sa.String(26), nullable=False),
        sa.Column("player", sa.String(64), nullable=False),
        sa.Column("choice", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["game_round.id"], name=op.f("fk_game_guess_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_game_guess")),
        sa.UniqueConstraint("round_id", "player", name=op.f("uq_game_guess_round_id_player")),
    )
    op.create_index(op.f("ix_game_guess_player"), "game_guess", ["player"])


def downgrade() -> None:
    for table in ("game_guess", "game_round", "game", "honours_letter"):
        op.drop_table(table)
    with op.batch_alter_table("edition") as edition:
        edition.drop_column("letters_at")
        edition.drop_column("publish_at")
