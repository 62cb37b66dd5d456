"""Receipts: their files for whoever deposited; for anyone, the page that checks one, and the public keys."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import cast

from flask import Response, current_app, render_template, request
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id
from concours.entries import queries
from concours.entries.receipts import queries as receipts
from concours.entries.receipts.attachments import json_file, pdf_file
from concours.entries.receipts.forms import ReceiptFileForm, ReceiptNumberForm
from concours.entries.receipts.rules import NoReceipt, Receipt, check, deposit_told, file_name, read_file, told
from concours.entries.views.base import blueprint as own
from concours.kernel.errors import NotFound
from concours.kernel.mail import Maker
from concours.kernel.signing import SigningKey
from concours.kernel.text import typographic
from concours.kernel.web.access import ClosedBlueprint, everyone
from concours.kernel.web.state import state

KEY = "concours_receipt_key"
"""Where the application keeps the key that it signs with."""

blueprint = ClosedBlueprint("receipts", __name__, access=everyone, url_prefix="/recepisse")

_NO_SUCH = (
    "Aucun dépôt n'a à la fois ce numéro et cette empreinte. Vérifiez les deux, caractère par caractère, "
    "ou vérifiez plutôt le fichier .json."
)


def signing_key() -> SigningKey:
    """Return the key that seals receipts."""
    return cast("SigningKey", current_app.extensions[KEY])


def sealed(deposit_id: str) -> Receipt | None:
    """Return the receipt of a deposit; None for one made before receipts were signed."""
    with state().database.read() as session:
        return receipts.receipt_of(session, deposit_id)


@own.get("/<string:entry_id>/depots/<string:deposit_id>/recepisse.json")
def receipt_json(entry_id: str, deposit_id: str) -> ResponseReturnValue:
    """Give the receipt's file."""
    return _file(entry_id, deposit_id, json_file, "json")


@own.get("/<string:entry_id>/depots/<string:deposit_id>/recepisse.pdf")
def receipt_pdf(entry_id: str, deposit_id: str) -> ResponseReturnValue:
    """Give the receipt on paper."""
    return _file(entry_id, deposit_id, pdf_file, "pdf")


@blueprint.get("")
def check_page() -> ResponseReturnValue:
    """Check a number with the digest of its file, when the address has both; otherwise ask for them, or for a file."""
    form = ReceiptNumberForm(formdata=request.args)
    found = _check_number(form) if "empreinte" in request.args and form.validate() else {}
    return _show(ReceiptFileForm(), form, found)


@blueprint.route("/fichier", methods=["GET", "POST"])
def check_file() -> ResponseReturnValue:
    """Check the file of a receipt: whether it is authentic is told, never whether the deposit still counts."""
    form = ReceiptFileForm()
    found = _check_file(form) if form.validate_on_submit() else {}
    return _show(form, ReceiptNumberForm(formdata=None), found)


@blueprint.get("/cle.pem")
def public_keys() -> ResponseReturnValue:
    """Publish the key that signs, then every other that ever did."""
    present = signing_key().public
    with state().database.read() as session:
        former = [key for key in receipts.former_keys(session) if key.id != present.id]
    blocks = [f"Cle {present.id} : signe a present\n{present.pem}"]
    # Without a date: that of a key's first receipt is that of a deposit, and the jury may read this page.
    blocks += [f"Cle {key.id} : a signe auparavant\n{key.pem}" for key in former]
    response = Response("\n".join(blocks), mimetype="application/x-pem-file")
    response.headers.set("Content-Disposition", "attachment", filename="cle.pem")
    return response


def _show(by_file: ReceiptFileForm, by_number: ReceiptNumberForm, found: Mapping[str, object]) -> ResponseReturnValue:
    form = by_number if by_number.error_items else by_file
    page = render_template("entries/receipt_check.html", form=form, by_file=by_file, by_number=by_number, **found)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.error_items else HTTPStatus.OK


def _file(entry_id: str, deposit_id: str, make: Maker, suffix: str) -> Response:
    with state().database.read() as session:
        queries.own_entry(session, entry_id=entry_id, account_id=current_account_id())
        made = next((each for each in queries.deposits_of(session, entry_id) if each.id == deposit_id), None)
        if made is None:
            raise NotFound
        content, number = make(session, deposit_id), made.receipt_number
    response = Response(content, mimetype=f"application/{suffix}")
    response.headers.set("Content-Disposition", "attachment", filename=f"{file_name(number)}.{suffix}")
    return response


def _check_file(form: ReceiptFileForm) -> dict[str, object]:
    """Return what the page says of a receipt's file, or put the refusal into the form."""
    content, exact = form.content
    if not content:
        form.refuse("Choisissez le fichier de l'accusé de réception, ou collez son contenu.", field="file")
        return {}
    try:
        receipt = read_file(content, exact=exact)
        with state().database.read() as session:
            check(receipt, {signing_key().public.id: signing_key().public, **receipts.public_keys(session)})
            return {
                "facts": _as_shown(told(receipt.facts)),
                "signed": True,
                "known": receipts.is_known(session, receipt),
            }
    except NoReceipt as refusal:
        form.refuse(refusal.message, field="file" if exact else "text")
        return {}


def _as_shown(facts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the facts with the typography of a page."""
    return [(name, typographic(value)) for name, value in facts]


def _check_number(form: ReceiptNumberForm) -> dict[str, object]:
    """Return what the page says of a number with its digest, or put the refusal into the form."""
    with state().database.read() as session:
        deposit = receipts.find_deposit(session, **form.sought)
    if deposit is None:
        form.refuse(_NO_SUCH)
        return {}
    facts = deposit_told(
        number=deposit.receipt_number,
        at=deposit.at,
        size=deposit.size,
        sha256=deposit.sha256,
        rules_version=deposit.rules_number,
        rules_digest=deposit.rules_digest,
        way=deposit.way,
    )
    return {"facts": _as_shown(facts), "signed": False, "known": True}
