"""The minutes in words and on paper, made from plain values: what they say, how they are tagged, how pages break."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pypdfium2
import pytest

from concours.kernel.clock import PARIS
from jury.minutes.document import Block, Digest, Facts, Honours, Items, Paragraph, Signatures, Table
from jury.minutes.paper import minutes_pdf
from jury.minutes.rules import (
    ChangedScore,
    DualRole,
    Honoured,
    Minutes,
    Motion,
    Outcome,
    Panel,
    PanelChange,
    Presence,
    RankedWork,
    Recusal,
    Report,
    Separated,
    Signature,
    Signer,
    Sitting,
    Tie,
    Vote,
)
from jury.minutes.words import document_of
from tests.tagged_pdf import read_tagged

NOW = datetime(2027, 3, 20, 10, tzinfo=UTC)
WORKS, MEMBERS = 60, 30
CRITERIA = ("Le fond", "La forme", "Le caractère inspirant")


def large(*, sitting: bool = True) -> Minutes:
    """Return the minutes of a large panel to which everything happened."""
    signers = [Signer(f"Membre {n:02d}", "Cheffe de projet", "juré·e") for n in range(1, MEMBERS + 1)]
    panel = Panel(
        signers=signers,
        dual_roles=[DualRole("Gilbert Aumônier", NOW, "Personne d'autre n'était disponible.")],
        changes=[
            PanelChange("Maxence Ollivaud", "suppléant·e", "called", NOW, "Un désistement."),
            PanelChange("Solange Tercinet", "juré·e", "removed", NOW, "Une longue absence.", 12),
        ],
        recusals=[Recusal("Claire Perrot", 17, whole=False, reason="Lien professionnel.", at=NOW)],
        kept_apart=2,
        reports=[Report(901, withdrawn=True, at=NOW)],
    )
    places = [
        RankedWork(n, n in {5, 6}, 100 + n, f"La file qui avance, {n}e partie", "8,00", ["8,00"] * len(CRITERIA))
        for n in range(1, WORKS + 1)
    ]
    outcome = Outcome(
        places=places,
        separations=[Separated("La plus haute médiane des fiches", [[101], [102, 103]])],
        apart=[("Sans aucune fiche terminée", [902])],
        tie=Tie([105, 106], [105], "La plus claire des deux.", casting_vote=True),
        laureates=[Honoured(n, 100 + n, f"La file qui avance, {n}e partie", "Elle inspire.") for n in range(1, 6)],
        departure_reason="Deux œuvres traitent du même guichet.",
    )
    held = Sitting(
        opened_at=NOW,
        closed_at=NOW + timedelta(hours=3),
        entitled=30,
        quorum=16,
        presences=[Presence(each.name, present=True, at=NOW, marked_by="Gilbert Aumônier") for each in signers],
        motions=[
            Motion("Retenir l'œuvre", [105], "Membre 01", Vote(13, 13, 1, adopted=True, casting_vote=True, at=NOW)),
            Motion("Suspendre", [], "Membre 02", None),
        ],
        changes=[ChangedScore("Claire Perrot", 105, "Le fond", 6, 8, "Relue en séance.", NOW)],
    )
    return Minutes(
        contest="l'innovation publique",
        works=WORKS,
        sheets_done=1797,
        sheets_expected=1800,
        closed_at=NOW,
        criteria=CRITERIA,
        scale_low=0,
        scale_high=10,
        rule=[("Départage des ex æquo", "La plus haute médiane des fiches.")],
        rule_digest="a" * 64,
        rule_frozen_at=NOW,
        commitment="b" * 64,
        panel=panel,
        outcome=outcome,
        recorded_at=NOW,
        sitting=held if sitting else None,
    )


SIGNED = Signature("Marguerite Delaunoy, présidente", date(2027, 3, 21), NOW + timedelta(days=1))


def said(minutes: Minutes) -> dict[str, str]:
    """Return what stands under each heading, on one line."""
    return {
        each.title: " ".join(text for block in each.blocks for text in _texts(block))
        for each in document_of(minutes).sections
    }


def _texts(block: Block) -> Iterator[str]:
    match block:
        case Paragraph(text):
            yield text
        case Facts(rows) | Signatures(rows) | Honours(rows):
            yield from (text for row in rows for text in row)
        case Items(items):
            yield from items
        case Digest(words, digest):
            yield from (words, digest)
        case Table():
            yield from (text for row in [block.head, *block.rows] for text in row)


def test_the_minutes_say_all_that_the_panel_did() -> None:
    found = said(large())
    told = {
        "Évaluation": "1797 sur 1800 attendues",
        "Règle du classement": "a" * 64,
        "Engagement du jury sur ses fiches": "b" * 64,
        "Composition du jury": "Membre 30, Cheffe de projet (juré·e)",
        "Cumul de rôles déclaré": "Personne d'autre n'était disponible.",
        "Changements de composition": "12 fiches gardées à part, hors classement. Motif : Une longue absence.",
        "Déports": "œuvre n° 017. Motif : Lien professionnel.",
        "Ruptures d'anonymat signalées": "n° 901 : retirée du concours",
        "Séance": "Quorum, figé à l'ouverture : 16 membres sur 30 ayant droit de vote.",
        "Présences": "Membre 30, présent·e le samedi 20 mars 2027 à 11 h 00 (heure de Paris), selon Gilbert Aumônier.",
        "Motions et votes": "Adoptée : 13 pour, 13 contre, 1 abstention, la voix prépondérante de la présidence",
        "Notes changées en séance": "n° 105, Le fond : 6 devient 8, par Claire Perrot",
        "Classement": "5 ex æquo n° 105 La file qui avance, 5e partie 8,00",
        "Ce qu'un départage a séparé": "n° 101, puis n° 102 et n° 103.",
        "Hors classement": "Sans aucune fiche terminée : n° 902.",
        "Départage": "Œuvre retenue : n° 105.",
        "Palmarès": "Rang 1 : n° 101",
        "Écart avec le classement": "Deux œuvres traitent du même guichet.",
        "Signatures": "Membre 30 juré·e",
    }
    assert list(found) == list(told)
    assert [title for title, words in told.items() if words not in found[title]] == []


def test_without_a_session_on_the_service_nor_a_laureate_the_minutes_say_so() -> None:
    minutes = large(sitting=False)
    nobody = replace(minutes, outcome=replace(minutes.outcome, laureates=[], tie=None), signature=SIGNED)
    found = said(nobody)
    assert not {"Séance", "Motions et votes", "Départage"} & set(found)
    assert found["Palmarès"].startswith("Aucun lauréat.")
    assert found["Signatures"] == "Signé le dimanche 21 mars 2027 par : Marguerite Delaunoy, présidente"


@pytest.mark.parametrize(
    ("recorded", "signature", "words"),
    [
        (None, None, "Projet : le palmarès n'est pas encore enregistré."),
        (NOW, None, "Projet : ce document vaut procès-verbal une fois signé"),
        (NOW, SIGNED, "Procès-verbal signé le dimanche 21 mars 2027."),
    ],
)
def test_the_minutes_are_a_draft_until_they_are_signed(
    recorded: datetime | None, signature: Signature | None, words: str
) -> None:
    minutes = replace(large(), recorded_at=recorded, signature=signature)
    assert document_of(minutes).state.startswith(words)
    with pypdfium2.PdfDocument(minutes_pdf(minutes)) as paper:
        marked = ["PROJET" in page.get_textpage().get_text_range() for page in paper]
    assert set(marked) == {signature is None}


def test_the_paper_is_tagged_as_pdf_ua_wants_it() -> None:
    paper = minutes_pdf(large())
    found = read_tagged(paper)
    assert (found.title, found.language, found.part) == ("Procès-verbal de délibération du jury", "fr-FR", "1")
    assert found.marked
    assert found.shows_title
    assert found.untagged == ()
    levels = found.headings
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert len(levels) == 1 + len(document_of(large()).sections)


def test_the_ranking_is_one_table_whose_head_comes_again_on_each_page() -> None:
    paper = minutes_pdf(large())
    (table,) = read_tagged(paper).root.all("Table")
    assert [part.kind for part in table.below] == ["Caption", "THead", "TBody"]
    columns = 4 + len(CRITERIA)
    assert [len(row.below) for row in table.all("TR")] == [columns] * (1 + WORKS)
    assert len(table.all("TH")) == columns
    with pypdfium2.PdfDocument(paper) as pages:
        texts = [page.get_textpage().get_text_range() for page in pages]
    carrying = [text for text in texts if "qui avance" in text and "Moyenne" in text]
    assert sum(f"n° {100 + n}" in text for text in carrying for n in range(1, WORKS + 1)) >= WORKS
    assert len(carrying) > 1


def test_the_same_facts_give_the_same_bytes_and_others_do_not() -> None:
    minutes = large()
    assert minutes_pdf(minutes) == minutes_pdf(replace(large(), recorded_at=NOW.astimezone(PARIS)))
    assert minutes_pdf(replace(minutes, signature=SIGNED)) != minutes_pdf(minutes)


def test_what_somebody_typed_is_never_read_as_a_program() -> None:
    hostile = replace(large().outcome, departure_reason="#set page(fill: red)\n= Titre $x$ *gras* @ref")
    minutes = replace(large(), outcome=hostile)
    assert len(read_tagged(minutes_pdf(minutes)).headings) == 1 + len(document_of(minutes).sections)
