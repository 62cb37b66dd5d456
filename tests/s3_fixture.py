"""The S3 server that the tests of one run share; tests/conftest.py brings it to all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import pytest

from concours.kernel.s3 import connect
from concours.kernel.settings import S3
from tests.s3 import PACKAGES, S3Server, is_installed
from tests.shared_server import shared


def start_server() -> S3Server:
    """Return a server not yet started; what needs one is skipped where Debian's Ceph is not installed."""
    if not is_installed():
        pytest.skip(f"no S3 server can be started here (as root: apt-get install {PACKAGES})")
    return S3Server()


@contextmanager
def _named_server() -> Iterator[dict[str, str]]:
    with start_server() as server:
        yield environ_of(server.settings)


@pytest.fixture(scope="session")
def s3_settings(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[S3]:
    """A bucket of this process's own on a real S3 server, which all the processes of a run share."""
    own = tmp_path_factory.getbasetemp()
    run = own if worker_id == "master" else own.parent
    with shared(run / "s3", _named_server) as server:
        yield _own_bucket_on(_named(server))


@pytest.fixture
def own_bucket(s3_settings: S3) -> S3:
    """A bucket of this test's own."""
    return _own_bucket_on(s3_settings)


def _own_bucket_on(server: S3) -> S3:
    settings = replace(server, bucket=f"test-{uuid4().hex}")
    client = connect(settings)
    client.create_bucket(Bucket=settings.bucket)
    client.close()
    return settings


def _named(environ: dict[str, str]) -> S3:
    """Return the settings that `environ_of` made these variables from."""
    return S3(
        endpoint=environ["S3_ENDPOINT"],
        bucket=environ["S3_BUCKET"],
        region=environ["S3_REGION"],
        access_key=environ["S3_ACCESS_KEY"],
        secret_key=environ["S3_SECRET_KEY"],
    )


def environ_of(settings: S3 | None) -> dict[str, str]:
    """Return the environment that names this bucket; nothing for the local folder."""
    if settings is None:
        return {}
    public = {"S3_PUBLIC_ENDPOINT": settings.public_endpoint} if settings.public_endpoint else {}
    return {
        "STORAGE": "s3",
        "S3_ENDPOINT": settings.endpoint,
        "S3_BUCKET": settings.bucket,
        "S3_REGION": settings.region,
        "S3_ACCESS_KEY": settings.access_key,
        "S3_SECRET_KEY": settings.secret_key,
        **public,
    }


@pytest.fixture(params=["local", "s3"])
def storage_environ(request: pytest.FixtureRequest) -> dict[str, str]:
    """The environment of each kind of storage in turn: the local folder, then a real server."""
    return environ_of(request.getfixturevalue("own_bucket") if request.param == "s3" else None)


def stored(settings: S3, prefix: str = "") -> list[str]:
    """Return the keys in the bucket, those of unfinished uploads included."""
    client = connect(settings)
    try:
        whole = client.list_objects_v2(Bucket=settings.bucket, Prefix=prefix).get("Contents", [])
        begun = client.list_multipart_uploads(Bucket=settings.bucket, Prefix=prefix).get("Uploads", [])
        return sorted(item["Key"] for item in [*whole, *begun])
    finally:
        client.close()
