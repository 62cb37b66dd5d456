"""The one command that runs everything: it starts, says where it is, and ends without leaving anything behind."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.service import Service

STOP_LIMIT_S = 15


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Service(tmp_path) as running:
        yield running


def is_alive(pid: int) -> bool:
    """Whether the process still runs; one that ended and waits to be noticed by its parent counts as ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def descendants(pid: int) -> list[int]:
    children = [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return children + [below for child in children for below in descendants(child)]


def wait_for_end(pids: list[int]) -> None:
    limit = time.monotonic() + STOP_LIMIT_S
    while alive := [pid for pid in pids if is_alive(pid)]:
        assert time.monotonic() < limit, f"still there after {STOP_LIMIT_S} s: {alive}"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGTERM,
        pytest.param(signal.SIGINT, marks=pytest.mark.full),
        pytest.param(signal.SIGHUP, marks=pytest.mark.full),
    ],
)
def test_the_service_answers_where_it_says_until_a_signal_ends_everything_quietly(
    service: Service, number: signal.Signals
) -> None:
    with urlopen(service.address + "/", timeout=10) as answer:  # noqa: S310 -- our own loopback address
        assert b"<!doctype html>" in answer.read(100).lower()
    family = descendants(service.process.pid)
    assert len(family) >= 3
    assert service.stop(number) == 0
    assert not [pid for pid in family if is_alive(pid)]
    assert "Traceback" not in service.output()


def test_nothing_outlives_a_service_that_was_killed(service: Service) -> None:
    family = descendants(service.process.pid)
    service.process.kill()
    service.process.wait()
    wait_for_end(family)
    assert not [pid for pid in family if is_alive(pid)]


@pytest.mark.parametrize("which", [0, pytest.param(1, marks=pytest.mark.full)])
def test_the_service_ends_when_one_of_its_processes_dies(service: Service, which: int) -> None:
    family = descendants(service.process.pid)
    os.kill(service.children()[which], signal.SIGKILL)
    assert service.process.wait(timeout=STOP_LIMIT_S) == 1
    assert "s'est arrêté" in service.output()
    wait_for_end(family)


def processor_seconds(pid: int) -> float:
    """What a process has used so far, user and system, children that ended included."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.full
def test_a_second_start_takes_less_than_three_seconds_on_two_cores(tmp_path: Path) -> None:
    with Service(tmp_path):
        pass
    with Service(tmp_path) as again:
        # Processor time, so that a busy machine does not decide: we come first, then all the others side by side.
        alone = processor_seconds(again.process.pid)
        together = sum(processor_seconds(pid) for pid in descendants(again.process.pid))
    assert alone + together / 2 < 3
    assert again.output().count("Accès du secrétariat") == 2


def test_a_taken_port_is_named_with_its_remedy(tmp_path: Path) -> None:
    service = Service(tmp_path)
    with socket.create_server(("127.0.0.1", service.port)):
        done = service.start().process.wait(timeout=30)
    assert done == 1
    assert service.output().startswith(f"PORT : le port {service.port} est déjà pris")
    assert len(service.output().splitlines()) == 1


def test_a_wrong_setting_is_named_in_one_line(tmp_path: Path) -> None:
    service = Service(tmp_path, TRUSTED_PROXIES="beaucoup")
    assert service.start().process.wait(timeout=30) == 1
    assert service.output().startswith("TRUSTED_PROXIES : ")
    assert len(service.output().splitlines()) == 1


PRODUCTION = {
    "APP_ENV": "production",
    "SMTP_HOST": "127.0.0.1",
    "PUBLIC_URL": "https://concours.example",
    "CONTACT_EMAIL": "secretariat@concours.example",
    "SECRET_KEY": "n" * 40,
    "JURY_SECRET_KEY": "j" * 40,
}


@pytest.mark.parametrize("name", ["SMTP_HOST", "PUBLIC_URL", "CONTACT_EMAIL", "SECRET_KEY", "JURY_SECRET_KEY"])
def test_production_refuses_to_start_without(name: str, tmp_path: Path) -> None:
    service = Service(tmp_path, **{key: value for key, value in PRODUCTION.items() if key != name})
    assert service.start().process.wait(timeout=30) == 1
    assert service.output().startswith(f"{name} : ")
    assert len(service.output().splitlines()) == 1
