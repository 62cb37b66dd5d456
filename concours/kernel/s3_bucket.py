"""What the bucket owes us, looked at once, at start: a rule that sweeps abandoned parts, conditions that hold."""

import base64
import hashlib
import logging
from typing import Any

from botocore.exceptions import ClientError

from concours.kernel.ids import new_id
from concours.kernel.s3 import connect, failures_as_ours
from concours.kernel.settings import S3

RULE = "concours-abandoned-parts"
ABANDONED_DAYS = 90
"""Longer than any contest is open: an upload may go on until a day after closing, and the worker ends it then."""

_PUT_RULES = "PutBucketLifecycleConfiguration"
_log = logging.getLogger(__name__)


def prepare_bucket(settings: S3) -> None:
    """Add our rule to the bucket and try its conditions. What fails is a warning with its remedy, never a refusal."""
    client = connect(settings)
    try:
        with failures_as_ours():
            sweep_abandoned_parts(client, settings.bucket)
    except Exception as failure:  # noqa: BLE001 -- whatever it is, files are kept as well without the rule
        _log.warning(
            "the bucket %s has no rule that ends abandoned uploads (%s): allow PutLifecycleConfiguration to our key, "
            "or add by hand AbortIncompleteMultipartUpload after %d days",
            settings.bucket,
            failure,
            ABANDONED_DAYS,
        )
    try:
        with failures_as_ours():
            honoured = honours_conditions(client, settings.bucket)
    except OSError as failure:
        _log.warning("the S3 server could not be tried (%s): files wait until it answers", failure)
        return
    if not honoured:
        _log.warning(
            "the S3 server ignores If-None-Match: that a key is free is looked up before each write instead, which "
            "two writers at the same instant could slip through; our keys are random or digests, so nothing is lost"
        )


def sweep_abandoned_parts(client: Any, bucket: str) -> None:
    """Have the server abort uploads that nobody ends; the rules that exist stay as they are."""
    rules = _rules(client, bucket)
    if any(rule.get("ID") == RULE for rule in rules):
        return
    ours = {
        "ID": RULE,
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABANDONED_DAYS},
    }
    client.meta.events.register(f"before-call.s3.{_PUT_RULES}", _add_digest)
    client.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": [*rules, ours]})


def honours_conditions(client: Any, bucket: str) -> bool:
    """Tell whether a second write under one key is refused when we ask that: tried, on a key that goes at once."""
    key = f"trial/{new_id()}"
    client.put_object(Bucket=bucket, Key=key, Body=b"1", IfNoneMatch="*")
    try:
        client.put_object(Bucket=bucket, Key=key, Body=b"2", IfNoneMatch="*")
    except ClientError as error:
        return bool(error.response["Error"]["Code"] in {"412", "PreconditionFailed"})
    finally:
        client.delete_object(Bucket=bucket, Key=key)
    return False


def _rules(client: Any, bucket: str) -> list[dict[str, Any]]:
    try:
        return list(client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchLifecycleConfiguration":
            return []
        raise


def _add_digest(params: dict[str, Any], **_: Any) -> None:
    # Servers that know no newer checksum than MD5 demand it here, and boto3 sends another.
    body = params["body"]
    content = body if isinstance(body, bytes) else body.encode()
    digest = hashlib.md5(content, usedforsecurity=False).digest()
    params["headers"]["Content-MD5"] = base64.b64encode(digest).decode()
