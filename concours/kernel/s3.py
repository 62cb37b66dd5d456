"""Blobs on any S3 server, through boto3. A server that fails raises OSError, as a disk that fails does."""

import base64
import hashlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import boto3
from boto3.exceptions import Boto3Error
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from concours.kernel.disk import CHUNK
from concours.kernel.errors import NotFound
from concours.kernel.settings import S3
from concours.kernel.storage import KeyTaken, Readable, check_key

_ABSENT = frozenset({"404", "NoSuchKey", "NoSuchUpload", "NotFound"})
_BEYOND = frozenset({"416", "InvalidRange"})
_TAKEN = frozenset({"412", "PreconditionFailed"})

_ALTERED = "the S3 server has stored other bytes than those sent"

PART_BYTES = 16 << 20
"""Of a blob sent in parts; S3 takes 10 000 of them: 160 GB."""

_ANSWER_LIMIT_S = 20
"""How long a silent server is waited for, twice: a person waits at the other end."""


def connect(settings: S3) -> Any:
    """Return boto3's client on the server that the settings name. Nothing is sent yet."""
    return boto3.client(
        "s3",
        endpoint_url=settings.endpoint,
        region_name=settings.region,
        aws_access_key_id=settings.access_key,
        aws_secret_access_key=settings.secret_key,
        config=Config(
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 2, "mode": "standard"},
            connect_timeout=5,
            read_timeout=_ANSWER_LIMIT_S,
            # Servers other than Amazon's refuse the trailing checksums that recent boto3 adds by itself.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@contextmanager
def failures_as_ours() -> Iterator[None]:
    """Turn what boto3 raises into NotFound, or OSError for a server that fails or refuses."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _ABSENT:
            raise NotFound from error
        raise (_BeyondTheEnd if code in _BEYOND else OSError)(f"the S3 server answers {code}") from error
    except (BotoCoreError, Boto3Error) as error:
        raise OSError(f"the S3 server fails: {type(error).__name__}") from error


class S3Blobs:
    """One bucket; keys as on the local folder."""

    def __init__(self, settings: S3) -> None:
        self._bucket = settings.bucket
        self._client = connect(settings)
        public = settings.public_endpoint
        self._signer = connect(replace(settings, endpoint=public)) if public else None

    def put(self, key: str, source: Readable) -> None:
        """Store the stream durably under `key`, whole or not at all, even when reading it raises.

        Raises KeyTaken when other bytes have this key, OSError when the server has not what was sent.
        """
        check_key(key)
        first = read_part(source)
        with failures_as_ours():
            if len(first) < PART_BYTES:
                self._put_whole(key, first)
            else:
                self._put_parts(key, first, source)

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop` (fewer at the end of the blob); raises NotFound at once."""
        check_key(key)
        if stop <= start:
            self.size(key)
            return iter(())
        try:
            with failures_as_ours():
                answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-{stop - 1}")
        except _BeyondTheEnd:
            return iter(())
        return _Body(answer["Body"])

    @contextmanager
    def on_disk(self, key: str) -> Iterator[Path]:
        """Give the path of a copy, which goes with the block; raises NotFound."""
        with tempfile.TemporaryDirectory(prefix="concours-") as folder:
            path = Path(folder) / "copy"
            with path.open("wb") as file:
                file.writelines(self.read(key, 0, self.size(key)))
            yield path

    def delete(self, key: str) -> None:
        """Remove it; nothing happens when it is not there."""
        check_key(key)
        with failures_as_ours():
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def has(self, key: str) -> bool:
        """Tell whether it is there."""
        check_key(key)
        try:
            self.size(key)
        except NotFound:
            return False
        return True

    def link(self, key: str, mime: str, seconds: int) -> str | None:
        """Return an address where a browser fetches it, ranges included, for so many seconds; None when it cannot."""
        check_key(key)
        if self._signer is None:
            return None
        asked = {
            "Bucket": self._bucket,
            "Key": key,
            "ResponseContentType": mime,
            "ResponseContentDisposition": "inline",
            "ResponseCacheControl": f"private, max-age={seconds}",
        }
        return str(self._signer.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds))

    def size(self, key: str) -> int:
        """Return its size in bytes; raises NotFound."""
        check_key(key)
        with failures_as_ours():
            return int(self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])

    def _put_whole(self, key: str, content: bytes) -> None:
        digest = md5_of(content)
        send = partial(
            self._client.put_object, Bucket=self._bucket, Key=key, Body=content, ContentMD5=in_base64(digest)
        )
        self._seal(key, digest.hex(), send)

    def _put_parts(self, key: str, first: bytes, source: Readable) -> None:
        upload = self._client.create_multipart_upload(Bucket=self._bucket, Key=key)["UploadId"]
        name = {"Bucket": self._bucket, "Key": key, "UploadId": upload}
        try:
            digests = self._send_parts(name, first, source)
            parts = [{"PartNumber": number, "ETag": f'"{each.hex()}"'} for number, each in enumerate(digests, 1)]
            self._check_free(key)
            complete = partial(self._client.complete_multipart_upload, **name, MultipartUpload={"Parts": parts})
            self._seal(key, whole_etag(digests), complete)
        except BaseException:
            with suppress(
                BotoCoreError, ClientError
            ):  # what went wrong first is what is told; the rule sweeps the rest
                self._client.abort_multipart_upload(**name)
            raise

    def _send_parts(self, name: dict[str, str], first: bytes, source: Readable) -> list[bytes]:
        """Send a part while the next one is read; return the digest of each. At most two parts stand in memory."""
        digests: list[bytes] = []
        with ThreadPoolExecutor(1) as sender:
            sending: Future[None] | None = None
            part = first
            while part:
                digests.append(md5_of(part))
                if sending is not None:
                    sending.result()
                sending = sender.submit(self._send_part, name, len(digests), part, digests[-1])
                part = read_part(source)
            if sending is not None:
                sending.result()
        return digests

    def _send_part(self, name: dict[str, str], number: int, part: bytes, digest: bytes) -> None:
        answer = self._client.upload_part(**name, PartNumber=number, Body=part, ContentMD5=in_base64(digest))
        if not _agree(answer, digest.hex()):
            raise OSError(_ALTERED)

    def _check_free(self, key: str) -> None:
        # Debian 12's radosgw lets the end of a multipart upload replace a blob whatever the condition says.
        if self.has(key):
            raise KeyTaken("a blob has this key already")

    def _seal(self, key: str, etag: str, send: Callable[..., Any]) -> None:
        """Send what makes the blob be, unless one has its key, and compare the server's digest with ours."""
        try:
            answer = send(IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in _TAKEN:
                raise
            # An answer that was lost on its way has us send again: what stands there may be ours.
            if not _agree(self._client.head_object(Bucket=self._bucket, Key=key), etag):
                raise KeyTaken("a blob has this key already") from error
            return
        if not answer.get("ETag"):  # Debian 12's radosgw says nothing at the end of a multipart upload
            answer = self._client.head_object(Bucket=self._bucket, Key=key)
        if not _agree(answer, etag):
            self._client.delete_object(Bucket=self._bucket, Key=key)
            raise OSError(_ALTERED)


def read_part(source: Readable) -> bytes:
    """Return the next part: PART_BYTES of them, fewer at the end of the stream, none beyond it."""
    part = bytearray()
    while len(part) < PART_BYTES and (block := source.read(min(CHUNK, PART_BYTES - len(part)))):
        part += block
    return bytes(part)


def whole_etag(digests: Sequence[bytes]) -> str:
    """Return the ETag of a blob made of parts with these MD5 digests, as every S3 server computes it."""
    return f"{md5_of(b''.join(digests)).hex()}-{len(digests)}"


def md5_of(content: bytes) -> bytes:
    """Return the digest that S3 servers compare: a check of the way, not a proof."""
    return hashlib.md5(content, usedforsecurity=False).digest()


def in_base64(digest: bytes) -> str:
    """Return a digest as the header Content-MD5 bears it."""
    return base64.b64encode(digest).decode()


def _agree(answer: Any, etag: str) -> bool:
    """Tell whether the server's digest is ours. Under a KMS key the ETag is no digest: Content-MD5 was enough."""
    return "kms" in str(answer.get("ServerSideEncryption", "")) or answer["ETag"].strip('"') == etag


class _Body(Iterator[bytes]):
    """An answer's bytes. Its connection goes back to the pool when they are all read, or given up by `close`."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def __next__(self) -> bytes:
        with failures_as_ours():
            block: bytes = self._body.read(CHUNK)
        if not block:
            raise StopIteration
        return block

    def close(self) -> None:
        self._body.close()


class _BeyondTheEnd(OSError):
    """The first byte asked for lies beyond the blob."""
