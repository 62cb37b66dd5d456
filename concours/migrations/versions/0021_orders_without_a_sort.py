"""the first sheet of a session, and registrations as they came, are found without a sort."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OLD, _NEW = "ix_jury_sheet_session_id", "ix_jury_sheet_session_id_created_at"
_CAME = "ix_registration_edition_id_created_at_id"


def upgrade() -> None:
    op.create_index(_NEW, "jury_sheet", ["session_id", "created_at"])
    op.drop_index(_OLD, "jury_sheet")
    op.create_index(_CAME, "registration", ["edition_id", "created_at", "id"])


def downgrade() -> None:
    op.create_index(_OLD, "jury_sheet", ["session_id"])
    op.drop_index(_NEW, "jury_sheet")
    op.drop_index(_CAME, "registration")
