"""the scores of a sheet lie together, and a work's sheets are found with their identifiers."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_OLD = "ix_jury_sheet_session_id_work_id_total"
_NEW = "ix_jury_sheet_session_id_work_id_total_id"


def upgrade() -> None:
    _keep_scores(with_rowid=False)
    op.create_index(_NEW, "jury_sheet", ["session_id", "work_id", "total", "id"])
    op.drop_index(_OLD, "jury_sheet")


def downgrade() -> None:
    op.create_index(_OLD, "jury_sheet", ["session_id", "work_id", "total"])
    op.drop_index(_NEW, "jury_sheet")
    _keep_scores(with_rowid=True)


def _keep_scores(*, with_rowid: bool) -> None:
    """Build SQLite's table anew, in the order of its key or not: a table of PostgreSQL has no order."""
    if op.get_context().dialect.name == "sqlite":
        kept = {"sqlite_with_rowid": with_rowid}
        with op.batch_alter_table("jury_score", recreate="always", table_kwargs=kept):
            pass
