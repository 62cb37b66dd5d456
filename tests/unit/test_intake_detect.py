"""A refused file is named for what it is, with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from concours.intake.detect import wrong_format
from concours.intake.families import ALIASES, FAMILIES
from concours.intake.rules import Kind, Reason
from concours.intake.sniff import HEAD_BYTES
from tests import files

ALL = frozenset(Kind)

MISTAKES = {
    "docx": (files.docx(), "un document Word (.docx)", "PDF"),
    "pptx": (files.pptx(), "un diaporama PowerPoint (.pptx)", "Créer une vidéo"),
    "xlsx": (files.xlsx(), "un classeur Excel (.xlsx)", "PDF"),
    "doc": (files.old_office("WordDocument"), "un ancien document Word (.doc)", "PDF"),
    "ppt": (files.old_office("PowerPoint Document"), "un ancien diaporama PowerPoint (.ppt)", "PDF"),
    "locked": (files.old_office("EncryptedPackage"), "un document Office protégé", "mot de passe"),
    "odt": (files.opendocument("text"), "un document LibreOffice Writer (.odt)", "Exporter au format PDF"),
    "odp": (files.opendocument("presentation"), "un diaporama LibreOffice (.odp)", "PDF"),
    "odg": (files.opendocument("graphics"), "un document LibreOffice", "PDF"),
    "jpeg": (files.image("JPEG"), "une image JPEG", "Assemblez vos images en un PDF"),
    "png": (files.image("PNG"), "une image PNG", "Assemblez"),
    "gif": (files.image("GIF"), "une image GIF", "animée"),
    "webp": (files.image("WEBP"), "une image", "Assemblez"),
    "heic": (files.heic(), "une photo d'iPhone (.heic)", "Partager > Imprimer"),
    "avif": (files.ftyp("avif", "mif1", "iso8"), "une image", "Assemblez"),
    "mov": (files.mov(), "une vidéo QuickTime (.mov)", "l'iPhone"),
    "3gp": (files.phone_3gp(), "une vidéo de téléphone (.3gp)", "Convertissez"),
    "mkv": (files.mkv(), "une vidéo Matroska (.mkv)", "Convertissez"),
    "webm": (files.film("webm", video="libvpx", audio=None), "une vidéo WebM (.webm)", "Convertissez"),
    "mp3": (files.mp3(), "un enregistrement sonore", "images"),
    "wav": (files.wav(), "un enregistrement sonore", "images"),
    "m4a": (files.m4a(), "un enregistrement sonore", "images"),
    "zip": (files.archive_zip(), "une archive ZIP", "qu'elle contient"),
    "rar": (files.archive_rar(), "une archive RAR", "qu'elle contient"),
    "7z": (files.archive_7z(), "une archive 7-Zip", "qu'elle contient"),
    "cbz": (files.comic_archive(), "une archive d'images", "Assemblez"),
    "html": (files.web_page(), "une page web", "Imprimer"),
    "exe": (files.program_exe(), "un programme", "ne peut pas"),
    "elf": (files.program_elf(), "un programme", "ne peut pas"),
    "shell": (b"#!/bin/sh\nrm -rf /\n", "un programme", "ne peut pas"),
    "hls": (files.hls_playlist(), "une liste de lecture", "la vidéo elle-même"),
    "ffconcat": (files.ffconcat_playlist(), "une liste de lecture", "la vidéo elle-même"),
    "text": (files.text(), "un fichier de texte", "PDF"),
    "rtf": (rb"{\rtf1\ansi Bonjour}", "un texte mis en forme (.rtf)", "PDF"),
    "three bytes": (b"\x01\x02\x03", "un fichier d'un format inconnu", "AVI, MP4 ou PDF"),
}


def said(data: bytes, name: str = "création", kinds: frozenset[Kind] = ALL) -> str:
    return wrong_format(data[:HEAD_BYTES], name=name, kinds=kinds).message


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_has_its_own_sentence_and_remedy(mistake: str) -> None:
    data, what, remedy = MISTAKES[mistake]
    message = said(data)
    assert message.startswith(f"Ce fichier est {what}")
    assert remedy in message
    assert message.endswith(".")
    assert "{" not in message


def test_a_renamed_document_is_said_to_be_renamed() -> None:
    assert said(files.docx(), "Notre BD.PDF") == (
        "Ce fichier est un document Word (.docx) renommé en .pdf. "
        "Exportez-le en PDF (Fichier > Enregistrer sous > PDF), puis envoyez le PDF."
    )
    assert "une vidéo QuickTime (.mov) renommée en .mp4." in said(files.mov(), "IMG_0042.mp4")


@pytest.mark.parametrize("name", ["plan.docx", "plan", "", "plan.<b>", "../../plan\x00.exe", "plan\u202efdp.xcod"])
def test_no_other_name_is_repeated(name: str) -> None:
    assert "renommé" not in said(files.docx(), name)
    assert "plan" not in said(files.docx(), name)


def test_a_page_in_front_of_a_document_is_both() -> None:
    refused = wrong_format((files.web_page() + files.pdf())[:HEAD_BYTES], name="bd.pdf", kinds=ALL)
    assert (refused.reason, refused.detected) == (Reason.AMBIGUOUS, "text/html")
    assert refused.message.startswith("Ce fichier est à la fois un PDF et une page web :")


def test_the_real_type_is_kept_for_the_record() -> None:
    assert wrong_format(files.image("PNG"), name="a.pdf", kinds=ALL).detected == "image/png"
    assert wrong_format(files.program_exe(), name="a.pdf", kinds=ALL).detected.endswith(("exec", "executable"))
    assert wrong_format(files.mov(), name="a.mp4", kinds=ALL).detected == "video/quicktime"


def test_a_remedy_never_leads_to_a_format_that_the_edition_refuses() -> None:
    documents, films = frozenset({Kind.PDF}), frozenset({Kind.MP4})
    assert said(files.mov(), kinds=documents).endswith("envoyez votre création au format PDF.")
    assert "MP4" not in said(files.pptx(), kinds=documents)
    assert "PDF" not in said(files.image("JPEG"), kinds=films).replace("JPEG", "")
    assert "AVI" not in said(files.archive_zip(), kinds=films)


def test_every_alias_leads_to_a_family() -> None:
    assert all(target in FAMILIES or target.split("/")[0] + "/" in FAMILIES for target in ALIASES.values())


@given(st.binary(min_size=1, max_size=300), st.text(max_size=20))
def test_any_bytes_and_any_name_get_a_sentence(head: bytes, name: str) -> None:
    assert wrong_format(head, name=name, kinds=ALL).message.startswith("Ce fichier est ")
