"""The candidate's own names in what the jury reads: what is found, and what must not be."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from concours.entries.identity import own_names
from concours.entries.rules import Dossier

ROUEN = Dossier(
    team="Les Défricheurs",
    administration="Ville de Rouen",
    contact_name="Claire Quatremère",
    contact_email="claire.quatremere@ville-rouen.example",
)


def found(text: str, *, title: str = "", **who: str) -> list[str]:
    answers: dict[str, Any] = {"team": "", "administration": "", "contact_name": "", "contact_email": "", **who}
    return [named.words for named in own_names(Dossier(title=title, summary=text, **answers))]


@pytest.mark.parametrize(
    ("administration", "text", "words"),
    [
        ("Ville de Rouen", "À Rouen, tout change.", ["Rouen"]),
        ("Ville de Rouen", "partout dans rouen", ["rouen"]),
        ("Ville de Rouen", "ROUEN INNOVE", ["ROUEN"]),
        ("Communauté de communes du Val d'Ombre", "Dans le val d’ombre, un camion.", ["val d’ombre"]),
        ("Communauté d'agglomération Rouen Normandie", "Un guichet à Rouen.", ["Rouen"]),
        ("DDFIP de la Somme", "La ddfip s'organise.", ["ddfip"]),
        ("DDFIP80", "La DDFIP et ses agents.", ["DDFIP"]),
        ("CD 76", "Le CD a voté.", ["CD"]),
        ("Préfecture de l'Ain", "Dans l'Ain, on innove.", ["Ain"]),
        ("Préfecture de la Région Bretagne", "Une idée née en Brétagne.", ["Brétagne"]),
        ("Ministère de la Culture", "Une idée du ministère de la culture.", ["ministère de la culture"]),
        ("Direction régionale des finances publiques", "à la Direction régionale des finances publiques", None),
        ("Mairie de Saint-Étienne", "Les habitants de Saint Etienne", ["Saint Etienne"]),
    ],
)
def test_the_administration_is_found(administration: str, text: str, words: list[str] | None) -> None:
    assert found(text, administration=administration) == (words or [administration])


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ({"administration": "Direction de la ville"}, "La direction de la ville écoute. Notre équipe aussi."),
        ({"administration": "Ville de Rouen"}, "Un rouennais heureux : la ville est belle."),
        ({"administration": "Communauté de communes du Val d'Ombre"}, "Rester dans l'ombre, sortir du val."),
        ({"administration": "Ministère de la Culture"}, "La culture du résultat, et un ministère moderne."),
        ({"administration": "Préfecture de l'Ain"}, "On gagne vingt minutes, sain et sauf."),
        ({"administration": "CD 76"}, "On grave un cd."),
        ({"administration": "Service public numérique"}, "Un service public numérique pour tous."),
        ({"team": "Équipe numérique"}, "Numérique partout. Le numérique pour notre équipe."),
        ({"team": "Les Défricheurs"}, "Nous sommes des défricheurs."),
        ({"contact_name": "Pierre Petit"}, "Pierre par pierre, petit à petit."),
        ({"contact_email": "a@gmail.example"}, "Un compte gmail suffit."),
        ({"contact_email": "a@orange.example"}, "Une carte orange."),
        ({"contact_email": "a@interieur.gouv.example"}, "À l'intérieur du bâtiment."),
        ({}, "Rien que du texte."),
    ],
)
def test_ordinary_words_raise_no_alarm(who: dict[str, str], text: str) -> None:
    assert found(text, **who) == []


@pytest.mark.parametrize(
    ("who", "text", "words"),
    [
        ({"contact_name": "Zéphyrine Quatremère"}, "L'idée de Quatremere est simple.", ["Quatremere"]),
        ({"contact_name": "Zéphyrine Quatremère"}, "merci à zephyrine quatremere", ["zephyrine quatremere"]),
        ({"contact_name": "Pierre Petit"}, "Pierre a tout dessiné.", ["Pierre"]),
        ({"team": "Les Défricheurs"}, "Avec les Défricheurs, tout va.", ["Défricheurs"]),
        ({"team": "L'atelier des possibles"}, "à L'ATELIER DES POSSIBLES", ["ATELIER DES POSSIBLES"]),
        ({"contact_email": "z@valombre.example"}, "Au Val d'Ombre.", ["Val d'Ombre"]),
        ({"contact_email": "z@val-ombre.example"}, "Au val d'ombre.", []),
        ({"contact_email": "z@dgfip.finances.gouv.example"}, "La DGFiP avance.", ["DGFiP"]),
    ],
)
def test_people_teams_and_domains_are_found(who: dict[str, str], text: str, words: list[str]) -> None:
    assert found(text, **who) == (words or ["val d'ombre"])


def test_each_name_is_told_once_a_field_with_its_source() -> None:
    dossier = replace(ROUEN, title="Rouen", summary="Rouen, encore Rouen, et Claire Quatremère.")
    told = [(named.field, named.words, named.source) for named in own_names(dossier)]
    assert told == [
        ("title", "Rouen", "le nom de votre administration"),
        ("summary", "Rouen", "le nom de votre administration"),
        ("summary", "Claire Quatremère", "le nom de la personne à contacter"),
    ]


@pytest.mark.parametrize("field", ["transcript", "captions", "text_alternative"])
def test_names_are_found_in_what_makes_a_creation_reach_everyone(field: str) -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nBienvenue à Rouen."
    assert [(named.field, named.words) for named in own_names(Dossier(**{**asdict(ROUEN), field: text}))] == [
        (field, "Rouen")
    ]


def test_the_warning_names_the_words_and_says_that_nothing_is_refused() -> None:
    (named,) = own_names(replace(ROUEN, title="Vivre à Rouen"))
    assert "« Rouen »" in named.warning
    assert "vous pouvez enregistrer et déposer ainsi" in named.warning
