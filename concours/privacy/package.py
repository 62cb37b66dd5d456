"""What is held about somebody, as one ZIP file: a JSON document and the digests of the files that were sent."""

import io
import json
import zipfile
from datetime import datetime

from concours.kernel.clock import to_paris
from concours.privacy.personal import Held

_ABOUT = """Ce dossier contient tout ce que le service garde de vous.

donnees.json     les données, lisibles par une personne comme par un programme
empreintes.txt   nom et empreinte SHA-256 des fichiers que vous avez envoyés (format de sha256sum)

Les fichiers eux-mêmes se téléchargent depuis vos candidatures.
"""


def package(held: Held, *, now: datetime) -> bytes:
    """Return the archive; the same for the same data at the same instant."""
    document = json.dumps(held.document(), ensure_ascii=False, indent=1, default=_said)
    digests = "".join(f"{sha256}  {name}\n" for name, sha256 in held.files())
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (("LISEZ-MOI.txt", _ABOUT), ("donnees.json", document), ("empreintes.txt", digests)):
            archive.writestr(zipfile.ZipInfo(name, to_paris(now).timetuple()[:6]), content)
    return made.getvalue()


def _said(value: object) -> str:
    if isinstance(value, datetime):
        return to_paris(value).isoformat(timespec="seconds")
    raise TypeError(type(value).__name__)
