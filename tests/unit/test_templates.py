"""How templates are loaded: each compiled once, however many ask for it."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from jinja2 import Environment

from concours.kernel.web.factory import FolderLoader

_ROOM = 8


class _Noting(FolderLoader):
    """Notes what is read to be compiled, which takes a moment."""

    def __init__(self) -> None:
        super().__init__(lambda _folder: True)
        self.read = list[str]()

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:  # noqa: ARG002 -- the signature of Jinja
        """Read a template slowly: whoever would read it too has the time to."""
        self.read.append(template)
        time.sleep(0.02)
        return "Blind test", template, lambda: True


def test_a_template_that_a_room_asks_for_at_the_same_moment_is_compiled_once() -> None:
    loader = _Noting()
    environment = Environment(loader=loader, autoescape=True, cache_size=-1)
    with ThreadPoolExecutor(_ROOM) as pool:
        found = list(pool.map(environment.get_template, ["play.html"] * _ROOM))
    assert loader.read == ["play.html"]
    assert len(set(found)) == 1
