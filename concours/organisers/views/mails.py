"""The log of mails: what left, what did not and why; one mail; sending again."""

from http import HTTPStatus
from math import ceil

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.kernel.queue import QUICK
from concours.kernel.text import clean_line
from concours.kernel.web.state import state
from concours.organisers import mails as log
from concours.organisers.forms.messages import ResendAllForm, ResendForm
from concours.organisers.views.base import blueprint, carry_out, note_seen, status_of

_LAST_PAGE = 100_000
_LONGEST = 100


@blueprint.get("/courriers")
def mails() -> ResponseReturnValue:
    """List the mails of this side, the latest first."""
    chosen, words = request.args.get("etat", ""), clean_line(request.args.get("q", ""))[:_LONGEST]
    chosen = chosen if chosen in log.FILTERS else ""
    number = min(max(request.args.get("page", 1, type=int), 1), _LAST_PAGE)
    with state().database.read() as session:
        lines, total = log.page(session, state=chosen, words=words, number=number)
        failed = len(log.failed(session))
    return render_template(
        "organisers/mails.html",
        lines=lines,
        total=total,
        number=number,
        last=ceil(total / log.PER_PAGE),
        chosen=chosen,
        words=words,
        filters={key: label for key, (label, _) in log.FILTERS.items()},
        failed=failed,
    )


@blueprint.get("/courriers/<string:mail_id>")
def mail(mail_id: str) -> ResponseReturnValue:
    """Show one mail; its text where it holds no secret, and then who read it is recorded."""
    with state().database.read() as session:
        line, _ = log.find(session, mail_id)
    return _mail_page(mail_id, ResendForm(data={"to": line.recipient}))


@blueprint.post("/courriers/<string:mail_id>/renvoyer")
def resend(mail_id: str) -> ResponseReturnValue:
    """Send a mail again, once."""
    form, made = ResendForm(), list[str]()
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: made.append(
            log.resend(session, mail_id=mail_id, to=form.to.data, actor=current_account_id(), now=now)
        ),
    ):
        state().queues.announce(QUICK, "mail")
        flash("Le message est renvoyé. Le voici, avec son état.", "success")
        return redirect(url_for(".mail", mail_id=made[0]), HTTPStatus.SEE_OTHER)
    return _mail_page(mail_id, form)


@blueprint.route("/courriers/renvoyer-les-echecs", methods=("GET", "POST"))
def resend_failed() -> ResponseReturnValue:
    """Show all that was given up, and send it again."""
    with state().database.read() as session:
        lines = log.failed(session)[: log.MOST]
    form = ResendAllForm(data={"which": " ".join(line.mail_id for line in lines)})
    counts = list[int]()
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: counts.append(
            log.resend_failed(session, (form.which.data or "").split(), actor=current_account_id(), now=now)
        ),
    ):
        state().queues.announce(QUICK, "mail")
        flash(f"Messages renvoyés : {counts[0]}.", "success" if counts[0] else "info")
        return redirect(url_for(".mails"), HTTPStatus.SEE_OTHER)
    return render_template("organisers/mails_failed.html", lines=lines, form=form), status_of(form)


def _mail_page(mail_id: str, form: ResendForm) -> ResponseReturnValue:
    with state().database.read() as session:
        line, row = log.find(session, mail_id)
    if line.shown:
        note_seen(log.MAIL_READ, mail_id)
    page = render_template(
        "organisers/mail.html",
        line=line,
        text=row.text if line.shown else None,
        enclosed=[each["name"] for each in row.attachments],
        attempts=row.attempts,
        due_at=row.due_at,
        resends_id=row.resends_id,
        form=form,
    )
    return page, status_of(form)
