"""the audit chains are append-only: the database itself refuses to change or remove an event."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_CHAINS = ("audit_event", "jury_audit")
_ACTS = ("update", "delete")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    if not sqlite:
        op.execute(
            "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; "
            "END $$"
        )
    for chain in _CHAINS:
        if sqlite:
            _guard_sqlite(chain)
        else:
            _guard_postgresql(chain)


def _guard_sqlite(chain: str) -> None:
    for act in _ACTS:
        op.execute(
            f"CREATE TRIGGER {chain}_no_{act} BEFORE {act.upper()} ON {chain} "
            f"BEGIN SELECT RAISE(ABORT, '{chain} is append-only'); END"
        )
    # INSERT OR REPLACE removes the row in its way without firing the trigger on removals.
    op.execute(
        f"CREATE TRIGGER {chain}_no_replace BEFORE INSERT ON {chain} "  # noqa: S608 -- our own names
        f"WHEN EXISTS (SELECT 1 FROM {chain} WHERE position = NEW.position OR digest = NEW.digest) "
        f"BEGIN SELECT RAISE(ABORT, '{chain} is append-only'); END"
    )


def _guard_postgresql(chain: str) -> None:
    op.execute(
        f"CREATE TRIGGER {chain}_no_change BEFORE UPDATE OR DELETE ON {chain} "
        "FOR EACH ROW EXECUTE FUNCTION audit_refuses()"
    )
    op.execute(
        f"CREATE TRIGGER {chain}_no_truncate BEFORE TRUNCATE ON {chain} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for chain in _CHAINS:
            for name in ("update", "delete", "replace"):
                op.execute(f"DROP TRIGGER {chain}_no_{name}")
        return
    for chain in _CHAINS:
        op.execute(f"DROP TRIGGER {chain}_no_change ON {chain}")
        op.execute(f"DROP TRIGGER {chain}_no_truncate ON {chain}")
    op.execute("DROP FUNCTION audit_refuses()")
