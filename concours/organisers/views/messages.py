"""Messages to several people: written, each mail read as it leaves, sent, followed."""

from http import HTTPStatus

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.editions.queries import current_edition
from concours.kernel.errors import NotFound
from concours.kernel.queue import QUICK
from concours.kernel.web.state import instant, state
from concours.organisers import messages as operations
from concours.organisers.forms.messages import MessageForm, StartForm, start_form
from concours.organisers.messaging import AUDIENCE_LABELS, FIELDS, READY, Audience, allowed
from concours.organisers.views.base import blueprint, carry_out, status_of

_FIRST = "information"


@blueprint.get("/messages")
def messages() -> ResponseReturnValue:
    """List the messages, begin one, open the ready-made texts."""
    return _overview(start_form(choice=False))


@blueprint.post("/messages")
def start_message() -> ResponseReturnValue:
    """Begin a message."""
    form = start_form(choice=True)
    made = list[str]()
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: made.append(
            operations.start(
                session,
                audience=Audience(form.audience.data),
                chosen=form.entries,
                template=form.template.data or _FIRST,
                actor=current_account_id(),
                now=now,
            )
        ),
    ):
        return redirect(url_for(".message", message_id=made[0]), HTTPStatus.SEE_OTHER)
    return _overview(form)


@blueprint.route("/messages/<string:message_id>", methods=("GET", "POST"))
def message(message_id: str) -> ResponseReturnValue:
    """Write a draft; show what became of a message that is sent."""
    with state().database.read() as session:
        row = operations.find(session, message_id)
        edition = current_edition(session)
        lines = operations.sent(session, row.id) if row.sent_at else []
        everybody = [] if row.sent_at else operations.everybody(session, row)
    if row.sent_at:
        return render_template("organisers/message_sent.html", row=row, lines=lines, labels=AUDIENCE_LABELS)
    form = MessageForm(data={"subject": row.subject, "body": row.body})
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: operations.save(
            session, message_id=message_id, wording=form.wording, actor=current_account_id(), now=now
        ),
    ):
        return redirect(url_for(".preview_message", message_id=message_id), HTTPStatus.SEE_OTHER)
    fields = {name: FIELDS[name] for name in allowed(Audience(row.audience))}
    page = render_template(
        "organisers/message.html",
        row=row,
        form=form,
        fields=fields,
        edition=edition,
        label=AUDIENCE_LABELS[Audience(row.audience)],
        count=len(everybody) - len({each.key for each in everybody} & set(row.removed)),
    )
    return page, status_of(form)


@blueprint.get("/messages/<string:message_id>/apercu")
def preview_message(message_id: str) -> ResponseReturnValue:
    """Show one mail of a draft after the other, exactly as it would leave."""
    with state().database.read() as session:
        row = operations.find(session, message_id)
        if row.sent_at:
            return redirect(url_for(".message", message_id=message_id), HTTPStatus.SEE_OTHER)
        found = operations.letters(session, row)
        removed = [each for each in operations.everybody(session, row) if each.key in set(row.removed)]
    number = min(max(request.args.get("n", 1, type=int), 1), max(len(found), 1))
    return render_template(
        "organisers/message_preview.html",
        row=row,
        letter=found[number - 1] if found else None,
        number=number,
        total=len(found),
        removed=removed,
        digest=operations.digest_of(found),
        label=AUDIENCE_LABELS[Audience(row.audience)],
        sender=state().settings.mail_from,
    )


@blueprint.post("/messages/<string:message_id>/destinataires")
def choose_recipient(message_id: str) -> ResponseReturnValue:
    """Take somebody off the recipients, or put them back."""
    wanted = request.form.get("garder") == "oui"
    with state().database.write() as session:
        operations.choose(session, message_id=message_id, person=request.form.get("qui", ""), wanted=wanted)
    number = request.form.get("n", 1, type=int)
    return redirect(url_for(".preview_message", message_id=message_id, n=number), HTTPStatus.SEE_OTHER)


@blueprint.post("/messages/<string:message_id>/envoyer")
def send_message(message_id: str) -> ResponseReturnValue:
    """Send a message, once."""
    now, digest = instant(), request.form.get("digest", "")
    with state().database.write() as session:
        count = operations.send(session, message_id=message_id, digest=digest, actor=current_account_id(), now=now)
    state().queues.announce(QUICK, "mail")
    if count:
        flash(f"Message envoyé : {count} courriel{'s partent' if count > 1 else ' part'}.", "success")
    else:
        flash("Ce message était déjà envoyé : rien n'est parti deux fois.", "info")
    return redirect(url_for(".message", message_id=message_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/messages/<string:message_id>/arreter")
def stop_message(message_id: str) -> ResponseReturnValue:
    """Keep the mails that still wait from leaving."""
    now = instant()
    with state().database.write() as session:
        count = operations.stop(session, message_id=message_id, actor=current_account_id(), now=now)
    if count:
        flash(f"{count} courriel{'s' if count > 1 else ''} en attente annulé{'s' if count > 1 else ''}.", "success")
    else:
        flash("Plus aucun courriel n'attendait : il n'y avait rien à annuler.", "info")
    return redirect(url_for(".message", message_id=message_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/messages/<string:message_id>/supprimer")
def delete_message(message_id: str) -> ResponseReturnValue:
    """Remove a draft."""
    now = instant()
    with state().database.write() as session:
        operations.delete(session, message_id=message_id, actor=current_account_id(), now=now)
    flash("Brouillon supprimé : rien n'était parti.", "success")
    return redirect(url_for(".messages"), HTTPStatus.SEE_OTHER)


@blueprint.route("/messages/modeles/<string:key>", methods=("GET", "POST"))
def mail_template(key: str) -> ResponseReturnValue:
    """Word a ready-made message for this edition."""
    if key not in READY:
        raise NotFound
    with state().database.read() as session:
        wording = operations.wording_of(session, key)
    form = MessageForm(data={"subject": wording.subject, "body": wording.body})
    if form.validate_on_submit() and carry_out(
        form,
        lambda session, now: operations.save_template(
            session, key=key, wording=form.wording, actor=current_account_id(), now=now
        ),
    ):
        flash(f"Modèle « {READY[key].label} » enregistré pour cette édition.", "success")
        return redirect(url_for(".messages"), HTTPStatus.SEE_OTHER)
    page = render_template("organisers/mail_template.html", form=form, ready=READY[key], fields=FIELDS)
    return page, status_of(form)


def _overview(form: StartForm) -> ResponseReturnValue:
    with state().database.read() as session:
        rows = operations.listed(session)
    page = render_template("organisers/messages.html", form=form, rows=rows, labels=AUDIENCE_LABELS, ready=READY)
    return page, status_of(form)
