"""What is compiled once a test run: each test makes its own application, and each would compile it all again.

Templates, the functions that make addresses, and SQL: 30 % of what tests of pages cost.
"""

from collections.abc import Callable
from typing import Any

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import Engine, create_engine, event
from werkzeug.routing import Rule

from concours.kernel import db


class _Memory(BytecodeCache):
    """What Jinja compiled, by the digest of its source."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket when its very source was compiled before."""
        kept = self._kept.get(bucket.key + bucket.checksum)
        if kept is not None:
            bucket.bytecode_from_string(kept)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was just compiled."""
        self._kept[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


def share_compiled_templates() -> None:
    """Let every application that this process makes share what one of them compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": _Memory()}


def share_compiled_addresses() -> None:
    """Let equal rules of every application share the function that makes their addresses: it belongs to none."""
    compile_builder = Rule._compile_builder
    kept: dict[object, Callable[..., tuple[str, str]]] = {}

    def compile_once(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:  # noqa: FBT001, FBT002 -- werkzeug's
        what = rule.rule, tuple(rule._trace), repr(rule.defaults), append_unknown
        if what not in kept:
            kept[what] = compile_builder(rule, append_unknown)
        return kept[what]

    Rule._compile_builder = compile_once  # type: ignore[assignment]


def share_compiled_statements() -> None:
    """Let every database of one kind share what was compiled for the first: their tables are the same."""
    firsts: dict[str, Engine] = {}

    def create(url: str, **options: Any) -> Engine:
        engine = create_engine(url, query_cache_size=5000, **options)
        if first := firsts.get(engine.dialect.name):
            # What is compiled is kept by dialect; its own has looked at the server, which is the same for all.
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        else:
            event.listen(engine, "first_connect", lambda *_: firsts.setdefault(engine.dialect.name, engine))
        return engine

    db.create_engine = create  # type: ignore[assignment, attr-defined]
