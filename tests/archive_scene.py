"""A contest whose honours are public, with files behind the laureate whose team agreed to a publication."""

import io
from pathlib import Path

from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from concours.entries.models import Deposit
from concours.honours import publishing
from concours.intake.models import JuryFile
from concours.kernel.storage import ReadyStore
from jury.minutes.operations import add_signed_copy
from jury.models import JurySession
from tests import files
from tests.honours_scene import Judged
from tests.stage_scene import AFTER, FIRST, SECOND, unsealed

CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:00.900\nTrois semaines plus tard.\n"
TRANSCRIPT = "On entend la rivière, puis une voix."


def published(session: Session, ready: ReadyStore, folder: Path) -> Judged:
    """Bring the contest to public honours: the first laureate is a film with its document, the second shows nothing."""
    judged = unsealed(session)
    for deposit in session.scalars(select(Deposit)):
        told = {"captions": CAPTIONS, "transcript": TRANSCRIPT, "team": "Les Défricheurs & « Cie »"}
        deposit.dossier = {**deposit.dossier, **told}
        flag_modified(deposit, "dossier")
        if deposit.dossier["title"] in {FIRST, SECOND}:
            _keep_files(session, ready, deposit, folder)
    publishing.publish(session, at=None, actor=judged.organiser, now=AFTER)
    return judged


def sign_on_paper(session: Session, ready: ReadyStore, folder: Path, judged: Judged) -> bytes:
    """Add the signed copy of the minutes, as before the unsealing; return it."""
    content = files.pdf(1, "Signé")
    digest = _kept(ready, folder, content)
    unsealed_at = session.scalars(select(JurySession.unsealed_at)).one()
    session.execute(update(JurySession).values(unsealed_at=None))
    add_signed_copy(session, member_id=judged.secretary, digest=digest, size=len(content), now=AFTER)
    session.execute(update(JurySession).values(unsealed_at=unsealed_at))
    return content


def _keep_files(session: Session, ready: ReadyStore, deposit: Deposit, folder: Path) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (640, 360), "#33247a").save(picture, "PNG")
    wanted = {
        "video": ("video/mp4", files.mp4(seconds=1)),
        "small": ("video/mp4", files.mp4(seconds=1, fps=4)),
        "poster": ("image/png", picture.getvalue()),
        "document": ("application/pdf", files.pdf(1, "Une planche")),
    }
    for page in deposit.creation.jury_files:
        page.digest, page.size = _kept(ready, folder, picture.getvalue()), len(picture.getvalue())
    for role, (mime, content) in wanted.items():
        facts = {"mime": mime, "size": len(content), "width": 640, "height": 360, "text": ""}
        deposit.creation.jury_files.append(
            JuryFile(role=role, position=1, digest=_kept(ready, folder, content), **facts)
        )
    session.flush()


def _kept(ready: ReadyStore, folder: Path, content: bytes) -> str:
    path = folder / "kept"
    path.write_bytes(content)
    return ready.add(path)
