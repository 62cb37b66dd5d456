"""A contest whose anonymity is lifted: three works, two laureates, of which one team agreed to a publication."""

from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from concours.accounts.models import Outbox
from concours.entries.models import Deposit
from concours.honours import operations
from concours.honours.game import operations as game
from concours.honours.game.models import Game
from concours.honours.models import HonoursLetter
from concours.intake.models import JuryFile
from concours.kernel.storage import Stores
from tests.honours_scene import SIGNED, Judged, judge, sign

AFTER = datetime(2027, 3, 17, 9, 0, tzinfo=UTC)
REVEAL = datetime(2027, 3, 20, 14, 0, tzinfo=UTC)
FIRST, SECOND, OTHER = "Le guichet", "Le camion", "La bande dessinée"
BODIES = {FIRST: "Mairie d'Œuilly", SECOND: "Préfecture de l'Ombre", OTHER: "Hôpital des Sources"}


def unsealed(session: Session) -> Judged:
    """Bring the contest to its unsealing; the second laureate's team did not agree to a publication."""
    judged = judge(session, {FIRST: (9, 9, 9), SECOND: (8, 8, 8), OTHER: (2, 2, 2)})
    sign(session, judged, {FIRST: 1, SECOND: 2})
    for deposit in session.scalars(select(Deposit)):
        title = str(deposit.dossier["title"])
        facts = {
            "administration": BODIES[title],
            "image_rights": title != SECOND,
            "text_alternative": f"On y voit {title}.",
        }
        deposit.dossier = {**deposit.dossier, **facts}
        flag_modified(deposit, "dossier")
    session.flush()
    operations.unseal(session, actor=judged.organiser, now=SIGNED)
    return judged


def agree(session: Session) -> None:
    """Have every team agree to a publication."""
    for deposit in session.scalars(select(Deposit)):
        deposit.dossier = {**deposit.dossier, "image_rights": True}
        flag_modified(deposit, "dossier")
    session.flush()


def play(session: Session, judged: Judged) -> Game:
    """Prepare the blind test with every administration."""
    return game.prepare(session, proposed=BODIES.values(), actor=judged.organiser, now=AFTER)


def keep_pictures(session: Session, stores: Stores, folder: Path) -> None:
    """Put a picture behind each page of the copies."""
    picture = folder / "page.png"
    Image.new("RGB", (400, 560), "#ffc83d").save(picture)
    size = picture.stat().st_size
    session.execute(update(JuryFile).values(digest=stores.ready.add(picture), size=size))


def mails(session: Session) -> list[Outbox]:
    """Return the messages about the honours, in the order of their writing."""
    written = select(Outbox).join(HonoursLetter, HonoursLetter.mail_id == Outbox.id)
    return list(session.scalars(written.order_by(Outbox.created_at, Outbox.subject)))
