"""Files are kept whole or not at all, on the local folder and on a real S3 server alike."""

import errno
import gc
import hashlib
import io
import os
import signal
import socket
import subprocess
import sys
import warnings
from collections.abc import Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import Any

import pytest

from concours.kernel import s3, s3_bucket
from concours.kernel.disk import CHUNK
from concours.kernel.errors import NotFound, TooLarge
from concours.kernel.ids import new_id
from concours.kernel.s3 import S3Blobs, connect
from concours.kernel.settings import S3
from concours.kernel.storage import Blobs, Damaged, KeyTaken, LocalBlobs, Quarantine, ReadyStore
from tests.ports import free_port

LARGE = 3 * CHUNK + 17
PARTS = 34 << 20
"""More than two parts of what is sent to S3 in parts."""


@pytest.fixture(params=["local", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | S3:
    """Where the files are: a folder, then a bucket."""
    found: Path | S3 = tmp_path / "uploads" if request.param == "local" else request.getfixturevalue("s3_settings")
    return found


@pytest.fixture
def blobs(place: Path | S3) -> Blobs:
    """Each kind of storage in turn."""
    return LocalBlobs(place) if isinstance(place, Path) else S3Blobs(place)


@pytest.fixture
def quarantine(blobs: Blobs) -> Quarantine:
    return Quarantine(blobs)


def noise(size: int) -> bytes:
    """Bytes that differ from place to place, so that a shifted range shows."""
    return b"".join(hashlib.sha256(step.to_bytes(8, "big")).digest() for step in range(size // 32 + 1))[:size]


def put(blobs: Blobs, content: bytes, folder: str = "quarantine") -> str:
    key = f"{folder}/{new_id()}"
    blobs.put(key, io.BytesIO(content))
    return key


@pytest.mark.parametrize("size", [0, 1, CHUNK, LARGE])
def test_what_was_put_is_read_back(blobs: Blobs, size: int) -> None:
    content = noise(size)
    key = put(blobs, content)
    assert blobs.has(key)
    assert b"".join(blobs.read(key, 0, size)) == content


@pytest.mark.parametrize(
    ("start", "stop"), [(0, 1), (5, 5), (CHUNK - 1, CHUNK + 1), (LARGE - 1, LARGE), (10, LARGE - 10)]
)
def test_a_range_gives_its_bytes_and_no_other(blobs: Blobs, start: int, stop: int) -> None:
    content = noise(LARGE)
    assert b"".join(blobs.read(put(blobs, content), start, stop)) == content[start:stop]


@pytest.mark.parametrize(("start", "stop", "left"), [(8, 100, b"89"), (10, 11, b""), (50, 60, b"")])
def test_a_range_beyond_the_end_gives_what_there_is(blobs: Blobs, start: int, stop: int, left: bytes) -> None:
    assert b"".join(blobs.read(put(blobs, b"0123456789"), start, stop)) == left


def test_what_was_deleted_is_gone_and_may_be_deleted_twice(blobs: Blobs) -> None:
    key = put(blobs, b"abc")
    blobs.delete(key)
    blobs.delete(key)
    assert not blobs.has(key)


@pytest.mark.parametrize("stop", [0, 10])
def test_an_absent_file_is_said_before_the_first_byte(blobs: Blobs, stop: int) -> None:
    with pytest.raises(NotFound):
        blobs.read(f"quarantine/{new_id()}", 0, stop)
    with pytest.raises(NotFound), blobs.on_disk(f"quarantine/{new_id()}"):
        pass


@pytest.mark.parametrize("begun", [False, True])
def test_an_answer_given_up_half_way_leaves_nothing_open(blobs: Blobs, *, begun: bool) -> None:
    reading: Any = blobs.read(put(blobs, noise(LARGE)), 0, LARGE)
    if begun:
        next(reading)
    with warnings.catch_warnings(record=True) as leaks:
        warnings.simplefilter("always", ResourceWarning)
        reading.close()  # what a WSGI server calls when the visitor has left
        del reading
        gc.collect()
    assert [str(leak.message) for leak in leaks] == []


@pytest.mark.parametrize(
    "key",
    [
        "quarantine/../../etc/passwd",
        "quarantine/../ready/" + "a" * 26,
        "/etc/passwd",
        "quarantine/" + "a" * 25,
        "quarantine/" + "A" * 26,
        "elsewhere/" + "a" * 26,
        "quarantine/" + "a" * 26 + "\n",
        "",
    ],
)
def test_a_key_that_is_not_ours_is_refused_everywhere(blobs: Blobs, key: str) -> None:
    with pytest.raises(NotFound):
        blobs.put(key, io.BytesIO(b"x"))
    with pytest.raises(NotFound):
        blobs.read(key, 0, 1)
    with pytest.raises(NotFound), blobs.on_disk(key):
        pass
    with pytest.raises(NotFound):
        blobs.has(key)
    with pytest.raises(NotFound):
        blobs.delete(key)


@pytest.mark.parametrize("size", [0, LARGE, PARTS])
def test_an_original_is_measured_digested_and_kept(quarantine: Quarantine, size: int) -> None:
    content = noise(size)
    received = quarantine.receive(io.BytesIO(content), max_bytes=size)
    assert (received.size, received.sha256) == (size, hashlib.sha256(content).hexdigest())
    with quarantine.local_copy(received.key, size) as path:
        assert path.read_bytes() == content
    quarantine.delete(received.key)
    with pytest.raises(NotFound):
        quarantine.read(received.key, 0, 1)


def test_an_original_that_lost_its_end_is_our_fault(quarantine: Quarantine) -> None:
    received = quarantine.receive(io.BytesIO(b"0123456789"), max_bytes=10)
    with pytest.raises(Damaged), quarantine.local_copy(received.key, 11):
        pass


def kept(blobs: Blobs) -> list[str]:
    """Everything that the storage holds, unfinished uploads included."""
    if isinstance(blobs, LocalBlobs):
        return sorted(path.name for path in blobs._folder.rglob("*") if path.is_file())
    assert isinstance(blobs, S3Blobs)
    whole = blobs._client.list_objects_v2(Bucket=blobs._bucket).get("Contents", [])
    begun = blobs._client.list_multipart_uploads(Bucket=blobs._bucket).get("Uploads", [])
    return sorted(item["Key"] for item in [*whole, *begun])


@pytest.mark.parametrize("size", [10, LARGE, PARTS])
def test_one_byte_too_many_keeps_nothing(blobs: Blobs, size: int) -> None:
    before = kept(blobs)
    with pytest.raises(TooLarge, match="dépasse la limite"):
        Quarantine(blobs).receive(io.BytesIO(noise(size)), max_bytes=size - 1)
    assert kept(blobs) == before


def test_a_visitor_who_hangs_up_leaves_nothing(blobs: Blobs) -> None:
    class Cut(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell() >= 20 << 20:
                raise ConnectionResetError
            return super().read(size)

    before = kept(blobs)
    with pytest.raises(ConnectionResetError):
        Quarantine(blobs).receive(Cut(noise(PARTS)), max_bytes=PARTS)
    assert kept(blobs) == before


def test_the_same_bytes_are_stored_once_under_their_own_digest(blobs: Blobs, tmp_path: Path) -> None:
    store, first, second = ReadyStore(blobs), tmp_path / "a.png", tmp_path / "b.png"
    content = noise(LARGE) + new_id().encode()
    first.write_bytes(content)
    second.write_bytes(content)
    before = kept(blobs)
    digest = store.add(first)
    assert store.add(second) == digest == hashlib.sha256(content).hexdigest()
    assert len(kept(blobs)) == len(before) + 1
    assert b"".join(store.read(digest, 0, LARGE + 26)) == content


def test_a_key_that_is_taken_is_never_written_again(blobs: Blobs) -> None:
    for size in (10, PARTS):
        key = put(blobs, noise(size))
        before = kept(blobs)
        with pytest.raises(KeyTaken):
            blobs.put(key, io.BytesIO(bytes(10)))
        with pytest.raises(KeyTaken):
            blobs.put(key, io.BytesIO(bytes(PARTS)))
        assert kept(blobs) == before
        assert b"".join(blobs.read(key, 0, 10)) == noise(10)


_WRITER = """
import sys
from pathlib import Path
from concours.kernel.s3 import S3Blobs
from concours.kernel.settings import S3
from concours.kernel.storage import LocalBlobs

class Endless:
    sent = 0
    def read(self, size, /):
        self.sent += size
        if self.sent > 40 << 20:
            print("half-way", flush=True)
            sys.stdin.read()
        return bytes(size)

where = sys.argv[2:]
(LocalBlobs(Path(where[0])) if len(where) == 1 else S3Blobs(S3(*where))).put(sys.argv[1], Endless())
"""


def test_a_file_whose_writer_was_killed_is_never_seen(place: Path | S3, blobs: Blobs) -> None:
    key = f"quarantine/{new_id()}"
    where = [str(place)] if isinstance(place, Path) else [word for word in astuple(place) if word]
    command = [sys.executable, "-c", _WRITER, key, *where]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"half-way\n"
        assert not blobs.has(key)
        writer.send_signal(signal.SIGKILL)
    assert not blobs.has(key)
    blobs.put(key, io.BytesIO(b"whole"))
    assert b"".join(blobs.read(key, 0, 10)) == b"whole"


# --- what only a server does -----------------------------------------------------------------------------------------


@pytest.fixture
def bucket(s3_settings: S3) -> S3Blobs:
    return S3Blobs(s3_settings)


@pytest.mark.parametrize("size", [10, PARTS])
def test_bytes_altered_on_the_way_are_refused_by_the_server(bucket: S3Blobs, size: int) -> None:
    before = kept(bucket)
    # After our digest is computed, before the request is signed: the signature vouches for the altered bytes.
    for operation in ("PutObject", "UploadPart"):
        bucket._client.meta.events.register(f"before-sign.s3.{operation}", _alter)
    with pytest.raises(OSError, match="BadDigest"):
        bucket.put(f"quarantine/{new_id()}", io.BytesIO(b"a" * size))
    assert kept(bucket) == before


def _alter(request: Any, **_: Any) -> None:
    content = request.data if isinstance(request.data, bytes) else request.data.read()
    request.data = io.BytesIO(b"z" + content[1:])


@pytest.mark.parametrize("size", [10, PARTS])
def test_a_whole_that_is_not_what_was_sent_is_not_kept(bucket: S3Blobs, size: int) -> None:
    """The server agrees on each part, and answers another digest for the whole."""
    before = kept(bucket)

    def other(parsed: dict[str, Any], **_: Any) -> None:
        parsed["ETag"] = '"0123456789abcdef0123456789abcdef"'

    for operation in ("PutObject", "CompleteMultipartUpload"):
        bucket._client.meta.events.register(f"after-call.s3.{operation}", other)
    with pytest.raises(OSError, match="other bytes"):
        bucket.put(f"quarantine/{new_id()}", io.BytesIO(b"a" * size))
    assert kept(bucket) == before


def test_an_answer_lost_on_the_way_back_is_not_taken_for_somebody_else_s_blob(bucket: S3Blobs) -> None:
    key = put(bucket, b"the same")
    bucket.put(key, io.BytesIO(b"the same"))  # as boto3 does when it has heard nothing
    with pytest.raises(KeyTaken):
        bucket.put(key, io.BytesIO(b"other"))


def test_the_bucket_ends_abandoned_uploads_and_keeps_its_own_rules(s3_settings: S3) -> None:
    client = connect(s3_settings)
    theirs = {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 30}}
    client.meta.events.register("before-call.s3.PutBucketLifecycleConfiguration", s3_bucket._add_digest)
    client.put_bucket_lifecycle_configuration(Bucket=s3_settings.bucket, LifecycleConfiguration={"Rules": [theirs]})
    for _ in range(2):
        s3_bucket.prepare_bucket(s3_settings)
    rules = {rule["ID"]: rule for rule in s3_bucket._rules(client, s3_settings.bucket)}
    assert rules.keys() == {"theirs", s3_bucket.RULE}
    assert rules["theirs"]["Expiration"] == {"Days": 30}
    assert rules[s3_bucket.RULE]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": s3_bucket.ABANDONED_DAYS}


def test_a_server_that_honours_conditions_gives_no_warning(s3_settings: S3, caplog: pytest.LogCaptureFixture) -> None:
    s3_bucket.prepare_bucket(s3_settings)
    assert caplog.text == ""
    assert not any(key.startswith("trial/") for key in kept(S3Blobs(s3_settings)))


def test_a_bucket_that_refuses_is_a_warning_with_its_remedy(s3_settings: S3, caplog: pytest.LogCaptureFixture) -> None:
    s3_bucket.prepare_bucket(replace(s3_settings, secret_key="wrong"))
    assert "AbortIncompleteMultipartUpload after 90 days" in caplog.text
    assert "could not be tried" in caplog.text


# --- disks and servers out of order ----------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of four megabytes; only root may mount one."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here (root may)")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_disk_that_fills_up_keeps_nothing_of_the_file_and_all_of_the_others(small_disk: Path) -> None:
    blobs = LocalBlobs(small_disk)
    key = put(blobs, b"there before")
    with pytest.raises(OSError, match="No space") as full:
        put(blobs, noise(6 << 20))
    assert full.value.errno == errno.ENOSPC
    assert kept(blobs) == [key.partition("/")[2]]
    assert b"".join(blobs.read(key, 0, 99)) == b"there before"
    put(blobs, noise(1 << 20))


def test_a_server_that_is_down_or_silent_is_an_oserror(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "_ANSWER_LIMIT_S", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        for endpoint in (f"http://127.0.0.1:{port}", f"http://127.0.0.1:{free_port()}"):
            blobs = S3Blobs(S3(endpoint, "concours", "default", "key", "secret"))
            for act in (
                lambda: blobs.put(f"quarantine/{new_id()}", io.BytesIO(b"x")),  # noqa: B023 -- called in this very turn
                lambda: blobs.read(f"quarantine/{new_id()}", 0, 1),  # noqa: B023 -- as above
                lambda: blobs.has(f"quarantine/{new_id()}"),  # noqa: B023 -- as above
            ):
                with pytest.raises(OSError, match="the S3 server fails"):
                    act()
