"""A device is called in words of ours, whatever its browser says of itself."""

import pytest

from concours.kernel.devices import UNKNOWN, describe_device

_WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64"
_WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"

KNOWN = {
    f"{_WINDOWS}; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox sur Windows",
    f"{_WINDOWS}) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36": "Chrome sur Windows",
    f"{_WINDOWS}) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0": "Edge sur Windows",
    f"{_WINDOWS}) {_WEBKIT} Chrome/141.0.0.0 Safari/537.36 OPR/122.0.0.0": "Opera sur Windows",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Mobile/15E148 Safari/604.1": "Safari sur iPhone",
    "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0.0.0 "
    "Mobile/15E148 Safari/604.1": "Chrome sur iPad",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 "
    "Safari/605.1.15": "Safari sur Mac",
    f"Mozilla/5.0 (Linux; Android 16; SM-S938B) {_WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile "
    "Safari/537.36": "Samsung Internet sur Android",
    "Mozilla/5.0 (Android 16; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0": "Firefox sur Android",
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0": "Firefox sur Linux",
    "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 Chrome/141.0.0.0": "Chrome sur Chromebook",
}


@pytest.mark.parametrize("agent", KNOWN)
def test_a_browser_and_its_system_are_named(agent: str) -> None:
    assert describe_device(agent) == KNOWN[agent]


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("", UNKNOWN),
        ("curl/8.14", UNKNOWN),
        ("<script>alert(1)</script>", UNKNOWN),
        ("\x00\x1b[2J\u202e", UNKNOWN),
        ("x" * 10_000, UNKNOWN),
        ("x" * 10_000 + " Firefox/140.0", UNKNOWN),
        ("Firefox/" + "9" * 10_000, "Firefox, appareil inconnu"),
        ("Windows" * 2_000, "Navigateur inconnu sur Windows"),
        ("<b>Windows</b> Firefox/1 Zéphyrine", "Firefox sur Windows"),
    ],
)
def test_what_no_browser_says_is_harmless(agent: str, words: str) -> None:
    assert describe_device(agent) == words


def test_every_name_fits_its_column() -> None:
    assert max(len(describe_device(agent)) for agent in (*KNOWN, "SamsungBrowser/", "Windows")) <= 60
