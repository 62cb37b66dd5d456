"""Blobs on any S3 server, through boto3."""

from collections.abc import Iterator
from pathlib import Path

import boto3
from botocore.client import Config
from botocore.exceptions import ClientError

from concours.kernel.errors import NotFound
from concours.kernel.settings import S3

_BLOCK = 1 << 20
_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})


class S3Blobs:
    """One bucket; keys as on the local folder."""

    def __init__(self, settings: S3) -> None:
        self._bucket = settings.bucket
        self._client = boto3.client(
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

    def put(self, key: str, source: Path) -> None:
        """Store the file under `key`; S3 shows an object whole or not at all."""
        self._client.upload_file(str(source), self._bucket, key)

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` to before `stop`; raises NotFound."""
        if stop <= start:
            return iter(())
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-{stop - 1}")
        except ClientError as error:
            raise _translated(error) from error
        return answer["Body"].iter_chunks(_BLOCK)

    def delete(self, key: str) -> None:
        """Remove it; nothing happens when it is not there."""
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def has(self, key: str) -> bool:
        """Tell whether it is there."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=key)
        except ClientError as error:
            if isinstance(_translated(error), NotFound):
                return False
            raise
        return True


def _translated(error: ClientError) -> Exception:
    return NotFound() if error.response["Error"]["Code"] in _ABSENT else error
