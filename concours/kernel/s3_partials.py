"""Pieces on an S3 server: parts of one multipart upload, each of the same size, and what is not yet a part beside them.

A part's number says which bytes it holds, so that the same bytes sent twice are stored once, whoever sends them.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from concours.kernel.errors import NotFound
from concours.kernel.ids import checked_id
from concours.kernel.s3 import S3Blobs, connect, failures_as_ours, in_base64, md5_of, whole_etag
from concours.kernel.settings import S3
from concours.kernel.turns import Turn, forget_turn, take_turn

PART = 8 << 20
"""Bytes of every part but the last; S3 wants 5 MiB at least, and takes 10 000 of them."""


@dataclass(frozen=True)
class _Stored:
    """What is there: the parts' digests as the server computed them, and the size of what follows them."""

    etags: list[str]
    rest: int

    @property
    def size(self) -> int:
        return PART * len(self.etags) + self.rest


class S3Partials:
    """Pieces in one bucket. Turns are taken in a local folder: two machines at once would store the same bytes."""

    def __init__(self, settings: S3, turns: Path) -> None:
        self._bucket, self._turns = settings.bucket, turns
        self._client, self._blobs = connect(settings), S3Blobs(settings)

    def create(self, key: str) -> str:
        """Open a multipart upload; its identifier is the place."""
        with failures_as_ours():
            return str(self._client.create_multipart_upload(Bucket=self._bucket, Key=_whole(key))["UploadId"])

    @contextmanager
    def turn(self, key: str) -> Iterator[Turn]:
        """Give the right to append; raises Busy."""
        lock = self._lock(key)
        lock.parent.mkdir(parents=True, exist_ok=True)
        lock.touch()
        with take_turn(lock) as turn:
            yield turn

    def size(self, key: str, place: str) -> int:
        """Return how many bytes have come; raises NotFound."""
        try:
            return self._stored(key, place).size
        except NotFound:
            return self._blobs.size(_whole(key))

    def append(self, key: str, place: str, blocks: Iterable[bytes]) -> None:
        """Send parts as they fill up; what is left, even by a failure, is kept beside them."""
        stored = self._stored(key, place)
        number, waiting = len(stored.etags) + 1, bytearray(self._rest(key, stored))
        try:
            for block in blocks:
                waiting += block
                while len(waiting) >= PART:
                    self._send_part(key, place, number, bytes(waiting[:PART]))
                    del waiting[:PART]
                    number += 1
        finally:
            if waiting:
                self._put(_rest_of(key, number), bytes(waiting))
        if stored.rest and number > len(stored.etags) + 1:
            self._delete(_rest_of(key, len(stored.etags) + 1))

    def read(self, key: str, place: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`. Raises OSError for parts that are not joined yet.

        No S3 server gives them back before.
        """
        try:
            stored = self._stored(key, place)
        except NotFound:
            return self._blobs.read(_whole(key), start, stop)
        if stored.etags:
            raise OSError("the parts of an open upload cannot be read back")
        return iter((self._rest(key, stored)[start:stop],))

    def finish(self, key: str, place: str) -> None:
        """Have the server join the parts, and compare its digest of the whole with theirs."""
        try:
            stored = self._stored(key, place)
        except NotFound:
            self._blobs.size(_whole(key))  # joined already: raises NotFound when it is not
            return
        etags = list(stored.etags)
        if stored.rest:
            etags.append(self._send_part(key, place, len(etags) + 1, self._rest(key, stored)))
        parts = [{"PartNumber": number, "ETag": etag} for number, etag in enumerate(etags, 1)]
        with failures_as_ours():
            self._client.complete_multipart_upload(
                Bucket=self._bucket, Key=_whole(key), UploadId=place, MultipartUpload={"Parts": parts}
            )
            done = self._client.head_object(Bucket=self._bucket, Key=_whole(key))
        if done["ETag"].strip('"') != whole_etag([bytes.fromhex(etag) for etag in etags]):
            self._delete(_whole(key))
            raise OSError("the S3 server joined other parts than were sent")
        self._clean(key, len(etags))

    def discard(self, key: str, place: str) -> None:
        """Remove the parts and what follows them, or the joined file."""
        try:
            stored = self._stored(key, place)
            with failures_as_ours():
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=_whole(key), UploadId=place)
            self._clean(key, len(stored.etags) + 1)
        except NotFound:
            self._delete(_whole(key))

    def sweep(self, known: Collection[str], before: datetime) -> None:
        """Leave it to the bucket's own rule, which ends uploads that nobody goes on with."""

    def _stored(self, key: str, place: str) -> _Stored:
        """Ask the server what is there; raises NotFound when the upload is joined, dropped, unknown or came whole."""
        if not place:
            raise NotFound
        etags: list[str] = []
        pages = self._client.get_paginator("list_parts").paginate(Bucket=self._bucket, Key=_whole(key), UploadId=place)
        with failures_as_ours():
            for page in pages:
                etags += [part["ETag"].strip('"') for part in page.get("Parts", ())]
        return _Stored(etags, self._rest_size(_rest_of(key, len(etags) + 1)))

    def _rest_size(self, name: str) -> int:
        try:
            with failures_as_ours():
                return int(self._client.head_object(Bucket=self._bucket, Key=name)["ContentLength"])
        except NotFound:
            return 0

    def _rest(self, key: str, stored: _Stored) -> bytes:
        if not stored.rest:
            return b""
        with failures_as_ours():
            answer = self._client.get_object(Bucket=self._bucket, Key=_rest_of(key, len(stored.etags) + 1))
            content: bytes = answer["Body"].read()
        return content

    def _send_part(self, key: str, place: str, number: int, content: bytes) -> str:
        """Send a part with its digest, which the server compares; return the server's."""
        with failures_as_ours():
            sent = self._client.upload_part(
                Bucket=self._bucket,
                Key=_whole(key),
                UploadId=place,
                PartNumber=number,
                Body=content,
                ContentMD5=in_base64(md5_of(content)),
            )
        return str(sent["ETag"].strip('"'))

    def _put(self, name: str, content: bytes) -> None:
        with failures_as_ours():
            self._client.put_object(Bucket=self._bucket, Key=name, Body=content, ContentMD5=in_base64(md5_of(content)))

    def _delete(self, name: str) -> None:
        with failures_as_ours():
            self._client.delete_object(Bucket=self._bucket, Key=name)

    def _clean(self, key: str, last: int) -> None:
        self._delete(_rest_of(key, last))
        forget_turn(self._lock(key))
        self._lock(key).unlink(missing_ok=True)

    def _lock(self, key: str) -> Path:
        return self._turns / checked_id(key)


def _whole(key: str) -> str:
    return f"quarantine/{checked_id(key)}"


def _rest_of(key: str, number: int) -> str:
    """Name what is not yet the part of this number."""
    return f"partial/{checked_id(key)}-{number}"
