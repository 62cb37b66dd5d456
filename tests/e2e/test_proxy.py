"""Behind a real nginx set up as the operating guide says: one limit, and chunks that pass as they come."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from http.client import HTTPResponse
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from tests import files
from tests.e2e.test_uploads import Sender, uploader
from tests.guards.source import ROOT
from tests.ports import free_port
from tests.service import Service

LIMIT = 2_000_000_000
"""Of the embedded edition, in bytes."""

_SERVER = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
    access_log off;
    {places}
    server {{ listen 127.0.0.1:{port}; {location} }}
}}
"""
_PLACES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with Service(tmp_path_factory.mktemp("service"), TRUSTED_PROXIES="1") as running:
        yield running


@pytest.fixture
def proxy(tmp_path: Path, service: Service) -> Iterator[str]:
    """The address of an nginx that runs the guide's own lines before the service."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None:
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    port = free_port()
    (tmp_path / "nginx.conf").write_text(
        _SERVER.format(
            folder=tmp_path,
            port=port,
            places=" ".join(f"{name}_temp_path {tmp_path}/{name};" for name in _PLACES),
            location=documented().replace("127.0.0.1:8000", f"127.0.0.1:{service.port}"),
        )
    )
    command = [program, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as nginx:
        wait_until_it_answers(f"http://127.0.0.1:{port}/")
        yield f"http://127.0.0.1:{port}"
        nginx.terminate()


def documented() -> str:
    """Return the block that the operating guide gives."""
    guide = (ROOT / "docs" / "exploitation.md").read_text(encoding="utf-8")
    found = re.search(r"```nginx\n(.*?)```", guide, re.DOTALL)
    assert found
    return found[1]


def wait_until_it_answers(address: str) -> None:
    limit = time.monotonic() + 20
    while True:
        try:
            urlopen(address, timeout=5).close()  # noqa: S310 -- our own loopback address
        except OSError:
            assert time.monotonic() < limit
            time.sleep(0.1)
        else:
            return


def test_a_file_passes_by_pieces(service: Service, proxy: str, tmp_path: Path) -> None:
    sender = Sender(service)
    path = tmp_path / "film.mp4"
    path.write_bytes(files.mp4() + files.box(b"free", bytes(6_000_000)))
    with path.open("rb") as stream:
        uploader(sender, stream, at=proxy).upload()
    assert [made[1] for made in sender.creations()] == [path.stat().st_size]
    sender.database.dispose()


def announce(sender: Sender, proxy: str, size: int) -> HTTPResponse:
    headers = {**sender.headers, "Tus-Resumable": "1.0.0", "Upload-Length": str(size)}
    request = Request(sender.endpoint(proxy), method="POST", headers=headers)  # noqa: S310 -- loopback
    answer: HTTPResponse = urlopen(request, timeout=20)  # noqa: S310 -- loopback
    return answer


def test_the_limit_is_the_same_for_the_page_the_service_and_the_proxy(service: Service, proxy: str) -> None:
    sender = Sender(service)
    with announce(sender, proxy, LIMIT) as answer:
        assert answer.status == 201
    with pytest.raises(HTTPError) as refusal:
        announce(sender, proxy, LIMIT + 1)
    assert refusal.value.code == 413
    assert "la limite est de 2 Go" in refusal.value.read().decode()
    refusal.value.close()
    assert f'data-limit="{LIMIT}"' in sender.get(f"/candidatures/{sender.entry_id}/creation")
    sender.database.dispose()
