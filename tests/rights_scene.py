"""One contest at each of its states, with everybody signed in, and every address of both applications to be tried."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule
from werkzeug.test import Client

from concours.accounts.models import Account
from concours.accounts.operations import make_organiser
from concours.accounts.rules import OrganiserRole
from concours.entries.models import Entry
from concours.honours.operations import unseal
from concours.intake.models import Creation, JuryFile
from concours.organisers import operations as organisers
from jury.models import JuryMember
from tests import jury_session
from tests.honours_scene import SIGNED, Judged, sign
from tests.jury_session import accept
from tests.whole_contest import JURY_URL, WholeContest

STATES = ("open", "jury", "unsealed")
NOTHING = "x" * 26
"""The identifier of nothing."""

OF_MEMBERS = {"juror": "jure1", "president": "presidente", "secretary": "secretaire", "substitute": "suppleante"}
_ENDS_SESSIONS = frozenset(
    {"account.end_sessions", "invitations.accept", "invitations.other_account", "sessions.end_all", "signin.leave"}
)
_OWN: Mapping[str, Mapping[str, str]] = {
    "organisers.text": {"name": "charter"},
    "organisers.mail_template": {"key": "rappel"},
    "exports.download": {"name": "laureats"},
    "honours.letters_page": {"kind": "resultats"},
    "honours.letter": {"kind": "resultats"},
    "honours.send_letters": {"kind": "resultats"},
    "honours.play": {"act": "ouvrir"},
    "honours.stage_media": {"role": "page"},
    "palmares.media": {"role": "page"},
}
_REFUSED = frozenset({401, 403, 404})


@dataclass
class Rights:
    """A contest brought to a state."""

    contest: WholeContest
    state: str
    facts: dict[str, str | int] = field(default_factory=dict)
    """What stands for the holes of addresses."""

    def __post_init__(self) -> None:
        contest = self.contest
        contest.deposit_some(2)
        self._keep_files()
        contest.invite_panel()
        self._invite_substitute()
        if self.state != "open":
            number = contest.hand_over()[0]
            self.facts["number"] = number
        if self.state == "unsealed":
            self._unseal()
        self._know_the_facts()
        # Who may enter is asked of the access rules, not of the tokens; forms still ask for theirs, and do nothing.
        contest.app.config["WTF_CSRF_CHECK_DEFAULT"] = contest.jury.config["WTF_CSRF_CHECK_DEFAULT"] = False

    def people(self) -> Mapping[str, Client]:
        """Return the browser of each sort of person of `concours`, by name."""
        with self.contest.database.write() as session:
            for role in OrganiserRole:
                make_organiser(
                    session, email=f"{role}@concours.example", role=role, actor="command", now=self.contest.clock()
                )
        roles = {str(role): self.contest.sign_in(f"{role}@concours.example") for role in OrganiserRole}
        return {
            "visitor": self.contest.app.test_client(),
            "candidate": self.contest.sign_in(str(self.facts["candidate"])),
            **roles,
        }

    def members(self) -> Mapping[str, Client]:
        """Return the browser of each sort of person who may knock at the jury's door, by name."""
        organiser = self.contest.visitor()
        organiser.get(self.contest.link("secretariat@concours.example"))
        found = {role: self.contest.member(name) for role, name in OF_MEMBERS.items()}
        return {"visitor": self.contest.visitor(), "organiser": organiser, **found}

    def enters(self, client: Client, rule: Rule, method: str, prefix: str = "") -> bool:
        """Tell whether this person is let in; never with a failure of ours."""
        holes = {name: self.facts.get(name, NOTHING) for name in rule.arguments}
        holes.update(_OWN.get(rule.endpoint, {}))
        built = rule.build(holes)
        assert built is not None, rule
        answer = client.open(prefix + built[1], method=method)
        answer.close()
        assert answer.status_code < 500, f"{method} {built[1]}: {answer.status}"
        room = rule.endpoint.partition(".")[0]
        where = urlsplit(answer.headers.get("Location", "")).path.removeprefix("/jury")
        # Sent to sign in, or to a seat that is not taken: the page was not opened.
        sent_away = (where == "/connexion" and room != "signin") or (where == "/invitation/" and room != "invitation")
        return answer.status_code not in _REFUSED and not sent_away

    def _keep_files(self) -> None:
        """Put bytes behind the files that were made up."""
        contest = self.contest
        contest.settings.uploads.mkdir(parents=True, exist_ok=True)
        picture = contest.settings.uploads / "picture.png"
        picture.write_bytes(b"0123456789")
        digest = contest.state.stores.ready.add(picture)
        with contest.database.write() as session:
            session.execute(update(JuryFile).values(digest=digest, size=10))
            made = session.scalars(select(Creation)).all()
        for creation in made:
            contest.keep(creation)

    def _invite_substitute(self) -> None:
        contest = self.contest
        with contest.database.write() as session:
            member_id = organisers.invite_member(
                session,
                email="suppleante@jury.example",
                name="Suppléante",
                function="",
                role="substitute",
                jury_url=JURY_URL,
                actor=contest.organiser_id,
                now=contest.clock(),
            )
            accept(session, member_id, now=contest.clock())

    def _unseal(self) -> None:
        contest = self.contest
        with contest.database.write() as session:
            for name in ("presidente", "jure1", "jure2"):
                for number in contest.numbers():
                    jury_session.score(session, contest.member_id(name), number, 7, 6, 5, now=contest.clock())
        contest.close_scoring()
        contest.clock.move_to(SIGNED)
        first, second = contest.numbers()
        titles = {"first": first, "second": second}
        president, secretary = contest.member_id("presidente"), contest.member_id("secretaire")
        with contest.database.write() as session:
            sign(session, Judged(contest.organiser_id, president, secretary, titles), {"first": 1, "second": 2})
            unseal(session, actor=contest.organiser_id, now=SIGNED)

    def _know_the_facts(self) -> None:
        with self.contest.database.read() as session:
            entry = session.scalars(select(Entry).order_by(Entry.title)).first()
            assert entry is not None
            assert entry.deposit_id is not None
            candidate = session.get_one(Account, entry.account_id)
            file = session.scalars(select(JuryFile.id).where(JuryFile.creation_id == entry.creation_id)).first()
            member = session.scalars(select(JuryMember.id).where(JuryMember.email == "jure2@jury.example")).one()
            self.facts.update(
                entry_id=entry.id,
                deposit_id=entry.deposit_id,
                candidate=candidate.email,
                account_id=self.contest.organiser_id,
                member_id=member,
                juror_id=member,
                file_id=file or NOTHING,
                part="equipe",
                position=1,
                role="page",
            )
            self.facts.setdefault("number", 1)


def tries(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Yield every address of an application with each of its methods: first what is read, last what ends sessions."""
    rules = sorted(app.url_map.iter_rules(), key=lambda rule: (rule.endpoint in _ENDS_SESSIONS, rule.endpoint))
    for reading in (True, False):
        for rule in rules:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                if rule.endpoint != "static" and (method == "GET") is reading:
                    yield rule, method
