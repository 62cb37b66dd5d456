"""The file: sent, looked at at once, followed while it is checked, seen as the jury will see it."""

import os
from http import HTTPStatus

from flask import flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from concours.accounts.access import current_account_id
from concours.entries import captions, operations, queries
from concours.entries.forms import UploadForm, upload_form
from concours.entries.rules import Dossier, Late, Part, limits_of
from concours.entries.views import uploads
from concours.entries.views.base import Folder, blueprint, edition_of, open_folder, show
from concours.entries.views.phone import phone_link
from concours.intake.models import Creation
from concours.intake.operations import sniff_head
from concours.intake.rules import Limits
from concours.intake.sniff import HEAD_BYTES
from concours.kernel.errors import DomainError, NotFound
from concours.kernel.queue import QUICK
from concours.kernel.storage import Received
from concours.kernel.text import clean_line
from concours.kernel.web.media import serve_copy
from concours.kernel.web.person import person_id
from concours.kernel.web.security import accepts_files
from concours.kernel.web.state import instant, state


def _file_limit() -> int:
    """Return how many bytes the request may bring: none but to one's own dossier. Asked before anything is read."""
    g.begun = state().clock()
    if request.method != "POST" or person_id() is None:
        return 0
    try:
        return edition_of((request.view_args or {})["entry_id"]).max_bytes
    except NotFound:
        return 0


@blueprint.route("/<string:entry_id>/creation", methods=["GET", "POST"])
@accepts_files(_file_limit)
def creation(entry_id: str) -> ResponseReturnValue:
    """Show the file and where it stands, or take a new one."""
    folder, status = open_folder(entry_id), HTTPStatus.OK
    form = upload_form(folder.edition)
    if request.method == "POST":
        status = _take(folder, form)
        if status is HTTPStatus.OK:
            return redirect(url_for("entries.creation", entry_id=entry_id), HTTPStatus.SEE_OTHER)
    coming, phone = uploads.coming(entry_id), phone_link(entry_id) if folder.open else None
    return show("creation", folder, form=form, step=Part.CREATION.value, coming=coming, phone=phone), status


@blueprint.get("/<string:entry_id>/creation/etat")
def file_state(entry_id: str) -> ResponseReturnValue:
    """Show where the file stands, or those on their way (`?envois`): the pieces that the page brings up to date."""
    folder = open_folder(entry_id)
    if "envois" in request.args:
        coming = uploads.coming(entry_id)
        return render_template(
            "entries/_coming.html", folder=folder, entry=folder.entry, coming=coming, mount="uploads"
        )
    return render_template("entries/_file.html", folder=folder, entry=folder.entry)


@blueprint.post("/<string:entry_id>/creation/envois/<string:upload_id>/abandon")
def abandon(entry_id: str, upload_id: str) -> ResponseReturnValue:
    """Give up a file on its way, the plain way. Raises NotFound."""
    folder = open_folder(entry_id)
    name = uploads.give_up(folder.entry.id, upload_id)
    flash(f"L'envoi de {name} est abandonné. Le reste de votre dossier est inchangé.", "info")
    return redirect(url_for("entries.creation", entry_id=entry_id), HTTPStatus.SEE_OTHER)


@blueprint.get("/<string:entry_id>/apercu-jury")
def jury_view(entry_id: str) -> ResponseReturnValue:
    """Show what the jury would read and see; once closed, what it will of the deposit."""
    folder = open_folder(entry_id)
    deposit = None if folder.open else folder.entry.deposit
    dossier = _read_by_jury(folder)
    return show("jury_view", folder, dossier=dossier, creation=deposit.creation if deposit else folder.entry.creation)


@blueprint.get("/<string:entry_id>/apercu/<string:file_id>")
def preview(entry_id: str, file_id: str) -> ResponseReturnValue:
    """Serve a file of the jury copy to its candidate."""
    file = queries.find_jury_file(open_folder(entry_id).entry, file_id)
    return serve_copy(file.digest, size=file.size, mime=file.mime)


@blueprint.get("/<string:entry_id>/apercu/sous-titres.vtt")
def preview_captions(entry_id: str) -> ResponseReturnValue:
    """Serve the captions as the jury's player would show them."""
    text = captions.shown(_read_by_jury(open_folder(entry_id)).captions)
    return text, {"Content-Type": "text/vtt; charset=utf-8", "Cache-Control": "private, no-store"}


def _read_by_jury(folder: Folder) -> Dossier:
    """Return the answers that the jury would read: the draft's, and once closed the deposit's."""
    deposit = None if folder.open else folder.entry.deposit
    return deposit.answers if deposit else folder.entry.dossier


def _take(folder: Folder, form: UploadForm) -> HTTPStatus:
    """Keep the file that was sent, or put into the form why it is refused; the rest of the dossier is not touched."""
    if not form.validate():
        return HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        made = _receive(folder, _only_file())
    except DomainError as refusal:
        # Too late, there is no field any more to show the refusal beside.
        form.refuse(refusal.message, field=None if isinstance(refusal, Late) else "file")
        return refusal.status
    state().queues.announce(QUICK, "examine", made.id)
    return HTTPStatus.OK


def _only_file() -> FileStorage:
    files = [file for file in request.files.getlist("file") if file.filename]
    if len(files) > 1:
        raise DomainError(
            f"Vous avez envoyé {len(files)} fichiers : une candidature n'en porte qu'un. Choisissez-en un seul, "
            "ou commencez une autre candidature pour une autre création."
        )
    return files[0]


def store(file: FileStorage, limits: Limits) -> tuple[Received, str]:
    """Look at the first bytes of a form's file, then store it; return its name too. Raises Refused, TooLarge."""
    name, size = clean_line(file.filename or "") or "sans nom", file.stream.seek(0, os.SEEK_END)
    file.stream.seek(0)
    sniff_head(file.stream.read(HEAD_BYTES), size, name=name, limits=limits)
    file.stream.seek(0)
    return state().stores.quarantine.receive(file.stream, max_bytes=limits.max_bytes), name


def _receive(folder: Folder, file: FileStorage) -> Creation:
    """Store the file and make it the draft's. Raises Refused, TooLarge, Late."""
    now = instant()
    received, name = store(file, limits_of(folder.edition))
    who = {"entry_id": folder.entry.id, "account_id": current_account_id()}
    try:
        with state().database.write() as session:
            made = operations.attach_creation(session, **who, received=received, name=name, now=now)
    except Late:
        _put_on_record(folder, received, name)
        raise
    except DomainError:
        state().stores.quarantine.delete(received.key)
        raise
    _drop_if_known(received, made)
    return made


def _put_on_record(folder: Folder, received: Received, name: str) -> None:
    """Record a file that came too late; one whose first byte came in time is kept, for the secretariat to admit."""
    who, now = {"entry_id": folder.entry.id, "account_id": current_account_id()}, instant()
    in_time, kept = g.begun < folder.closes_at, False
    try:
        with state().database.write() as session:
            if in_time:
                operations.keep_late_file(session, **who, received=received, name=name, now=now)
            else:
                operations.record_late(session, **who, act=request.endpoint or "", now=now, size=received.size)
        kept = in_time
    finally:
        if not kept:
            state().stores.quarantine.delete(received.key)


def _drop_if_known(received: Received, made: Creation) -> None:
    """Delete the bytes that the dossier had already."""
    if made.quarantine_key != received.key:
        state().stores.quarantine.delete(received.key)
