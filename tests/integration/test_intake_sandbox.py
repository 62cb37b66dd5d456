"""The cell in which files are opened: what it keeps out, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from concours.intake import sandbox as cells
from concours.intake.rules import Kind, Refused
from concours.intake.sandbox import Sandbox, SandboxFailure, choose_sandbox
from tests import files
from tests import strange_papers as papers

BARE = Sandbox(None, "bubblewrap n'est pas installé")


@pytest.fixture(scope="module")
def confined() -> Sandbox:
    sandbox = choose_sandbox()
    if not sandbox.confined:
        pytest.skip(sandbox.description)
    return sandbox


@pytest.fixture(params=["confined", "bare"])
def sandbox(request: pytest.FixtureRequest) -> Sandbox:
    if request.param == "bare":
        return BARE
    return Sandbox(request.getfixturevalue("confined").bubblewrap)


def inside(sandbox: Sandbox, code: str, source: Path, out: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run code of an attacker who has taken over the child."""
    program = sandbox.wrap([sys.executable, "-I", "-c", code], source, out)
    return subprocess.run(program, capture_output=True, text=True, timeout=20, check=False)


def test_the_input_is_read_only_and_the_output_is_the_one_place_to_write(confined: Sandbox, tmp_path: Path) -> None:
    source, out = tmp_path / "film", tmp_path / "out"
    source.write_bytes(b"abc")
    out.mkdir()
    code = """
import os, pathlib
assert pathlib.Path("/input").read_bytes() == b"abc"
pathlib.Path("/output/page").write_bytes(b"made")
for path in ("/input", "/x", "/home/x", "/tmp/x", "/usr/x", "/dev/x", "/dev/shm/x", "/etc/x"):
    try:
        pathlib.Path(path).write_bytes(b"no")
    except OSError:
        continue
    print("written:", path)
"""
    done = inside(confined, code, source, out)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (source.read_bytes(), (out / "page").read_bytes()) == (b"abc", b"made")


def test_the_network_is_out_of_reach(confined: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.touch()
    code = """
import socket, sys
port = int(sys.argv[1])
try:
    socket.create_connection(("127.0.0.1", port), timeout=3)
except OSError as error:
    print("refused", error.errno)
"""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        program = [sys.executable, "-I", "-c", code, port]
        outside = subprocess.run(program, capture_output=True, text=True, check=True)
        within = subprocess.run(confined.wrap(program, source, None), capture_output=True, text=True, check=True)
    assert outside.stdout == ""
    assert within.stdout.startswith("refused")


def test_neither_other_files_nor_processes_nor_secrets_are_seen(
    confined: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "Zéphyrine")
    source, secret = tmp_path / "film", tmp_path / "secret"
    source.touch()
    secret.write_text("Zéphyrine")
    code = f"""
import os
from pathlib import Path
paths = ({str(secret)!r}, "/proc/1/environ", "/etc/passwd", "{Path.cwd()}/pyproject.toml")
print([path for path in paths if Path(path).exists()], os.getpid() < 10)
"""
    assert inside(confined, code, source).stdout == "[] True\n"
    out = cells._run(
        confined.wrap([sys.executable, "-I", "-c", "import os; print(dict(os.environ))"], source, None), 10
    )
    assert b"SECRET_KEY" not in out[1]
    assert b"LANG" in out[1]


def test_a_child_that_hangs_is_ended_with_all_that_it_started(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.touch()
    mark = f"concours-{os.getpid()}-{time.monotonic_ns()}"
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', 'import time; time.sleep(99)', '{mark}'])"
    started = time.monotonic()
    with pytest.raises(SandboxFailure, match="dans le temps prévu"):
        cells._run(sandbox.wrap([sys.executable, "-I", "-c", code, mark], source, None), 1)
    assert time.monotonic() - started < 3
    assert gone(mark)


def test_a_child_that_never_stops_talking_is_ended_too(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.touch()
    code = "import os, time\nwhile True: os.write(1, b'a'); time.sleep(0.001)"
    with pytest.raises(SandboxFailure, match="dans le temps prévu"):
        cells._run(sandbox.wrap([sys.executable, "-I", "-c", code], source, None), 1)


def gone(mark: str) -> bool:
    """Wait a moment for the kernel to have ended every process that bears the mark."""
    for _ in range(20):
        if not any(mark.encode() in command for command in running()):
            return True
        time.sleep(0.05)
    return False


def running() -> list[bytes]:
    commands = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(entry.read_bytes())
        except OSError:
            continue
    return commands


def test_a_document_that_burns_the_processor_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.write_bytes(papers.hexadecimal_bomb(300, b"q Q "))
    refused = refused_after_tries(sandbox, source, timeout_s=6)
    assert refused.reason == "timeout"


def refused_after_tries(sandbox: Sandbox, source: Path, timeout_s: float) -> Refused:
    """Try again, as the worker does, where the machine is too busy to give a third of its time."""
    for _ in range(5):
        try:
            sandbox.run("probe", source, None, {"kind": Kind.PDF, "limits": {}}, timeout_s)
        except Refused as refused:
            return refused
        except SandboxFailure:
            continue
    raise AssertionError("not refused")


def test_a_stream_bomb_is_refused(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.write_bytes(papers.hexadecimal_bomb(2000))
    assert refused_after_tries(sandbox, source, timeout_s=60).reason in {"unreadable", "too_heavy"}


def test_a_stream_bomb_takes_no_more_than_its_share_of_memory(tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.write_bytes(papers.hexadecimal_bomb(2000))
    code = f"""
import resource
from pathlib import Path
from concours.intake.sandbox import Sandbox
try:
    Sandbox(None).run("probe", Path({str(source)!r}), None, {{"kind": "pdf", "limits": {{}}}}, 60)
finally:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert 100 < int(done.stdout) < 700


def test_an_endless_answer_is_cut(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.touch()
    code = "import os\nwhile True: os.write(1, b'a' * 65536)"
    with pytest.raises(Refused) as refused:
        cells._run(sandbox.wrap([sys.executable, "-I", "-c", code], source, None), 5)
    assert refused.value.reason == "too_heavy"


@pytest.mark.parametrize(
    ("code", "out", "outcome"),
    [
        (1, b"", "SandboxFailure"),
        (1, b"ready\n", "unreadable"),
        (-signal.SIGSEGV, b"ready\n", "unreadable"),
        (-signal.SIGXCPU, b"ready\n", "timeout"),
        (128 + signal.SIGXCPU, b"ready\n", "timeout"),
        (128 + signal.SIGKILL, b"ready\n", "SandboxFailure"),
        (0, b"ready\nnothing", "SandboxFailure"),
        (0, b'ready\n{"failure": "Traceback"}', "SandboxFailure"),
        (0, b'ready\n{"refused": ["password", "Mot de passe.", "application/pdf"]}', "password"),
        (0, b'ready\n{"refused": ["invented", "a", "b"]}', "SandboxFailure"),
        (0, b'ready\n{"result": 3}', "SandboxFailure"),
    ],
)
def test_a_fault_of_the_file_is_told_from_a_fault_of_ours(code: int, out: bytes, outcome: str) -> None:
    with pytest.raises((Refused, SandboxFailure)) as raised:
        cells._result(code, out, b"bwrap: no")
    assert outcome in {getattr(raised.value, "reason", ""), type(raised.value).__name__}


def test_a_sandbox_that_does_not_start_is_a_failure_of_ours(tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.touch()
    with pytest.raises(SandboxFailure):
        Sandbox(Path("/bin/false")).run("trial", source, None, {}, 5)


def test_bubblewrap_is_tried_and_not_merely_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'bwrap: setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    chosen = choose_sandbox()
    assert not chosen.confined
    assert "Permission denied" in chosen.description
    assert "Remède" in chosen.description
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    assert choose_sandbox().obstacle.startswith("bubblewrap n'est pas installé, et ce qui entoure le service")


def test_files_are_examined_side_by_side(sandbox: Sandbox, tmp_path: Path) -> None:
    source = tmp_path / "film"
    source.write_bytes(files.pdf())
    answers: list[dict[str, object]] = []
    order = {"kind": Kind.PDF, "limits": {}}
    workers = [
        threading.Thread(target=lambda: answers.append(sandbox.run("probe", source, None, order, 20))) for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [json.dumps(answer) for answer in answers] == [
        '{"pages": 2, "width": 300, "height": 420, "findings": []}'
    ] * 3
