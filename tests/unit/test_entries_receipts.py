"""A receipt's file: what is signed, and everything that is not exactly it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from concours.entries.receipts.rules import MAX_BYTES, NoReceipt, check, file_of, read_file, signed_bytes, told
from concours.kernel.signing import SigningKey, read_public_keys
from tests.entries_scene import KEY
from tests.receipts import FACTS, FILE, signed

KEYS = {KEY.public.id: KEY.public}
OTHER = SigningKey(Ed25519PrivateKey.from_private_bytes(bytes(32)))


def verified(content: bytes, *, exact: bool = True) -> dict[str, Any]:
    receipt = read_file(content, exact=exact)
    check(receipt, KEYS)
    return dict(receipt.facts)


def document(**facts: Any) -> bytes:
    return file_of(signed(**facts))


def test_a_receipt_verifies_and_says_what_was_signed() -> None:
    assert verified(FILE) == FACTS
    lines = dict(told(FACTS))
    assert lines["Déposée le"] == "lundi 1er février 2027 à 10 h 00 min 05 s (heure de Paris)"
    assert lines["Instant du dépôt (UTC)"] == "2027-02-01T09:00:05.012345Z"
    assert lines["Taille du fichier"] == "1\u00a0234 octets"


def test_what_is_signed_is_plain_compact_json_in_order() -> None:
    content = signed_bytes(FACTS)
    assert content.startswith(b'{"at":{"paris":"2027-02-01T10:00:05.012345+01:00","utc":')
    assert b'"contest":"\\u00c7a se d\\u00e9pose' in content
    assert json.loads(content) == FACTS
    assert FILE.isascii()


def test_no_byte_of_the_file_may_be_another() -> None:
    for place, byte in enumerate(FILE):
        for other in {byte ^ 1, byte ^ 0x20, 0, 0x20, 0x0A, ord("0"), ord("f"), 0xFF} - {byte}:
            with pytest.raises(NoReceipt):
                verified(FILE[:place] + bytes([other]) + FILE[place + 1 :])


def test_no_byte_may_be_taken_away_or_added() -> None:
    for place in range(len(FILE) + 1):
        for changed in (FILE[:place] + b" " + FILE[place:], FILE[:place] + FILE[place + 1 :]):
            if changed != FILE:
                with pytest.raises(NoReceipt):
                    verified(changed)


def test_the_paper_is_told_from_the_file_that_is_checked() -> None:
    with pytest.raises(NoReceipt, match=r"Choisissez le fichier \.json joint au même courriel"):
        verified(b"%PDF-1.7" + b" " * MAX_BYTES)


def test_a_text_that_passed_through_a_page_may_have_other_spaces_and_no_other_facts() -> None:
    pasted = json.dumps(json.loads(FILE), ensure_ascii=False).encode()
    assert verified(pasted, exact=False) == FACTS
    with pytest.raises(NoReceipt, match="à l'octet près"):
        verified(pasted)
    for place, byte in enumerate(FILE):
        changed = FILE[:place] + bytes([byte ^ 1]) + FILE[place + 1 :]
        try:
            assert verified(changed, exact=False) == FACTS
        except NoReceipt:
            continue


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"\xff\xfe",
        b"%PDF-1.7",
        b"null",
        b"[]",
        b'"receipt"',
        b"[" * 15_000,
        b'{"receipt":' * 1_400,
        b'{"receipt": NaN, "signature": ""}',
        b'{"receipt": Infinity, "signature": ""}',
        b'{"receipt": ' + b"9" * 10_000 + b', "signature": ""}',
        b'{"receipt": {}, "signature": ""}',
        b'{"receipt": [], "signature": ' + b"0" * 128 + b"}",
        b'{"receipt": {"format": "concours-receipt-2"}, "signature": ""}',
        FILE.replace(b'"signature"', b'"signature": "x", "signature"'),
        FILE.replace(b'"signature"', b'"also": 1, "signature"'),
        FILE.replace(b'"number"', b'"number": "2027-AAAA-AAAA", "number"'),
        FILE + b" " * MAX_BYTES,
    ],
    ids=range(19),
)
@pytest.mark.parametrize("exact", [True, False])
def test_whatever_is_no_receipt_is_refused_in_a_sentence(content: bytes, *, exact: bool) -> None:
    with pytest.raises(NoReceipt, match=r"\w+ \w+ .*\."):
        verified(content, exact=exact)


@pytest.mark.parametrize(
    "facts",
    [
        {"number": 5},
        {"number": ""},
        {"number": "a b"},
        {"number": "a\0b"},
        {"number": None},
        {"entry": "A" * 26},
        {"check": "javascript:alert(1)"},
        {"contest": "\n"},
        {"file": "ab" * 32},
        {"file": {"sha256": "AB" * 32, "size": 1}},
        {"file": {"sha256": "ab" * 32, "size": True}},
        {"file": {"sha256": "ab" * 32, "size": 1.5}},
        {"file": {"sha256": "ab" * 32, "size": -1}},
        {"file": {"sha256": "ab" * 32, "size": 1 << 70}},
        {"rules": {"version": "1", "digest": "cd" * 32}},
        {"consents": {}},
        {"at": "2027-02-01T09:00:05.012345Z"},
        {"at": {"utc": 5}},
        {"at": {"utc": "2027-02-01T09:00:05Z"}},
        {"at": {"utc": "2027-02-30T09:00:05.012345Z"}},
        {"at": {"utc": "0001-01-01T00:00:00.000000+23:59"}},
        {"format": ["concours-receipt-1"]},
    ],
    ids=str,
)
def test_a_signed_fact_of_the_wrong_kind_is_refused_too(facts: dict[str, Any]) -> None:
    with pytest.raises(NoReceipt):
        verified(document(**facts))


def test_a_fact_that_comes_later_is_signed_like_the_others() -> None:
    content = document(way="self")
    assert verified(content)["way"] == "self"
    with pytest.raises(NoReceipt, match="signature"):
        verified(content.replace(b'"self"', b'"late"'))


def test_another_key_is_named_and_its_name_is_not_enough() -> None:
    with pytest.raises(NoReceipt, match=f"autre clé \\({OTHER.public.id}\\)"):
        verified(file_of(signed(OTHER)))
    with pytest.raises(NoReceipt, match="La signature ne correspond pas"):
        verified(file_of(replace(signed(), signature=signed(OTHER).signature)))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANYTHING)
def test_no_json_at_all_makes_anything_but_a_refusal(anything: object) -> None:
    for content in (json.dumps(anything), json.dumps({"receipt": anything, "signature": "0" * 128})):
        with pytest.raises(NoReceipt):
            verified(content.encode(), exact=False)


def test_a_file_of_keys_may_hold_several_and_anything_else() -> None:
    text = f"Cle a\n{KEY.public.pem}\n-----BEGIN PUBLIC KEY-----\nrien\n-----END PUBLIC KEY-----\n{OTHER.public.pem}"
    assert list(read_public_keys(text)) == [KEY.public.id, OTHER.public.id]
    assert read_public_keys("rien") == {}
