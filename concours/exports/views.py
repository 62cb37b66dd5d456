"""The organisers' page of exports."""

from dataclasses import dataclass

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from concours.accounts.access import current_account_id, organisers_only
from concours.editions.queries import current_record, to_edition
from concours.editions.rules import Edition
from concours.exports import operations
from concours.exports.rules import Kind, csv_lines
from concours.kernel.errors import NotFound
from concours.kernel.web.access import ClosedBlueprint
from concours.kernel.web.state import instant, state

blueprint = ClosedBlueprint("exports", __name__, access=organisers_only, url_prefix="/organisation/exports")


@dataclass(frozen=True, kw_only=True)
class _Offer:
    """An export, as the page offers it."""

    name: str
    """In its address and its file's name."""
    kind: Kind
    title: str
    description: str
    restricted: bool = False
    missing: str = ""
    """Why it cannot be taken out yet; empty when it can."""


@blueprint.get("")
def overview() -> ResponseReturnValue:
    """Explain each export."""
    with state().database.read() as session:
        edition = to_edition(session, current_record(session))
    return render_template("exports/overview.html", offers=_offers(edition))


@blueprint.post("/<string:name>")
def download(name: str) -> ResponseReturnValue:
    """Give an export as a CSV file; the taking out is recorded first."""
    with state().database.write() as session:
        edition = to_edition(session, current_record(session))
        offer = next((offer for offer in _offers(edition) if offer.name == name), None)
        if offer is None:
            raise NotFound
        actor = current_account_id()
        table = operations.export(session, kind=offer.kind, restricted=offer.restricted, actor=actor, now=instant())
    response = Response(csv_lines(table), mimetype="text/csv")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}-{edition.key}.csv")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _offers(edition: Edition) -> list[_Offer]:
    offers = [_laureates(edition)]
    if edition.event:
        offers += _registrations(edition.event.name)
    if edition.community:
        offers.append(
            _Offer(
                name="communaute",
                kind=Kind.COMMUNITY,
                title=f"Communauté {edition.community}",
                description="Adresse, nom s'il est donné, et date d'entrée des membres qui ont confirmé.",
            )
        )
    return offers


def _laureates(edition: Edition) -> _Offer:
    sealed = edition.milestones.unsealed_at is None
    return _Offer(
        name="laureats",
        kind=Kind.LAUREATES,
        title="Palmarès",
        description="Rang, numéro, titre, équipe, administration, contact, catégorie, moyenne et moyennes par critère.",
        missing="Disponible après la levée de l'anonymat." if sealed else "",
    )


def _registrations(event: str) -> tuple[_Offer, _Offer]:
    return (
        _Offer(
            name="inscriptions",
            kind=Kind.REGISTRATIONS,
            title=f"Inscriptions : {event}",
            description="Nom, prénom, courriel, administration, fonction et date d'inscription.",
        ),
        _Offer(
            name="inscriptions-restreint",
            kind=Kind.REGISTRATIONS,
            title=f"Inscriptions avec besoins d'accessibilité : {event}",
            description="Le même tableau avec les besoins signalés, qui peuvent renseigner sur la santé : "
            "à ne transmettre qu'aux personnes qui préparent l'accueil, et à effacer ensuite.",
            restricted=True,
        ),
    )
