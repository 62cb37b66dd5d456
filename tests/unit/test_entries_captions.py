"""Captions in WebVTT: good ones pass, faults are told with their lines."""

import pytest

from concours.entries.captions import MOST_TOLD, faults, shown

GOOD = """WEBVTT - Le guichet
Language: fr

NOTE
Relu deux fois

STYLE
::cue { color: white }

intro
00:01.000 --> 00:04.500 align:start
- Bonjour !
- Bonjour.

00:00:04.500 --> 01:00:07.000
Un camion arrive."""


@pytest.mark.parametrize("text", ["", "  \n", GOOD, "WEBVTT\n\n00:01.000 --> 00:02.000"])
def test_good_captions_have_no_fault(text: str) -> None:
    assert faults(text) == []


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("Bonjour", 1, "commencent par « WEBVTT »"),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nA", 1, "commencent par « WEBVTT »"),
        ("1\n00:00:01,000 --> 00:00:02,000\nA", 1, "SubRip"),
        ("WEBVTT\n\n00:01,000 --> 00:02,000\nA", 3, "n'est pas lisible"),
        ("WEBVTT\n\n00:61.000 --> 01:02.000\nA", 3, "n'est pas lisible"),
        ("WEBVTT\n\n00:05.000 --> 00:02.000\nA", 3, "finit avant"),
        ("WEBVTT\n\n00:05.000 --> 00:06.000\nA\n\n00:01.000 --> 00:02.000\nB", 6, "avant le précédent"),
        ("WEBVTT\n\nA\n\n00:01.000 --> 00:02.000\nB", 3, "il manque l'horaire"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nA\n00:03.000 --> 00:04.000\nB", 5, "que dans un horaire"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, words: str) -> None:
    (fault,) = faults(text)
    assert fault.startswith(f"Ligne {line} : ")
    assert words in fault


def test_what_a_player_shows_is_kept_and_nothing_else() -> None:
    head = "WEBVTT - par Zéphyrine\nKind: captions\n\nNOTE pour Zéphyrine\nla suite\n\nSTYLE\n::cue {}\n\n"
    cues = (
        "Plan 3, Zéphyrine\n00:01.000 --> 00:02.000 align:left\nBonjour.\nEncore.\n\n\n"
        "00:03.000 --> 00:04.000\nÀ demain."
    )
    assert shown(head + cues) == (
        "WEBVTT\n\n00:01.000 --> 00:02.000 align:left\nBonjour.\nEncore.\n\n00:03.000 --> 00:04.000\nÀ demain.\n"
    )
    assert faults(shown(head + cues)) == []


@pytest.mark.parametrize("text", ["", " \n", "Bonjour", "WEBVTT\n\n00:05.000 --> 00:02.000\nA"])
def test_what_no_player_would_read_is_not_shown(text: str) -> None:
    assert shown(text) == ""


def test_a_heading_alone_holds_no_captions() -> None:
    assert faults("WEBVTT\n\nNOTE rien") == ["Aucun sous-titre : il faut au moins un horaire, suivi de son texte."]


def test_the_first_faults_only_are_told() -> None:
    assert len(faults("WEBVTT\n\n" + "A\n\n" * 30)) == MOST_TOLD
