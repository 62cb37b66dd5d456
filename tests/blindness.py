"""What a member of the jury could learn that they must not: every finding is a sentence that says where."""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from http import HTTPStatus
from itertools import combinations

from sqlalchemy import select

from jury import queries
from jury.models import JuryMember, JuryOutbox
from jury.order import work_order
from tests.canary import folded, traces
from tests.crawler import HOME, TOKEN, Answer, Crawler
from tests.sealed_contest import SUMMARY, TITLES, SealedContest, Snapshot

Findings = set[str]

_NEVER_THE_SAME = frozenset({"Set-Cookie", "Content-Security-Policy"})
"""The session's cookie, and the policy where it bears a nonce."""

_ODD = re.compile(
    r"\b(?:les|ces|vos|des|aux) [01] \w+"
    r"|(?<![\d,.])\b[01] (?:œuvres|fiches|notes|membres|réponses|cas|voix|places|jurés)\b"
)
_STANDARD_DEVIATIONS = 6.5
"""A fair draw goes so far once in ten thousand million."""

_ADDRESSES: Mapping[str, str] = {
    "": "GET HEAD POST",
    "/deport": "GET POST",
    "/signalement": "GET POST",
    "/notes": "POST",
    "/sous-titres.vtt": "GET HEAD POST",
    "/media/video-1": "GET HEAD",
    "/media/page-1": "GET HEAD",
    "/media/document-1": "GET HEAD",
    "/media/poster-1?emporter=1": "GET",
}
"""All that is asked for by a work's number, and how."""


def order_told(who: str, snapshot: Snapshot, sealed: SealedContest) -> Findings:
    """Report a list that does not stand in the order that seat, session and numbers make, and nothing else."""
    page = Crawler(snapshot.member(who)).fetch(HOME).body.decode()
    listed = [int(number) for number in re.findall(r'<a href="/jury/oeuvres/(\d+)"', page)]
    with snapshot.database.read() as session:
        member = queries.find_member_by_email(session, f"{who}@jury.example")
    assert isinstance(member, JuryMember)
    expected = sorted(sealed.numbers) if member.seat is None else _drawn(member, sealed.numbers)
    shown = listed[-len(expected) :]
    return set() if shown == expected else {f"{who}: works stand as {shown}, not as drawn: {expected}"}


def _drawn(member: JuryMember, numbers: Collection[int]) -> list[int]:
    return list(work_order(member.session_id, member.seat or 0, numbers))


def arrival_told(name: str, in_order_of_arrival: Sequence[object]) -> Findings:
    """Report values that rise or fall with the arrival further than a fair draw does."""
    count = len(in_order_of_arrival)
    pairs = count * (count - 1) / 2
    rising = sum(str(first).zfill(40) < str(second).zfill(40) for first, second in combinations(in_order_of_arrival, 2))
    deviation = (pairs * (2 * count + 5) / 36) ** 0.5
    far = abs(rising - pairs / 2) > _STANDARD_DEVIATIONS * deviation
    return {f"{name} follow the arrival: {rising} pairs of {pairs:.0f} rise with it"} if far else set()


def mails_told(snapshot: Snapshot, sealed: SealedContest) -> Findings:
    """Report messages to the jury that name a person, a work or its number."""
    with snapshot.database.read() as session:
        mails = session.scalars(select(JuryOutbox)).all()
    assert mails
    return {
        f"a mail « {mail.subject} » tells {word!r}"
        for mail in mails
        for word in _in_mail(" ".join((mail.subject, mail.text, mail.html or "")), sealed)
    }


def _in_mail(text: str, sealed: SealedContest) -> set[str]:
    read = folded(text)
    told = traces(text.encode()) | {each for each in (*TITLES, SUMMARY) if folded(each) in read}
    return told | {f"n° {number:03d}" for number in sealed.numbers if f"n° {number:03d}" in text.replace("\u00a0", " ")}


def differences_told(walk: Crawler, absent: int, hidden: Mapping[str, int]) -> Findings:
    """Report where a number that is hidden from this member answers otherwise than one that was never drawn."""
    token = _token_of(walk)
    asked = [(tail, method) for tail, methods in _ADDRESSES.items() for method in methods.split()]
    for tail, method in [*asked, ("", "PUT"), ("/deport", "DELETE")]:
        walk.ask(absent, tail, method, token)  # whatever a first request changes is changed by now
    return {
        f"{method} {HOME}oeuvres/{number}{tail}: {why} answers {seen[:2]}, an absent number {expected[:2]}"
        for why, number in hidden.items()
        for tail, method in [*asked, ("", "PUT"), ("/deport", "DELETE")]
        if (seen := _seen(walk.ask(number, tail, method, token), number))
        != (expected := _seen(walk.ask(absent, tail, method, token), absent))
    }


def _token_of(walk: Crawler) -> str:
    return str(json.loads(walk.fetch(f"{HOME}jeton").body)["token"])


def _seen(answer: Answer, number: int) -> tuple[int, int, bytes, frozenset[tuple[str, str]]]:
    """Return all that tells one answer from another, but what was asked."""
    body = TOKEN.sub(b"", answer.body).replace(f"/oeuvres/{number}".encode(), b"/oeuvres/0")
    headers = frozenset((name, value) for name, value in answer.headers if name not in _NEVER_THE_SAME)
    named = frozenset((name, "") for name, _ in answer.headers if name in _NEVER_THE_SAME)
    lengths = frozenset({("Content-Length", str(len(answer.body)))})
    return answer.status, len(body), body, (headers | named) - lengths


def aggregates_told(answers: Iterable[Answer], number: int, title: str) -> Findings:
    """Report pages, charts and files that speak of a work which this member does not judge."""
    named = re.compile(rf"n°\s*0*{number}\b|oeuvres/0*{number}\b|{re.escape(title)}")
    return {
        f"{answer.path} tells of {named.pattern}"
        for answer in answers
        if answer.status == HTTPStatus.OK and named.search(answer.body.decode("utf-8", "replace"))
    }


def odd_counts(text: str) -> Findings:
    """Report what nobody says: none of something in figures, or one in the plural."""
    return set(_ODD.findall(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))))
