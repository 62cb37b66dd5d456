"""Alembic's way in: the connection is given, the metadata is everybody's."""

from alembic import context

from concours.migrations import compare_type, render_item
from concours.migrations.tables import METADATA

_QUEUES = ("huey_",)
"""Tables of the queues in PostgreSQL: the library makes them itself."""


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith(_QUEUES))


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_item=render_item,
    compare_type=compare_type,
    include_name=_ours,
    render_as_batch=True,
)
context.run_migrations()
