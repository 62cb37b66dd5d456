"""The mailbox of a newcomer's machine: where it is, and when it may be seen."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import request

from concours.kernel.web.state import state


def is_open() -> bool:
    """Tell whether this visitor may read the messages that no mail server sends: they hold sign-in codes."""
    settings = state().settings
    return not settings.production and settings.smtp is None and _from_this_machine()


def address() -> str | None:
    """Return where the mailbox is, for whoever may open it."""
    return f"{state().settings.public_url}/courrier" if is_open() else None


def _from_this_machine() -> bool:
    """Tell whether the request came from here and was made to here: a proxy's or a foreign page's was not."""
    name = urlsplit(f"//{request.host}").hostname or ""
    return _is_loopback(request.remote_addr or "") and (name == "localhost" or _is_loopback(name))


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
