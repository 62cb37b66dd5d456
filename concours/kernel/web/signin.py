"""Signing in by code or by link: the same few pages for both applications, each with its own tables."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from ipaddress import ip_address, ip_network

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel import mail
from concours.kernel.codes import CODE_LIFETIME, CodeBook, LinkMixin, Outcome, find_link
from concours.kernel.errors import NotFound
from concours.kernel.forms import DsfrForm, EmailField, TextField
from concours.kernel.queue import QUICK
from concours.kernel.web import mailbox, person
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.interrupted import NEXT, NEXT_LENGTH, answer_late_form, find_kept, offer
from concours.kernel.web.state import instant, state

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
    home: Callable[[Session, str], str]
    """Endpoint where this person arrives."""


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
                return self._arrive(who)
            form.refuse(_SPENT if outcome is Outcome.SPENT else _WRONG, field="code")
        if form.errors:
            status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render_template("signin/code.html", form=form, email=email, mailbox=mailbox.address()), status

    def link(self, token: str) -> ResponseReturnValue:
        now = instant()
        with state().database.write() as database:
            link = find_link(database, self.side.links, token=token, now=now)
            if link is None:
                raise NotFound(_SPENT_LINK)
            if request.method != "POST" and not link.reusable:
                # Mail scanners and previews open links, or ask for their headers: only the button uses it up.
                return render_template("signin/link.html")
            link.used_at = now
            who = link.person_id
        return self._arrive(who)

    def resume(self) -> ResponseReturnValue:
        form, who = find_kept(), person.person_id()
        if form:
            return offer(form)
        if who is None:
            return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)
        return redirect(self._home_of(who), HTTPStatus.SEE_OTHER)

    def left(self) -> ResponseReturnValue:
        return _until(person.session_end())

    def stay(self) -> ResponseReturnValue:
        return _until(person.renew())

    def leave(self) -> ResponseReturnValue:
        person.sign_out()
        flash("Vous êtes déconnecté·e. Ce qui était enregistré le reste.", "success")
        return redirect(url_for("signin.ask"), HTTPStatus.SEE_OTHER)

    def _arrive(self, who: str) -> ResponseReturnValue:
        target = session.get(NEXT)
        person.sign_in(who)
        if find_kept():
            return redirect(url_for("signin.resume"), HTTPStatus.SEE_OTHER)
        own = isinstance(target, str) and target.startswith("/") and not target.startswith(("//", "/\\"))
        return redirect(f"{request.script_root}{target}" if own else self._home_of(who), HTTPStatus.SEE_OTHER)

    def _home_of(self, who: str) -> str:
        with state().database.read() as database:
            return url_for(self.side.home(database, who))

    def _send_code(self, email: str) -> None:
        now, side = instant(), self.side
        with state().database.write() as database:
            book = self._book()
            book.check_rate(database, email=email, network=network_of(request.remote_addr or ""), now=now)
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
            who = self.side.person_for(database, email, now) if outcome is Outcome.ACCEPTED else None
        return outcome, who

    def _book(self) -> CodeBook:
        return CodeBook(self.side.codes, self.side.requests, state().secret)


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
