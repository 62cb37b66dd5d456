"""seats of the event: order, waiting list, offers, tickets, links that keep working, seats held for teams."""

from base64 import b32encode
from secrets import token_bytes

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_REGISTRATION = sa.table(
    "registration",
    *(sa.column(name) for name in ("id", "edition_id", "created_at", "cancelled_at", "state", "number")),
    *(sa.column(name) for name in ("asked_at", "seated_at", "ticket_code", "token_digest")),
)
_ADDED = (
    "lunch",
    "meal_needs",
    "member",
    "state",
    "asked_at",
    "number",
    "offered_until",
    "seated_at",
    "cancel_reason",
    "ticket_code",
    "calendar_sequence",
    "event_digest",
    "reminded_at",
)
_CHECKS = (
    ("state", "state IN ('confirmed', 'offered', 'waiting', 'expired', 'cancelled')"),
    ("cancelled", "(state = 'cancelled') = (cancelled_at IS NOT NULL)"),
    ("offered", "(state = 'offered') = (offered_until IS NOT NULL)"),
    ("seated", "(state = 'confirmed') = (seated_at IS NOT NULL)"),
)


def upgrade() -> None:
    op.create_table(
        "registration_link",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("registration_id", sa.String(length=26), nullable=False),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_registration_link_registration_id")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_registration_link")),
    )
    op.create_index(op.f("ix_registration_link_registration_id"), "registration_link", ["registration_id"])
    op.execute("INSERT INTO registration_link (digest, registration_id) SELECT token_digest, id FROM registration")
    _add_columns()
    _number_those_who_are_there()
    _close_columns()
    op.create_table(
        "held_seat",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("edition_id", sa.String(length=26), nullable=False),
        sa.Column("entry_id", sa.String(length=26), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("held_at", _INSTANT, nullable=False),
        sa.Column("held_until", _INSTANT, nullable=False),
        sa.Column("released_at", _INSTANT, nullable=True),
        sa.Column("registration_id", sa.String(length=26), nullable=True),
        sa.ForeignKeyConstraint(["edition_id"], ["edition.id"], name=op.f("fk_held_seat_edition_id")),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_held_seat_entry_id")),
        sa.ForeignKeyConstraint(["registration_id"], ["registration.id"], name=op.f("fk_held_seat_registration_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_held_seat")),
        sa.UniqueConstraint("entry_id", name=op.f("uq_held_seat_entry_id")),
        sa.UniqueConstraint("token_digest", name=op.f("uq_held_seat_token_digest")),
    )
    op.create_index(op.f("ix_held_seat_edition_id"), "held_seat", ["edition_id"])


def downgrade() -> None:
    op.drop_table("held_seat")
    with op.batch_alter_table("registration") as batch_op:
        batch_op.add_column(sa.Column("token_digest", sa.String(length=64), nullable=True))
    # One of its links is kept for each.
    op.execute(
        "UPDATE registration SET token_digest = (SELECT min(digest) FROM registration_link "
        "WHERE registration_link.registration_id = registration.id)"
    )
    op.execute("UPDATE registration SET token_digest = id WHERE token_digest IS NULL")
    op.drop_table("registration_link")
    op.drop_index(op.f("ix_registration_edition_id_state"), "registration")
    with op.batch_alter_table("registration") as batch_op:
        for name, _ in _CHECKS:
            batch_op.drop_constraint(op.f(f"ck_registration_{name}"), type_="check")
        batch_op.drop_constraint(op.f("uq_registration_edition_id_number"), type_="unique")
        batch_op.drop_constraint(op.f("uq_registration_ticket_code"), type_="unique")
        for name in _ADDED:
            batch_op.drop_column(name)
        batch_op.alter_column("token_digest", existing_type=sa.String(length=64), nullable=False)
        batch_op.create_unique_constraint(op.f("uq_registration_token_digest"), ["token_digest"])


def _add_columns() -> None:
    with op.batch_alter_table("registration") as batch_op:
        batch_op.add_column(sa.Column("member", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("lunch", sa.Boolean(), nullable=False, server_default=sa.true()))
        batch_op.add_column(sa.Column("meal_needs", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("state", sa.String(length=10), nullable=False, server_default="waiting"))
        batch_op.add_column(sa.Column("asked_at", _INSTANT, nullable=True))
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("offered_until", _INSTANT, nullable=True))
        batch_op.add_column(sa.Column("seated_at", _INSTANT, nullable=True))
        batch_op.add_column(sa.Column("cancel_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("ticket_code", sa.String(length=26), nullable=True))
        batch_op.add_column(sa.Column("calendar_sequence", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("event_digest", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("reminded_at", _INSTANT, nullable=True))


def _number_those_who_are_there() -> None:
    """Number registrations in the order in which they came; whoever did not cancel keeps the seat."""
    bind, table, last = op.get_bind(), _REGISTRATION, dict[str, int]()
    rows = bind.execute(sa.select(table).order_by(table.c.created_at, table.c.id)).all()
    for row in rows:
        last[row.edition_id] = last.get(row.edition_id, 0) + 1
        coming = row.cancelled_at is None
        bind.execute(
            sa.update(table)
            .where(table.c.id == row.id)
            .values(
                number=last[row.edition_id],
                state="confirmed" if coming else "cancelled",
                asked_at=table.c.created_at,
                seated_at=table.c.created_at if coming else None,
                ticket_code=b32encode(token_bytes(16)).decode().rstrip("=").lower(),
            )
        )


def _close_columns() -> None:
    with op.batch_alter_table("registration") as batch_op:
        for name in ("member", "lunch", "meal_needs", "state", "cancel_reason", "calendar_sequence", "event_digest"):
            batch_op.alter_column(name, server_default=None)
        batch_op.alter_column("asked_at", existing_type=_INSTANT, nullable=False)
        batch_op.alter_column("number", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("ticket_code", existing_type=sa.String(length=26), nullable=False)
        batch_op.drop_constraint(op.f("uq_registration_token_digest"), type_="unique")
        batch_op.drop_column("token_digest")
        batch_op.create_unique_constraint(op.f("uq_registration_edition_id_number"), ["edition_id", "number"])
        batch_op.create_unique_constraint(op.f("uq_registration_ticket_code"), ["ticket_code"])
        for name, condition in _CHECKS:
            batch_op.create_check_constraint(op.f(f"ck_registration_{name}"), condition)
    op.create_index(op.f("ix_registration_edition_id_state"), "registration", ["edition_id", "state"])
