"""The S3 server that the tests of one run share; tests/conftest.py brings it to all of them."""

from collections.abc import Iterator

import pytest

from concours.kernel.settings import S3
from tests.s3 import PACKAGES, S3Server, is_installed


@pytest.fixture(scope="session")
def s3_settings() -> Iterator[S3]:
    """A bucket on a real S3 server; what needs it is skipped where Debian's Ceph is not installed."""
    if not is_installed():
        pytest.skip(f"no S3 server can be started here (as root: apt-get install {PACKAGES})")
    with S3Server() as server:
        yield server.settings
