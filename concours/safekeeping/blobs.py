"""The stores by their keys: what backups, restorations and checks read, and the list of what is there."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from concours.kernel.errors import NotFound
from concours.kernel.settings import S3, Settings
from concours.kernel.storage import Blobs, LocalBlobs, check_key

PLACES = ("quarantine", "ready")


@dataclass(frozen=True, slots=True)
class Standing:
    """A file that stands in the stores."""

    key: str
    changed_at: datetime


def open_blobs(settings: Settings) -> Blobs:
    """Return both stores as one, by key."""
    if settings.s3 is None:
        return LocalBlobs(settings.uploads)
    from concours.kernel.s3 import S3Blobs  # noqa: PLC0415 -- half a second that local storage need not wait for

    return S3Blobs(settings.s3)


def standing(settings: Settings) -> Iterator[Standing]:
    """Yield every file of the stores. What is on its way in, or was left by a stop, has no key and is passed over."""
    found = _in_bucket(settings.s3) if settings.s3 else _in_folder(settings)
    for each in found:
        with suppress(NotFound):
            check_key(each.key)
            yield each


def read_whole(blobs: Blobs, key: str) -> Iterator[bytes]:
    """Yield the bytes of a file; raises NotFound at once."""
    return blobs.read(key, 0, blobs.size(key))


def digest_in(blobs: Blobs, key: str) -> tuple[int, str]:
    """Return size and SHA-256 of a file as it stands; raises NotFound."""
    digest, size = hashlib.sha256(), 0
    for block in read_whole(blobs, key):
        digest.update(block)
        size += len(block)
    return size, digest.hexdigest()


def _in_folder(settings: Settings) -> Iterator[Standing]:
    for place in PLACES:
        folder = settings.uploads / place
        for path in folder.iterdir() if folder.is_dir() else ():
            with suppress(FileNotFoundError):  # it went meanwhile
                yield Standing(f"{place}/{path.name}", datetime.fromtimestamp(path.stat().st_mtime, UTC))


def _in_bucket(settings: S3) -> Iterator[Standing]:
    from concours.kernel.s3 import connect, failures_as_ours  # noqa: PLC0415 -- as above

    client = connect(settings)
    pages = client.get_paginator("list_objects_v2")
    for place in PLACES:
        with failures_as_ours():
            for page in pages.paginate(Bucket=settings.bucket, Prefix=f"{place}/"):
                for each in page.get("Contents", ()):
                    yield Standing(each["Key"], each["LastModified"])
