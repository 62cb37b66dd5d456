"""The minutes to take away, and the copy that bears the signatures. For the president and the secretary only."""

from datetime import datetime
from http import HTTPStatus
from typing import BinaryIO, NamedTuple, cast

from flask import Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from concours.kernel.errors import DomainError, NotFound
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.media import serve
from concours.kernel.web.security import accepts_files
from concours.kernel.web.state import instant, state
from jury.minutes.files import KeptFile, keep_signed_copy
from jury.minutes.forms import SignedCopyForm
from jury.minutes.operations import add_signed_copy
from jury.minutes.paper import minutes_pdf
from jury.minutes.queries import minutes_of, sealed_minutes, signed_copy
from jury.minutes.rules import SIGNED_COPY_MAX_BYTES, check_replaceable
from jury.models import JurySession
from jury.views.access import jury_of, ranking_readers, seat

minutes = ClosedBlueprint("minutes", __name__, access=ranking_readers, url_prefix="/proces-verbal")


class Papers(NamedTuple):
    """What exists of the minutes beside the page."""

    digest: str | None
    """Of the sealed paper."""
    copy_digest: str | None
    copy_at: datetime | None
    replaceable: bool


def papers_of(session: Session, jury: JurySession) -> Papers:
    """Return what the pages say of the paper and of the signed copy."""
    sealed, copy = sealed_minutes(session, jury), signed_copy(session, jury)
    return Papers(
        digest=sealed.digest if sealed else None,
        copy_digest=copy.digest if copy else None,
        copy_at=copy.added_at if copy else None,
        replaceable=jury.minutes_signed_at is not None and jury.unsealed_at is None,
    )


@minutes.get("/proces-verbal.pdf")
def paper() -> ResponseReturnValue:
    """Give the minutes on paper: as sealed once they are signed, a draft before."""
    with state().database.read() as session:
        jury = jury_of(session)
        facts, sealed = minutes_of(session, jury), sealed_minutes(session, jury)
        content, key = sealed.paper if sealed else None, jury.edition_key
    draft = "" if facts.signature else "projet-"
    return _download(content or minutes_pdf(facts), f"{draft}proces-verbal-{key}.pdf")


@minutes.get("/copie-signee.pdf")
def copy() -> ResponseReturnValue:
    """Give the signed copy back, byte for byte."""
    with state().database.read() as session:
        jury = jury_of(session)
        kept, key = signed_copy(session, jury), jury.edition_key
    if kept is None:
        raise NotFound
    name = f"proces-verbal-signe-{key}.pdf"
    return serve(state().stores.ready.read, kept.digest, size=kept.size, mime="application/pdf", attachment=name)


@minutes.route("/copie-signee", methods=["GET", "POST"])
@accepts_files(lambda: SIGNED_COPY_MAX_BYTES)
def add_copy() -> ResponseReturnValue:
    """Take the signed copy, or another in its place."""
    form = SignedCopyForm()
    with state().database.read() as session:
        jury = jury_of(session)
        check_replaceable(jury.unsealed_at, jury.minutes_signed_at)
        papers = papers_of(session, jury)
    if form.validate_on_submit() and form.file.data is not None:
        try:
            kept = stored(cast("BinaryIO", form.file.data.stream))
            with state().database.write() as session:
                add_signed_copy(session, member_id=seat().member_id, **kept._asdict(), now=instant())
        except DomainError as refusal:
            form.refuse(refusal.message, field="file")
            return render_template("jury/signed_copy.html", form=form, papers=papers), refusal.status
        flash("La copie signée est gardée. Elle peut être remplacée jusqu'à la levée de l'anonymat.", "success")
        return redirect(url_for("deliberation.minutes"), HTTPStatus.SEE_OTHER)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
    return render_template("jury/signed_copy.html", form=form, papers=papers), status


def stored(stream: BinaryIO) -> KeptFile:
    """Keep a signed copy in the jury's store."""
    return keep_signed_copy(stream, state().stores.ready)


def _download(content: bytes, name: str) -> Response:
    answer = make_response(content)
    answer.mimetype = "application/pdf"
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
