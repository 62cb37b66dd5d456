"""A temporary S3 server on loopback: Ceph's radosgw on one monitor and one object store, ended by their process ids."""

import base64
import os
import secrets
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

import boto3
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from concours.kernel.settings import S3
from tests.ports import free_port

PROGRAMS = ("radosgw", "radosgw-admin", "ceph", "ceph-mon", "ceph-osd", "monmaptool")
PACKAGES = "radosgw ceph-mon ceph-osd ceph-common"

_START_LIMIT_S = 60
_STOP_LIMIT_S = 10
_STORE_BYTES = 4 << 30
"""Of a sparse file: only what is written takes room."""

_RIGHTS = {
    "mon.": {"mon": "allow *"},
    "client.admin": {"mon": "allow *", "osd": "allow *", "mgr": "allow *"},
    "client.rgw": {"mon": "allow rwx", "osd": "allow rwx"},
    "osd.0": {"mon": "allow profile osd", "mgr": "allow profile osd", "osd": "allow *"},
}


def is_installed() -> bool:
    """Return whether this machine can start the server (only root may: its daemons refuse other users' folders)."""
    return os.geteuid() == 0 and all(shutil.which(name) for name in PROGRAMS)


class S3Server:
    """Started by `with`; `settings` names it and a bucket of its own."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="s3-"))
        self._monitor, self._gateway = free_port(), free_port()
        self._daemons: list[subprocess.Popen[bytes]] = []
        self.settings = S3(
            endpoint=f"http://127.0.0.1:{self._gateway}",
            bucket="concours",
            region="default",
            access_key=secrets.token_hex(8),
            secret_key=secrets.token_hex(16),
        )

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Have the server take connections and answer none, for as long as the block lasts."""
        gateway = self._daemons[-1]
        gateway.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            gateway.send_signal(signal.SIGCONT)

    def _start(self) -> None:
        for name in ("mon", "osd", "rgw", "run", "log"):
            (self._folder / name).mkdir()
        cluster = str(uuid4())
        (self._folder / "ceph.conf").write_text(_CONFIGURATION.format(cluster=cluster, **self._places()))
        (self._folder / "keyring").write_text(_keyring())
        self._start_monitor(cluster)
        self._start_store()
        self._start_daemon("radosgw", "-n", "client.rgw")
        self._add_user()
        self._make_bucket()

    def _places(self) -> dict[str, object]:
        return {"folder": self._folder, "monitor": self._monitor, "gateway": self._gateway, "size": _STORE_BYTES}

    def _start_monitor(self, cluster: str) -> None:
        monitors = str(self._folder / "monmap")
        address = f"[v2:127.0.0.1:{self._monitor}]"
        self._run("monmaptool", "--create", "--fsid", cluster, "--addv", "a", address, monitors, configured=False)
        self._run("ceph-mon", "-i", "a", "--mkfs", "--monmap", monitors)
        self._start_daemon("ceph-mon", "-i", "a")

    def _start_store(self) -> None:
        identifier = str(uuid4())
        self._run("ceph", "osd", "create", identifier)
        self._run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", identifier)
        self._start_daemon("ceph-osd", "-i", "0")

    def _add_user(self) -> None:
        user = ("--uid=tests", "--display-name=tests")
        keys = (f"--access-key={self.settings.access_key}", f"--secret-key={self.settings.secret_key}")
        self._run("radosgw-admin", "-n", "client.rgw", "user", "create", *user, *keys)

    def _make_bucket(self) -> None:
        client = boto3.client(
            "s3",
            endpoint_url=self.settings.endpoint,
            region_name=self.settings.region,
            aws_access_key_id=self.settings.access_key,
            aws_secret_access_key=self.settings.secret_key,
            config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
        )
        limit = time.monotonic() + _START_LIMIT_S
        while True:
            try:
                client.create_bucket(Bucket=self.settings.bucket)
            except (BotoCoreError, ClientError) as error:
                if time.monotonic() > limit or any(daemon.poll() is not None for daemon in self._daemons):
                    raise RuntimeError(self._logs()) from error
                time.sleep(0.2)
            else:
                return client.close()

    def _run(self, program: str, *words: str, configured: bool = True) -> None:
        subprocess.run(
            self._command(program, words) if configured else [program, *words],
            check=True,
            capture_output=True,
            timeout=_START_LIMIT_S,
        )

    def _start_daemon(self, program: str, *words: str) -> None:
        with (self._folder / "log" / f"{program}.out").open("wb") as log:
            # In the foreground, and ended with this process however it ends: the process id is the daemon's own.
            command = ["setpriv", "--pdeathsig=KILL", "--", *self._command(program, words), "-f"]
            self._daemons.append(subprocess.Popen(command, stdout=log, stderr=log))

    def _command(self, program: str, words: Sequence[str]) -> list[str]:
        return [program, "-c", str(self._folder / "ceph.conf"), *words]

    def _logs(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-2000:] for path in (self._folder / "log").iterdir())

    def _stop(self) -> None:
        for daemon in reversed(self._daemons):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(timeout=_STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _keyring() -> str:
    return "".join(
        f"[{name}]\n\tkey = {_key()}\n" + "".join(f'\tcaps {where} = "{right}"\n' for where, right in rights.items())
        for name, rights in _RIGHTS.items()
    )


def _key() -> str:
    """Return a key as Ceph writes them: type, seconds, nanoseconds, length, then random bytes."""
    return base64.b64encode(struct.pack("<HIIH", 1, int(time.time()), 0, 16) + secrets.token_bytes(16)).decode()


_CONFIGURATION = """
[global]
fsid = {cluster}
keyring = {folder}/keyring
run dir = {folder}/run
admin socket = {folder}/run/$name.asok
pid file = {folder}/run/$name.pid
log file = {folder}/log/$name.log
mon host = [v2:127.0.0.1:{monitor}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pgp num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
osd crush chooseleaf type = 0
osd objectstore = bluestore
bluestore block size = {size}
osd memory target = 939524096
[mon]
mon data = {folder}/mon
[osd]
osd data = {folder}/osd
[client.rgw]
rgw data = {folder}/rgw
rgw frontends = beast endpoint=127.0.0.1:{gateway}
rgw thread pool size = 32
"""
