"""What a session's device is called, from what its browser says of itself: a few words of ours, none of its own."""

UNKNOWN = "Appareil inconnu"

_READ_CHARS = 512
"""A browser says less; what comes after is not looked at."""

_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
"""The first that is found: most browsers also bear the names of those after them."""

_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Linux"),
)


def describe_device(agent: str) -> str:
    """Return « Firefox sur Windows », « Appareil inconnu » for what no browser says."""
    read = agent[:_READ_CHARS]
    browser, system = (next((words for sign, words in known if sign in read), None) for known in (_BROWSERS, _SYSTEMS))
    if browser is None and system is None:
        return UNKNOWN
    if system is None:
        return f"{browser}, appareil inconnu"
    return f"{browser or 'Navigateur inconnu'} sur {system}"
