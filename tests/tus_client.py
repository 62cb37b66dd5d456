"""A client of the tus protocol, in a browser where somebody is signed in."""

import base64
from collections.abc import Mapping

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.page import page

CHUNK = {"Content-Type": "application/offset+octet-stream"}


class Tus:
    """Announces files to one dossier and sends them by pieces."""

    def __init__(self, client: FlaskClient, entry_id: str, *, at: str = "/candidatures/{}/envois/") -> None:
        self.client, self.address = client, at.format(entry_id)
        shown = page(client, f"/candidatures/{entry_id}/creation")
        self.token = str(shown.all("input", name="csrf_token")[0].get("value"))

    def send(
        self, method: str, address: str, data: bytes = b"", headers: Mapping[str, str] | None = None
    ) -> TestResponse:
        common = {"Tus-Resumable": "1.0.0", "X-CSRFToken": self.token}
        return self.client.open(address, method=method, data=data, headers={**common, **(headers or {})})

    def create(self, size: int, name: str = "film.mp4", **headers: str) -> TestResponse:
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        wanted = {"Upload-Length": str(size), "Upload-Metadata": metadata}
        return self.send(
            "POST", self.address, headers={**wanted, **{k.replace("_", "-"): v for k, v in headers.items()}}
        )

    def created(self, size: int, name: str = "film.mp4") -> str:
        answer = self.create(size, name)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.headers["Location"]

    def patch(self, address: str, offset: int, data: bytes, **headers: str) -> TestResponse:
        extra = {k.replace("_", "-"): v for k, v in headers.items()}
        return self.send("PATCH", address, data, {**CHUNK, "Upload-Offset": str(offset), **extra})

    def offset(self, address: str) -> int:
        answer = self.send("HEAD", address)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        return int(answer.headers["Upload-Offset"])
