"""A child taken over by the file that it reads: whatever it does, it ends within its limits and leaves nothing."""

import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from concours.intake import sandbox as cells
from concours.intake.models import CreationState
from concours.intake.rules import Refused
from concours.intake.sandbox import Sandbox, SandboxFailure, choose_sandbox
from tests import files
from tests.entries_scene import OPEN, Scene
from tests.fakes.clock import FrozenClock
from tests.page import page

BARE = Sandbox(None, "bubblewrap n'est pas installé")

_TAKEN_OVER = """
import sys; sys.path.insert(0, sys.argv.pop(1))
from concours.intake import child

def evil(source, out, arguments, report):
{body}
    return {{"done": True}}

child.evil = evil
child._TASKS["probe"] = child._TASKS["copy"] = ("concours.intake.child", "evil")
child.main()
"""


@pytest.fixture(scope="module")
def confined() -> Sandbox:
    chosen = choose_sandbox()
    if chosen.bubblewrap is None:
        pytest.skip(chosen.description)
    return chosen


@pytest.fixture(params=["confined", "bare"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    found: Sandbox = BARE if request.param == "bare" else request.getfixturevalue("confined")
    return found


def take_over(monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    """Have each child do this once it has bound itself, in the place of its task."""
    indented = "\n".join(f"    {line}" for line in body.strip().splitlines())
    monkeypatch.setattr(cells, "_START", _TAKEN_OVER.format(body=indented))


def attack(sandbox: Sandbox, folder: Path, *, task: str = "probe", seconds: float = 20) -> object:
    """Run the child as the service does; return its answer, or what its end was taken for."""
    source, out = folder / "film", folder / "out"
    source.write_bytes(b"abc")
    out.mkdir(exist_ok=True)
    try:
        return sandbox.run(task, source, out if task == "copy" else None, {}, seconds)
    except Refused as refused:
        return refused.reason
    except SandboxFailure as failure:
        return failure


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("import ctypes; ctypes.string_at(0)", "unreadable"),
        ("import os; os.abort()", "unreadable"),
        ("import os; os._exit(3)", "unreadable"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGBUS)", "unreadable"),
        ("held = []\nwhile True: held.append(bytearray(1 << 20))", "too_heavy"),
        ("import os\nwhile True: os.write(1, bytes(65536))", "too_heavy"),
        ("import os\nwhile True: os.write(2, bytes(65536))", "too_heavy"),
        ("while True: pass", "timeout"),
    ],
)
def test_a_child_that_crashes_or_exhausts_is_a_refusal(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, reason: str
) -> None:
    take_over(monkeypatch, body)
    seconds = 6 if reason == "timeout" else 40
    for _ in range(5):  # where the machine is too busy to give a third of its time, the worker tries again
        said = attack(sandbox, tmp_path, seconds=seconds)
        if not isinstance(said, SandboxFailure):
            break
    assert said == reason


@pytest.mark.parametrize(
    "body",
    [
        "import time; time.sleep(99)",
        "import time, sys\nwhile True: print('a', flush=True); time.sleep(0.01)",
        "import signal, time\nfor n in range(1, 9): signal.signal(n, signal.SIG_IGN)\ntime.sleep(99)",
        "import os, time\nos.close(1); os.close(2); time.sleep(99)",
        "import os, time\nif os.fork(): os._exit(0)\ntime.sleep(99)",
    ],
)
def test_a_child_that_hangs_is_ended_at_its_hour(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    take_over(monkeypatch, body)
    started = time.monotonic()
    assert isinstance(attack(sandbox, tmp_path, seconds=3), (SandboxFailure, str))
    assert time.monotonic() - started < 10


def test_a_child_that_multiplies_ends_with_all_of_them(
    confined: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most 512: the system counts none of root's processes, and whoever runs the tests may be root."""
    body = "import os, time\nfor _ in range(9):\n  try: os.fork()\n  except OSError: break\ntime.sleep(99)"
    take_over(monkeypatch, body)
    assert isinstance(attack(confined, tmp_path, seconds=3), SandboxFailure)
    for _ in range(40):
        left = [command for command in _commands() if b"child.evil" in command and str(tmp_path).encode() in command]
        if not left:
            return
        time.sleep(0.05)
    raise AssertionError(left)


def _commands() -> list[bytes]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_bytes())
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    "body",
    [
        "with open(f'{out}/a', 'wb') as file:\n  while True: file.write(bytes(1 << 20))",
        "for n in range(10**6):\n  with open(f'{out}/{n}', 'wb') as file: file.write(bytes(1 << 20))",
        "import os\nfor n in range(10**6):\n  os.mkdir(f'{out}/{n}'); open(f'{out}/{n}/a', 'wb').write(bytes(1 << 20))",
    ],
)
def test_a_child_that_fills_its_output_is_stopped(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    monkeypatch.setattr(cells, "_OUTPUT_FILE_BYTES", 20 << 20)
    monkeypatch.setattr(cells, "_OUTPUT_BYTES", 60 << 20)
    monkeypatch.setattr(cells, "_LOOK_EVERY_S", 0.01)
    take_over(monkeypatch, body)
    said = attack(sandbox, tmp_path, task="copy", seconds=60)
    assert said == "too_heavy" or isinstance(said, SandboxFailure)
    written = sum(path.stat().st_size for path in (tmp_path / "out").rglob("*") if path.is_file())
    assert written < 1 << 30


_OF_THE_CELL = {"/", "/tmp", "/etc", "/root", "/home", "/var", "/dev/shm"}  # noqa: S108 -- not used
"""Folders of these names are bubblewrap's own, and hold nothing but what leads to the program."""


def test_a_child_reads_neither_home_nor_data_and_writes_nowhere_else(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, data = tmp_path / "home", tmp_path / "var"
    for folder in (home, data / "keys"):
        folder.mkdir(parents=True)
    (home / "secret").write_text("Zéphyrine")
    (data / "concours.db").write_text("Zéphyrine")
    (data / "keys" / "secret_key.txt").write_text("Zéphyrine")
    body = f"""
import os
from pathlib import Path
opened = []
for name in ("{home}/secret", "{data}/concours.db", "{data}/keys/secret_key.txt", "/etc/passwd", "/etc/shadow",
             f"/proc/{{os.getppid()}}/environ"):
    try: Path(name).read_bytes(); opened.append(name)
    except OSError: pass
for name in ("{home}", "{data}", "/tmp", "/etc", "/root", "/home", "/var", "/dev/shm", str(source.parent)):
    try: os.listdir(name); opened.append(name)
    except OSError: pass
    try: Path(name, "planted").write_bytes(b"x"); opened.append(name + "/planted")
    except OSError: pass
try: source.write_bytes(b"x"); opened.append("source")
except OSError: pass
Path(out, "made").write_bytes(b"x")
return {{"opened": opened}}
"""
    take_over(monkeypatch, body)
    said = attack(sandbox, tmp_path, task="copy")
    assert isinstance(said, dict), said
    assert set(said["opened"]) - (_OF_THE_CELL if sandbox.bubblewrap else set()) == set()
    assert (tmp_path / "out" / "made").read_bytes() == b"x"
    assert (tmp_path / "film").read_bytes() == b"abc"
    assert not list(tmp_path.rglob("planted"))


def test_a_child_reaches_nobody(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without bubblewrap the kernel denies it TCP where it knows how, since 6.7: production asks for more than that."""
    known = tuple(map(int, os.uname().release.split(".")[:2])) >= (6, 7)
    with subprocess.Popen([sys.executable, "-c", _LISTENER], stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        port = int(listener.stdout.readline())
        body = f"""
import socket
try: socket.create_connection(("127.0.0.1", {port}), timeout=3); return {{"reached": True}}
except OSError: return {{"reached": False}}
"""
        take_over(monkeypatch, body)
        assert attack(sandbox, tmp_path) == {"reached": sandbox.bubblewrap is None and not known}
        listener.terminate()


_LISTENER = """
import socket, time
server = socket.create_server(("127.0.0.1", 0))
print(server.getsockname()[1], flush=True)
time.sleep(60)
"""


def test_a_child_takes_less_than_700_mib_whatever_it_does(tmp_path: Path) -> None:
    """Measured in a process of its own: what this one has reserved would count as the child's."""
    body = "held = []\\nwhile True:\\n  held.append(bytearray(b'x') * (1 << 20))"
    program = f"""
import resource, sys
from pathlib import Path
import pytest
from tests.integration import test_intake_hostile_children as hostile
with pytest.MonkeyPatch.context() as patch:
    hostile.take_over(patch, "{body}")
    print(hostile.attack(hostile.BARE, Path({str(tmp_path)!r}), task="copy"))
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    outcome, peak = done.stdout.split()
    assert outcome == "too_heavy"
    assert 500 < int(peak) < 700
    assert resource.getrlimit(resource.RLIMIT_DATA)[0] == resource.RLIM_INFINITY  # of the child alone


def test_after_hostile_children_the_web_answers_and_nothing_is_left(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    scene = Scene(tmp_path, sqlite_url, FrozenClock(OPEN))
    client, entry_id = scene.sign_in(), scene.draft()
    scene.upload(client, entry_id, files.pdf(), "bd.pdf")
    scene.worker = replace(scene.worker, sandbox=BARE)
    scene.work_once(CreationState.RECEIVED)
    body = "import ctypes\nfor n in range(50):\n  open(f'{out}/{n}', 'wb').write(bytes(1 << 20))\nctypes.string_at(0)"
    take_over(monkeypatch, body)
    scene.work_once(CreationState.ACCEPTED)
    with scene.entry(entry_id) as entry:
        assert entry.creation is not None
        assert (entry.creation.state, entry.creation.reason) == (CreationState.FAILED, "unreadable")
    assert list(temporary.iterdir()) == []
    assert not (scene.settings.uploads / "ready").exists()
    assert page(client, f"/candidatures/{entry_id}").response.status_code == 200
