"""A real SMTP server on the loopback, which keeps what it is sent."""

import time
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.ports import free_port


class SmtpServer:
    """Started by `with`; `messages` holds every accepted message, oldest first."""

    def __init__(self) -> None:
        self.host = "127.0.0.1"
        self.port = free_port()
        self.messages: list[EmailMessage] = []
        self.raw: list[str] = []
        """The same, as they came."""
        self.refusal: str | None = None
        """An SMTP answer such as `451 later` given to every message instead of taking it."""
        self._controller = Controller(self, hostname=self.host, port=self.port)

    # The name and the signature are aiosmtpd's.
    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 -- see above
        """Keep one message, or answer with the refusal."""
        if self.refusal is not None:
            return self.refusal
        assert envelope.original_content is not None
        content = envelope.original_content.replace(b"\r\n", b"\n")
        self.raw.append(content.decode("ascii"))
        self.messages.append(message_from_bytes(content, policy=policy.default))
        return "250 OK"

    def wait_for(self, count: int, seconds: float = 20) -> list[EmailMessage]:
        """Return the messages once there are `count`; fails after `seconds`."""
        limit = time.monotonic() + seconds
        while len(self.messages) < count:
            assert time.monotonic() < limit, f"{len(self.messages)} messages after {seconds} s, {count} expected"
            time.sleep(0.05)
        return self.messages

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()
