"""Who may open which page in which state, address by address, in both applications: a new address needs its line here.

What the jury may meet of an identity is another test's: tests/integration/test_jury_blindness.py.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import Client

from tests.entries_scene import OPEN
from tests.fakes.clock import FrozenClock
from tests.rights_scene import STATES, Rights, tries
from tests.whole_contest import WholeContest

Who = frozenset[str]
Expected = Mapping[tuple[str, str], Who | Mapping[str, Who]]
"""By endpoint, `read` or `act`: who enters, in every state or by state."""

NOBODY: Who = frozenset()
SECRETARIAT = frozenset({"secretariat"})
CONSOLE = SECRETARIAT | {"reader"}
DAY = SECRETARIAT | {"check_in", "reader"}
CANDIDATE = frozenset({"candidate"})
"""The one whose dossier it is."""
SIGNED_IN = CANDIDATE | DAY
EVERYONE = SIGNED_IN | {"visitor"}

PRESIDENT, SECRETARY = frozenset({"president"}), frozenset({"secretary"})
OFFICERS = PRESIDENT | SECRETARY
SCORERS = PRESIDENT | {"juror"}
SEATED = SCORERS | SECRETARY
MEMBERS = SEATED | {"substitute"}
ANYBODY = MEMBERS | {"visitor", "organiser"}
"""`organiser`: one of the secretariat of the contest, signed in there. They stand nowhere else in the jury's lines."""


def lines(
    kind: str, room: str, names: str, who: Who | Mapping[str, Who]
) -> dict[tuple[str, str], Who | Mapping[str, Who]]:
    return {(f"{room}.{name}", kind): who for name in names.split()}


def once_open(state: str, who: Who) -> Mapping[str, Who]:
    """Say that these people enter from this state on, and nobody before."""
    first = STATES.index(state)
    return {each: who if index >= first else NOBODY for index, each in enumerate(STATES)}


CONCOURS: Expected = {
    **lines("read", "site", "accessibility blank_dossier clock health help_page home legal_notice mailbox", EVERYONE),
    **lines("read", "site", "personal_data reglement reglement_pdf site_map", EVERYONE),
    **lines("read", "status", "machine_readable page", EVERYONE),
    **lines("read", "receipts", "check_file check_page public_keys", EVERYONE),
    **lines("act", "receipts", "check_file", EVERYONE),
    **lines("read", "registrations", "join join_asked register registered", EVERYONE),
    **lines("act", "registrations", "join register", EVERYONE),
    **lines("read", "signin", "ask code left resume", EVERYONE),
    **lines("act", "signin", "ask code stay leave", EVERYONE),
    **lines("act", "invitations", "accept other_account", EVERYONE),
    # Opened by a link of one's own: without it, the page does not exist for anybody.
    **lines("read", "signin", "link", NOBODY),
    **lines("act", "signin", "link", NOBODY),
    **lines("read", "second_step", "ask recovery", NOBODY),
    **lines("act", "second_step", "ask recovery", NOBODY),
    **lines("read", "invitations", "invitation", NOBODY),
    **lines("read", "registrations", "held_seat membership place ticket ticket_file", NOBODY),
    **lines("act", "registrations", "accept ask_again cancel confirm_membership held_seat leave let_go", NOBODY),
    **lines("read", "reminders", "choice", NOBODY),
    **lines("act", "reminders", "resume stop", NOBODY),
    **lines("read", "phone", "clock file_state page", NOBODY),
    **lines("act", "phone", "abandon", NOBODY),
    **lines("act", "phone_uploads", "collection upload", NOBODY),
    # One's own account.
    **lines("read", "account", "address home prove", SIGNED_IN),
    **lines("act", "account", "address prove", SIGNED_IN),
    **lines("act", "account", "end_session", NOBODY),  # of a session that is not one's own
    **lines("act", "account", "end_sessions", NOBODY),  # sends to the sign-in page, all being ended
    **lines("read", "second_factor", "enrol home", DAY),
    **lines("act", "second_factor", "enrol remove renew", DAY),
    **lines("read", "my_data", "archive erase home", SIGNED_IN),
    **lines("act", "my_data", "erase", SIGNED_IN),
    **lines("read", "registration_data", "archive show", NOBODY),
    **lines("act", "registration_data", "show", NOBODY),
    # One's own dossiers: no organiser enters there.
    **lines("read", "entries", "mine", SIGNED_IN),
    **lines("act", "entries", "left start", SIGNED_IN),
    **lines("read", "entries", "clock consents creation deposit entry file_state jury_view leave part", CANDIDATE),
    **lines("read", "entries", "people preview preview_captions receipt withdraw_invitation withdrawal", CANDIDATE),
    **lines("act", "entries", "choose consents creation deposit part people withdraw_invitation withdrawal", CANDIDATE),
    **lines(
        "act", "entries", "arm invite_again", once_open("jury", CANDIDATE)
    ),  # before: no such upload, no such person
    **lines(
        "read", "entries", "hand_on receipt_json receipt_pdf remove_person", NOBODY
    ),  # no such person, no such paper
    **lines("act", "entries", "abandon hand_on remove_person", NOBODY),
    **lines("read", "drafts", "token", CANDIDATE),
    **lines("act", "drafts", "save", CANDIDATE),
    **lines("act", "uploads", "collection upload", CANDIDATE),
    # The console.
    **lines("read", "registrations.day", "listing", DAY),
    **lines("read", "registrations.welcome", "show walk_in", DAY),
    **lines("read", "registrations.tablet", "board roll token worker", DAY),
    **lines("act", "registrations.welcome", "attendance walk_in", SECRETARIAT | {"check_in"}),
    **lines("act", "registrations.welcome", "check_in undo", NOBODY),  # nobody of that name
    **lines("act", "registrations.tablet", "save ticket", NOBODY),
    **lines("read", "registrations.console", "add hold", CONSOLE),
    **lines("act", "registrations.console", "add hold", SECRETARIAT),
    **lines("read", "registrations.console", "cancel", NOBODY),  # no registration of that name
    **lines("act", "registrations.console", "cancel", NOBODY),
    **lines(
        "read", "organisers", "behalf bodies calendar dashboard edition entries entry extension hand_over", CONSOLE
    ),
    **lines("read", "organisers", "journal jury_file more_time organiser original panel problem progress", CONSOLE),
    **lines("read", "organisers", "register remove remove_organiser reports reset_second_factor rules", CONSOLE),
    **lines("read", "organisers", "history next_edition second_look secretariat status text", CONSOLE),
    **lines(
        "read", "organisers", "admit call report", NOBODY
    ),  # no late attempt, no substitute, no report of that name
    **lines("act", "organisers", "admit call report", NOBODY),
    **lines("act", "organisers", "behalf bodies body calendar clear entry extension hand_over", SECRETARIAT),
    **lines("act", "organisers", "more_time organiser panel problem remove remove_organiser", SECRETARIAT),
    **lines("act", "organisers", "presence second_look unsay withdraw_second_look", SECRETARIAT),
    **lines(
        "act",
        "organisers",
        "next_edition reset_second_factor retry rules secretariat text undo_next_edition",
        SECRETARIAT,
    ),
    **lines("read", "organisers", "bulk_ask mail_template mails messages resend_failed", CONSOLE),
    **lines("act", "organisers", "mail_template resend_failed start_message", SECRETARIAT),
    **lines("read", "organisers", "bulk_done mail message preview_message", NOBODY),  # none of that name
    **lines("act", "organisers", "bulk_do bulk_undo choose_recipient delete_message message", NOBODY),
    **lines("act", "organisers", "resend send_message stop_message", NOBODY),
    **lines("read", "conservation", "register show", CONSOLE),
    **lines("read", "exports", "overview", CONSOLE),
    **lines("act", "exports", "overview", SECRETARIAT),
    **lines("read", "honours", "honours hour", CONSOLE),
    **lines("act", "honours", "hour unseal", SECRETARIAT),
    **lines(
        "read", "honours", "letter letters_page prepare publication stage stage_content", once_open("unsealed", CONSOLE)
    ),
    **lines("read", "honours", "code stage_media tallies", NOBODY),  # no game, no consent
    **lines("act", "honours", "prepare publish", once_open("unsealed", SECRETARIAT)),
    **lines("act", "honours", "put_back send_letters", SECRETARIAT),
    **lines("act", "honours", "erase play", NOBODY),  # no game
    # Under embargo, the honours are a page that does not exist.
    **lines("read", "palmares", "captions edition latest media", NOBODY),
    **lines("read", "game", "live show", NOBODY),
    **lines("act", "game", "guess", NOBODY),
}

JURY: Expected = {
    **lines("read", "signin", "ask code left resume", ANYBODY),
    **lines("act", "signin", "ask code stay leave", ANYBODY),
    **lines("read", "signin", "link", NOBODY),
    **lines("act", "signin", "link", NOBODY),
    **lines("read", "invitation", "decline show", MEMBERS),
    **lines("act", "invitation", "decline show", MEMBERS),
    **lines("read", "sessions", "mine", MEMBERS),
    **lines("act", "sessions", "end_one", NOBODY),  # of a session that is not one's own
    **lines("act", "sessions", "end_all", NOBODY),  # sends to the sign-in page, all being ended
    # Sheets: those of jurors and of the president alone; the secretary sees the works.
    **lines("read", "works", "home", SEATED),
    **lines("read", "works", "show media", once_open("jury", SEATED)),
    **lines("read", "works", "captions", NOBODY),  # of a document
    **lines("act", "works", "save", once_open("jury", SEATED)),
    **lines("read", "scoring", "token", SEATED),
    **lines("act", "scoring", "save", NOBODY),
    **lines("read", "travel", "manifest worker", SEATED),
    **lines("read", "examples", "show", {"open": SCORERS, "jury": NOBODY, "unsealed": NOBODY}),
    **lines("act", "examples", "show", {"open": SCORERS, "jury": NOBODY, "unsealed": NOBODY}),
    **lines("read", "finish", "mine", SCORERS),
    **lines("act", "finish", "mine", SCORERS),
    **lines("read", "finish", "panel", PRESIDENT),
    **lines("act", "finish", "reopen", PRESIDENT),
    **lines("read", "recusals", "report", once_open("jury", SEATED)),
    **lines("act", "recusals", "report", once_open("jury", SEATED)),
    **lines("read", "recusals", "step_back", once_open("jury", SCORERS)),
    **lines("act", "recusals", "step_back", once_open("jury", SCORERS)),
    **lines("act", "recusals", "undo", once_open("unsealed", SEATED)),  # before: no such recusal
    # The session and what comes of it.
    **lines("read", "rule", "show", SEATED),
    **lines("read", "panel", "close progress", SECRETARY),
    **lines("act", "panel", "close remind", SECRETARY),
    **lines("read", "room", "live show", SEATED),
    **lines("read", "room", "live_screen papers screen", OFFICERS),
    **lines("act", "room", "begin end erase order reopen", OFFICERS),
    **lines("act", "room", "presence", {"open": OFFICERS, "jury": OFFICERS, "unsealed": SEATED}),
    **lines("read", "votes", "change propose", SEATED),
    **lines("act", "votes", "change propose", SEATED),
    **lines("read", "votes", "count", OFFICERS),
    **lines("act", "votes", "cast count put", OFFICERS),
    **lines("read", "deliberation", "laureates minutes ranking signature tie", OFFICERS),
    **lines("act", "deliberation", "laureates signature tie", OFFICERS),
    **lines("read", "bundle", "show", OFFICERS),
    **lines("act", "bundle", "show", OFFICERS),
    **lines("read", "minutes", "add_copy paper", OFFICERS),
    **lines("act", "minutes", "add_copy", OFFICERS),
    **lines("read", "minutes", "copy", NOBODY),  # none was added
    **lines("read", "solidity", "show", OFFICERS),
    **lines("read", "gaps", "show", PRESIDENT),
    **lines("act", "gaps", "open_page", PRESIDENT),
    **lines("read", "severity", "mine", NOBODY),  # the president has not opened it
}

STATES_OF_CONCOURS = ["open", *(pytest.param(state, marks=pytest.mark.full) for state in STATES[1:])]
STATES_OF_JURY = ["jury", *(pytest.param(state, marks=pytest.mark.full) for state in ("open", "unsealed"))]


@pytest.fixture
def rights(request: pytest.FixtureRequest, sqlite_url: str, clock: FrozenClock, tmp_path: Path) -> Iterator[Rights]:
    """The contest, brought to the state that the test names."""
    clock.move_to(OPEN)
    scene = Rights(WholeContest(tmp_path, sqlite_url, clock), request.param)
    yield scene
    scene.contest.dispose()


def wrong(
    rights: Rights, app: Flask, people: Mapping[str, Client], expected: Expected, prefix: str = ""
) -> Iterable[str]:
    """Yield each address that somebody enters who should not, or does not who should."""
    for rule, method in tries(app):
        line = expected[rule.endpoint, "read" if method == "GET" else "act"]
        who = line if isinstance(line, frozenset) else line[rights.state]
        # What is open to all asks nobody who they are: one person besides the visitor is enough.
        asked = {name: people[name] for name in ("visitor", "check_in")} if who == EVERYONE else people
        entered = {name for name, client in asked.items() if rights.enters(client, rule, method, prefix)}
        if entered != who & set(asked):
            yield f"{rights.state}: {method} {rule} ({rule.endpoint}) lets in {sorted(entered)}, not {sorted(who)}"


def test_every_address_has_its_line(tmp_path: Path, sqlite_url: str, clock: FrozenClock) -> None:
    contest = WholeContest(tmp_path, sqlite_url, clock)
    for app, expected in ((contest.app, CONCOURS), (contest.jury, JURY)):
        found = {(rule.endpoint, "read" if method == "GET" else "act") for rule, method in tries(app)}
        assert found - set(expected) == set(), f"{app.name}: say in this file who may enter."
        assert set(expected) - found == set(), f"{app.name}: no such address any more."
    contest.dispose()


def test_no_organiser_ever_stands_in_a_line_of_the_jury_but_to_sign_in() -> None:
    held = [who if isinstance(who, frozenset) else frozenset().union(*who.values()) for who in JURY.values()]
    rooms = [endpoint for (endpoint, _), who in zip(JURY, held, strict=True) if "organiser" in who]
    assert {endpoint.partition(".")[0] for endpoint in rooms} == {"signin"}


@pytest.mark.parametrize("rights", STATES_OF_CONCOURS, indirect=True)
def test_each_role_enters_what_it_may_and_nothing_else(rights: Rights) -> None:
    assert list(wrong(rights, rights.contest.app, rights.people(), CONCOURS)) == []


@pytest.mark.parametrize("rights", STATES_OF_JURY, indirect=True)
def test_the_secretariat_of_the_contest_opens_nothing_of_the_jury(rights: Rights) -> None:
    assert list(wrong(rights, rights.contest.jury, rights.members(), JURY, "/jury")) == []
