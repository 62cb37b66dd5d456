"""Templates compiled once a test run: each test makes its own application, and each would compile them again."""

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


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
