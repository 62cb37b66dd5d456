"""Signing in by code or by link: the same few pages for both applications, each with its own tables."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from ipaddress import ip_address, ip_network

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel import mail
from concours.kernel.codes import CODE_LIFETIME, CodeBook, LinkMixin, Outcome, find_link
from concours.kernel.errors import NotFound, TooManyTries
from concours.kernel.forms import DsfrForm, EmailField, TextField
from concours.kernel.queue import QUICK
from concours.kernel.web import mailbox, person
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.interrupted import NEXT, NEXT_LENGTH, answer_late_form, find_kept, offer
from concours.kernel.web.security_log import NOBODY, note_sign_in
from concours.kernel.web.state import instant, state

_HALFWAY = "halfway"
_HALFWAY_LIFETIME = timedelta(minutes=15)
_PENDING = "signing_in"
_SPENT_LINK = "Ce lien a déjà servi, a expiré ou n'est pas complet. Connectez-vous avec votre adresse électronique."
_WRONG = "Ce code n'est pas le bon, ou il a expiré. Vérifiez le dernier courriel reçu."
_SPENT = "Ce code n'est plus valable : trop d'essais, ou trente minutes passées. Demandez un nouveau code ci-dessous."


@dataclass(frozen=True, kw_only=True)
class Side:
    """What differs from one side of the wall to the other."""

    codes: type
    requests: type
    links: type[LinkMixin]
    outbox: type[mail.OutboxMixin]
    mail_template: str
    """Given `code`, `minutes` and `contact`."""
    heading: str
    invitation: str
    """What is said under the heading of the sign-in page."""
    welcomes: Callable[[Session, str], bool]
    """Whether a code is sent to this address; the page answers the same either way."""
    person_for: Callable[[Session, str, datetime], str | None]
    """The person of an address that was proved, made where that is allowed."""
    known: Callable[[Session, str], str | None]
    """The person of an address, if there is one: for the security log."""
    home: Callable[[Session, str], str]
    """Endpoint where this person arrives."""
    second_step: Callable[[Session, str, LinkMixin | None], str | None] = lambda _session, _who, _link: None
    """Endpoint that asks this person for a second proof; None when the code, or this link, is enough."""
    arrived: person.Arrival = person.nothing_more
    """What is kept of an arrival."""


class EmailForm(DsfrForm):
    """Asks for a code."""

    email = EmailField(
        "Votre adresse électronique", hint="Professionnelle de préférence. Format attendu : prenom.nom@exemple.fr."
    )


class CodeForm(DsfrForm):
    """Gives the code back."""

    code = TextField(
        "Code à 6 chiffres",
        hint="Il vous a été envoyé par courriel et reste valable 30 minutes.",
        autocomplete="one-time-code",
        inputmode="numeric",
    )


def require_sign_in() -> ResponseReturnValue | None:
    """Let people in who are signed in, send the others to the sign-in page and back."""
    if person.person_id():
        return None
    late = answer_late_form()
    if late is not None:
        return late
    come_back_here()
    flash("Connectez-vous pour continuer : vous reviendrez ensuite à cette page.", "info")
    return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)


def come_back_here() -> None:
    """Have the visitor brought back to this page once signed in."""
    # A piece of a page that refreshes itself is no page to come back to.
    if request.method == "GET" and "HX-Request" not in request.headers and len(request.full_path) <= NEXT_LENGTH:
        session[NEXT] = request.full_path.rstrip("?")


def halfway() -> str | None:
    """Return who gave the first of two proofs in this browser, a moment ago; None for everybody else."""
    held = session.get(_HALFWAY)
    if not held or instant().timestamp() >= held[1]:
        return None
    return str(held[0])


def arrive(side: Side, who: str, outcome: str) -> ResponseReturnValue:
    """Open a session for somebody whose every proof was given, and bring them where they wanted to go."""
    target = session.get(NEXT)
    person.sign_in(who, side.arrived)
    note_sign_in(who, outcome)
    if find_kept():
        return redirect(url_for("signin.resume"), HTTPStatus.SEE_OTHER)
    own = isinstance(target, str) and target.startswith("/") and not target.startswith(("//", "/\\"))
    return redirect(f"{request.script_root}{target}" if own else _home_of(side, who), HTTPStatus.SEE_OTHER)


def signin_blueprint(side: Side) -> Blueprint:
    """Return the pages /connexion, /connexion/code, /connexion/lien/…, /connexion/reprise and /deconnexion."""
    pages = _Pages(side)
    blueprint = ClosedBlueprint("signin", __name__, access=everyone)
    both = ("GET", "POST")
    blueprint.add_url_rule("/connexion", "ask", pages.ask, methods=both)
    blueprint.add_url_rule("/connexion/code", "code", pages.code, methods=both)
    blueprint.add_url_rule("/connexion/lien/<string:token>", "link", pages.link, methods=both)
    blueprint.add_url_rule("/connexion/reprise", "resume", pages.resume)
    blueprint.add_url_rule("/connexion/session", "left", pages.left)
    blueprint.add_url_rule("/connexion/prolonger", "stay", pages.stay, methods=("POST",))
    blueprint.add_url_rule("/deconnexion", "leave", pages.leave, methods=("POST",))
    return blueprint


@dataclass(frozen=True)
class _Pages:
    side: Side

    def ask(self) -> ResponseReturnValue:
        form = EmailForm()
        if form.validate_on_submit():
            email = str(form.email.data).lower()
            self._send_code(email)
            session[_PENDING] = email
            return redirect(url_for("signin.code"), HTTPStatus.SEE_OTHER)
        status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
        return render_template("signin/ask.html", form=form, side=self.side), status

    def code(self) -> ResponseReturnValue:
        email = session.get(_PENDING)
        if not email:
            return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
        form = CodeForm()
        status = HTTPStatus.OK
        if form.validate_on_submit():
            outcome, who = self._redeem(email, "".join(str(form.code.data).split()))
            if who:
                return self._proved(who, None)
            form.refuse(_SPENT if outcome is Outcome.SPENT else _WRONG, field="code")
        if form.errors:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render_template("signin/code.html", form=form, email=email, mailbox=mailbox.address()), status

    def link(self, token: str) -> ResponseReturnValue:
        now = instant()
        with state().database.write() as database:
            link = find_link(database, self.side.links, token=token, now=now)
            if link is None:
                note_sign_in(NOBODY, "link_spent")
                raise NotFound(_SPENT_LINK)
            if request.method != "POST" and not link.reusable:
                # Mail scanners and previews open links, or ask for their headers: only the button uses it up.
                return render_template("signin/link.html")
            link.used_at = now
        return self._proved(link.person_id, link)

    def resume(self) -> ResponseReturnValue:
        form, who = find_kept(), person.person_id()
        if form:
            return offer(form)
        if who is None:
            return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
        return redirect(_home_of(self.side, who), HTTPStatus.SEE_OTHER)

    def left(self) -> ResponseReturnValue:
        return _until(person.session_end())

    def stay(self) -> ResponseReturnValue:
        return _until(person.renew())

    def leave(self) -> ResponseReturnValue:
        note_sign_in(person.person_id() or NOBODY, "signed_out")
        person.sign_out()
        flash("Vous êtes déconnecté·e. Ce qui était enregistré le reste.", "success")
        return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)

    def _proved(self, who: str, link: LinkMixin | None) -> ResponseReturnValue:
        """Go on with somebody whose address was proved: to their second proof, where there is one."""
        outcome = "link" if link else "code"
        with state().database.read() as database:
            step = self.side.second_step(database, who, link)
        if step is None:
            return arrive(self.side, who, outcome)
        note_sign_in(who, f"{outcome}_then_second_factor")
        session[_HALFWAY] = [who, int((instant() + _HALFWAY_LIFETIME).timestamp())]
        return redirect(url_for(step), HTTPStatus.SEE_OTHER)

    def _send_code(self, email: str) -> None:
        now, side = instant(), self.side
        with state().database.write() as database:
            book = self._book()
            try:
                book.check_rate(database, email=email, network=network_of(request.remote_addr or ""), now=now)
            except TooManyTries:
                note_sign_in(side.known(database, email) or NOBODY, "too_many_codes")
                raise
            # Made, written and announced for an unknown address too: whether it is known shows in nothing, neither in
            # the answer to a wrong code nor in time.
            code = book.issue(database, email=email, now=now)
            minutes = int(CODE_LIFETIME.total_seconds() // 60)
            contact = state().settings.contact_email
            message = mail.compose(side.mail_template, to=email, code=code, minutes=minutes, contact=contact)
            if side.welcomes(database, email):
                mail.enqueue(database, side.outbox, message, now=now)
        state().queues.announce(QUICK, "mail")

    def _redeem(self, email: str, text: str) -> tuple[Outcome, str | None]:
        now = instant()
        with state().database.write() as database:
            outcome = self._book().redeem(database, email=email, text=text, now=now)
            if outcome is not Outcome.ACCEPTED:
                note_sign_in(self.side.known(database, email) or NOBODY, f"code_{outcome.name.lower()}")
                return outcome, None
            return outcome, self.side.person_for(database, email, now)

    def _book(self) -> CodeBook:
        return CodeBook(self.side.codes, self.side.requests, state().secret)


def _home_of(side: Side, who: str) -> str:
    with state().database.read() as database:
        return url_for(side.home(database, who))


def _until(end: datetime | None) -> Response:
    """Tell a page left open when its session ends: null once it has ended."""
    response = jsonify(ends=end.isoformat() if end else None)
    response.headers["Cache-Control"] = "no-store"
    return response


def network_of(address: str) -> str:
    """Return what counts as one network: an IPv4 address, the /64 that one IPv6 subscriber has."""
    with suppress(ValueError):
        parsed = ip_address(address)
        if parsed.version == 6:  # noqa: PLR2004 -- the name of the protocol
            return str(ip_network((parsed, 64), strict=False))
    return address
