"""Blobs on any S3 server, through boto3. A server that fails raises OSError, as a disk that fails does."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.client import Config
from botocore.exceptions import BotoCoreError, ClientError

from concours.kernel.errors import NotFound
from concours.kernel.settings import S3
from concours.kernel.storage import CHUNK, Readable, check_key

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_BEYOND = frozenset({"416", "InvalidRange"})
_IN_PARTS = TransferConfig(multipart_threshold=16 << 20, multipart_chunksize=16 << 20, max_concurrency=4)
"""At most some 80 MB of a stream stand in memory; S3 takes 10 000 parts: 160 GB."""


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
            retries={"max_attempts": 4, "mode": "standard"},
            connect_timeout=5,
            read_timeout=60,
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

    def put(self, key: str, source: Readable) -> None:
        """Store the stream durably under `key`, whole or not at all, even when reading it raises."""
        check_key(key)
        with failures_as_ours():
            self._client.upload_fileobj(cast("IO[bytes]", _Once(source)), self._bucket, key, Config=_IN_PARTS)

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop` (fewer at the end of the blob); raises NotFound at once."""
        check_key(key)
        if stop <= start:
            self._size(key)
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
                file.writelines(self.read(key, 0, self._size(key)))
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
            self._size(key)
        except NotFound:
            return False
        return True

    def _size(self, key: str) -> int:
        """Return its size in bytes; raises NotFound."""
        check_key(key)
        with failures_as_ours():
            return int(self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])


class _Once:
    """A stream without `seek`: what was read from it is gone, so boto3 keeps each part until it is sent."""

    def __init__(self, source: Readable) -> None:
        self._source = source

    def read(self, size: int = CHUNK, /) -> bytes:
        return self._source.read(size)


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
