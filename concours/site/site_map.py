"""The site map: written from the addresses that everybody may open, so that none is forgotten."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Protocol

from concours.kernel.web.access import ClosedBlueprint, everyone

GROUPS: Mapping[str, Mapping[str, str]] = {
    "Le concours": {
        "site.home": "Accueil",
        "site.reglement": "Règlement",
        "site.reglement_pdf": "Règlement (PDF)",
        "palmares.latest": "Palmarès",
        "site.blank_dossier": "Dossier vierge à imprimer",
        "receipts.check_page": "Vérifier un accusé de réception",
        "receipts.public_keys": "Clés publiques des accusés de réception",
    },
    "Le palmarès": {
        "palmares.latest": "Palmarès",
    },
    "Se rencontrer": {
        "registrations.register": "S'inscrire à l'évènement",
        "registrations.join": "Rejoindre la communauté",
    },
    "Le site": {
        "signin.ask": "Se connecter",
        "site.help_page": "Aide",
        "site.site_map": "Plan du site",
        "status.page": "État du service",
        "site.accessibility": "Accessibilité",
        "site.legal_notice": "Mentions légales",
        "site.personal_data": "Données personnelles",
    },
}
"""Pages that everybody may open, by endpoint; a page that is not named here stands under the name of its address."""

OTHERS = "Autres pages"
_STEPS = frozenset(
    {
        *(
            "receipts.check_file",
            "registrations.join_asked",
            "registrations.registered",
            "signin.code",
            "signin.left",
            "signin.resume",
        ),
        *("site.clock", "site.health", "site.mailbox", "status.machine_readable"),
    }
)
"""What follows another page, or is for programs."""


class Rule(Protocol):
    """An address of the application."""

    endpoint: str
    arguments: set[str]
    methods: set[str] | None


Address = Callable[[str], str]


def public_pages(rules: Iterable[Rule], blueprints: Mapping[str, object]) -> Iterator[str]:
    """Yield the endpoints of pages that everybody may open without a link of their own."""
    for rule in rules:
        blueprint = blueprints.get(rule.endpoint.rpartition(".")[0])
        opened = isinstance(blueprint, ClosedBlueprint) and blueprint.access is everyone
        if opened and not rule.arguments and "GET" in (rule.methods or ()) and rule.endpoint not in _STEPS:
            yield rule.endpoint


def site_map(pages: Collection[str], address: Address) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return these pages by group, each with its name and its address."""
    named = {endpoint for group in GROUPS.values() for endpoint in group}
    groups = {heading: {e: label for e, label in group.items() if e in pages} for heading, group in GROUPS.items()}
    groups[OTHERS] = {endpoint: address(endpoint) for endpoint in sorted(set(pages) - named)}
    return [
        (heading, [(label, address(endpoint)) for endpoint, label in group.items()])
        for heading, group in groups.items()
        if group
    ]
