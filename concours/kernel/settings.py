"""Settings: frozen, read once from the environment, a wrong one refused by its name."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from concours.kernel.disk import kept_file

ROOT = Path(__file__).resolve().parents[2]
"""Where templates/, static/ and the default data folders stand."""

_SECRET_MIN_LENGTH = 32
_SECRETS = ("SECRET_KEY", "JURY_SECRET_KEY")
_SOCKET_PATH_BYTES = 107
"""sun_path of unix(7), less its final zero."""

_YES, _NO = frozenset({"1", "true", "yes", "on", "oui"}), frozenset({"", "0", "false", "no", "off", "non"})


class SettingsError(Exception):
    """A setting that cannot be used; the message names it and its remedy."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(f"{name} : {message}")
        self.name = name


@dataclass(frozen=True)
class Smtp:
    """How mail leaves."""

    host: str
    port: int
    user: str
    password: str
    security: str
    """`none`, `starttls` or `tls`."""


@dataclass(frozen=True)
class S3:
    """Where files live when `STORAGE=s3`."""

    endpoint: str
    bucket: str
    region: str
    access_key: str
    secret_key: str
    public_endpoint: str | None = None
    """Where browsers reach the server, by addresses that expire; None: only we reach it, and bytes go through us."""

    @property
    def public_origin(self) -> str | None:
        """Scheme, host and port of the public address: what a Content-Security-Policy names."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.public_endpoint)) if self.public_endpoint else None


@dataclass(frozen=True)
class Settings:
    """What both applications, the worker and the commands share. Holds no application's secret key."""

    production: bool
    demo: bool
    """The demo's links sign in fully and repeatedly; refused in production."""
    data: Path
    uploads: Path
    database_url: str
    jury_database_url: str
    s3: S3 | None
    """None: the local folder `uploads`."""
    clamd: Path | None
    """The socket where the antivirus listens; None: there is none."""
    smtp: Smtp | None
    """None: messages are shown on /courrier and in the terminal."""
    mail_from: str
    public_url: str
    jury_url: str
    contact_email: str
    organiser_email: str
    edition_file: Path | None
    """The edition.toml that an empty database begins with; None: the embedded one, moved to the next season."""
    receipt_key: Path | None
    """The private key that seals receipts; None: one is made and kept in `data`."""
    trusted_proxies: int
    brand: str
    host: str
    port: int

    @property
    def secure_cookies(self) -> bool:
        """Whether visitors come over HTTPS."""
        return self.public_url.startswith("https://")


def read_settings(environ: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that the environment describes.

    Raises SettingsError on the first value that cannot be used.
    """
    production = _choice(environ, "APP_ENV", ("development", "production")) == "production"
    host = environ.get("HOST") or "127.0.0.1"
    port = _number(environ, "PORT", 8000, low=1, high=65535)
    data = Path(environ.get("DATA") or ROOT / "var").absolute()
    public_url = _url(environ, "PUBLIC_URL", f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    contact = _email(environ, "CONTACT_EMAIL", "contact@concours.example")
    database_url = _database_url(environ, "DATABASE_URL", f"sqlite:///{data / 'concours.db'}")
    settings = Settings(
        production=production,
        demo=_flag(environ, "DEMO"),
        data=data,
        uploads=Path(environ.get("UPLOADS") or ROOT / "uploads").absolute(),
        database_url=database_url,
        jury_database_url=_database_url(environ, "JURY_DATABASE_URL", database_url),
        s3=_s3(environ),
        clamd=_socket(environ, "CLAMD"),
        smtp=_smtp(environ),
        mail_from=_email(environ, "MAIL_FROM", contact),
        public_url=public_url,
        jury_url=_url(environ, "JURY_URL", f"{public_url}/jury"),
        contact_email=contact,
        organiser_email=_email(environ, "ORGANISER_EMAIL", contact),
        edition_file=_file(environ, "EDITION"),
        receipt_key=_file(environ, "RECEIPT_KEY"),
        trusted_proxies=_number(environ, "TRUSTED_PROXIES", 0, low=0, high=10),
        brand=_choice(environ, "BRAND", ("off", "etat")),
        host=host,
        port=port,
    )
    _check_production(settings, environ)
    return settings


def read_secret(settings: Settings, name: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the secret key called `name`: from the environment, else, outside production, one kept in the data folder.

    Raises SettingsError when production has none, when it is too short, or when both applications would share it.
    """
    value = environ.get(name, "").strip()
    if not value and not settings.production:
        return kept_file(settings.data / "keys" / f"{name.lower()}.txt", lambda: secrets.token_urlsafe(48))
    if len(value) < _SECRET_MIN_LENGTH:
        remedy = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        raise SettingsError(name, f"au moins {_SECRET_MIN_LENGTH} caractères tirés au hasard sont exigés ({remedy})")
    if any(environ.get(other, "").strip() == value for other in _SECRETS if other != name):
        raise SettingsError(name, f"{' et '.join(_SECRETS)} doivent différer : chaque application a son secret")
    return value


def _check_production(settings: Settings, environ: Mapping[str, str]) -> None:
    if not settings.production:
        return
    if settings.demo:
        raise SettingsError("DEMO", "la démonstration ouvre des sessions sans code : retirez-la en production")
    if settings.smtp is None:
        raise SettingsError(
            "SMTP_HOST", "un serveur d'envoi est exigé en production : les codes et les récépissés partent par courriel"
        )
    for name in ("PUBLIC_URL", "CONTACT_EMAIL"):
        if not environ.get(name):
            raise SettingsError(name, "une valeur est exigée en production")
    for name, url in (("PUBLIC_URL", settings.public_url), ("JURY_URL", settings.jury_url)):
        if not url.startswith("https://"):
            raise SettingsError(name, "une adresse en https:// est exigée en production")
    if settings.s3 and not (settings.s3.public_endpoint or "https://").startswith("https://"):
        raise SettingsError("S3_PUBLIC_ENDPOINT", "une adresse en https:// est exigée en production")


def _choice(environ: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    value = environ.get(name) or choices[0]
    if value not in choices:
        raise SettingsError(name, f"« {value} » n'est pas accepté ; valeurs possibles : {', '.join(choices)}")
    return value


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "").lower()
    if value not in _YES | _NO:
        raise SettingsError(name, f"« {value} » n'est pas accepté ; valeurs possibles : 1 (oui), 0 (non)")
    return value in _YES


def _number(environ: Mapping[str, str], name: str, default: int, *, low: int, high: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingsError(name, f"« {text} » n'est pas un nombre entier entre {low} et {high}")
    return int(text)


def _url(environ: Mapping[str, str], name: str, default: str) -> str:
    value = (environ.get(name) or default).rstrip("/")
    if not _is_address(value):
        raise SettingsError(name, f"« {value} » n'est pas une adresse de la forme https://concours.exemple.fr")
    return value


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        known = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:  # brackets or a port that nobody can read
        return False
    plain = re.fullmatch(r"[\w.:\[\]-]+", parts.netloc)  # it stands in headers, where a semicolon or a space says more
    return bool(known and plain) and not (parts.query or parts.fragment or parts.username) and url.isprintable()


def _email(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name) or default
    local, at, domain = value.partition("@")
    if not (local and at and "." in domain) or any(c.isspace() or c in "<>," for c in value):
        raise SettingsError(name, f"« {value} » n'est pas une adresse électronique")
    return value


def _database_url(environ: Mapping[str, str], name: str, default: str) -> str:
    value = environ.get(name) or default
    scheme, _, rest = value.partition("://")
    if scheme in {"postgres", "postgresql"}:
        return f"postgresql+psycopg://{rest}"
    in_memory = scheme == "sqlite" and rest in {"", "/", "/:memory:"}  # each connection would have one of its own
    if scheme not in {"sqlite", "postgresql+psycopg"} or in_memory:
        raise SettingsError(name, "attendu : sqlite:////dossier/fichier.db ou postgresql://utilisateur@hote/base")
    return value


def _file(environ: Mapping[str, str], name: str) -> Path | None:
    value = environ.get(name)
    if not value:
        return None
    if not Path(value).is_file():
        raise SettingsError(name, f"« {value} » n'est pas un fichier lisible")
    return Path(value).absolute()


def _socket(environ: Mapping[str, str], name: str) -> Path | None:
    """Return the path of a Unix socket. It may not be there yet: what listens there may start later, or be down."""
    value = environ.get(name)
    if not value:
        return None
    path = Path(value)
    if not path.is_absolute() or len(os.fsencode(value)) > _SOCKET_PATH_BYTES or "\0" in value:
        raise SettingsError(name, f"« {value} » n'est pas le chemin absolu d'une prise Unix")
    if path.exists() and not path.is_socket():
        raise SettingsError(name, f"« {value} » n'est pas une prise Unix : donnez la valeur LocalSocket de clamd.conf")
    return path


def _s3(environ: Mapping[str, str]) -> S3 | None:
    if _choice(environ, "STORAGE", ("local", "s3")) == "local":
        return None
    for name in ("S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"):
        if not environ.get(name):
            raise SettingsError(name, "une valeur est exigée avec STORAGE=s3")
    region = environ.get("S3_REGION") or "eu-west-3"
    return S3(
        endpoint=_url(environ, "S3_ENDPOINT", f"https://s3.{region}.amazonaws.com"),
        bucket=environ["S3_BUCKET"],
        region=region,
        access_key=environ["S3_ACCESS_KEY"],
        secret_key=environ["S3_SECRET_KEY"],
        public_endpoint=_url(environ, "S3_PUBLIC_ENDPOINT", "") if environ.get("S3_PUBLIC_ENDPOINT") else None,
    )


def _smtp(environ: Mapping[str, str]) -> Smtp | None:
    host = environ.get("SMTP_HOST")
    security = _choice(environ, "SMTP_SECURITY", ("starttls", "tls", "none"))
    port = _number(environ, "SMTP_PORT", 587, low=1, high=65535)
    if not host:
        return None
    return Smtp(host, port, environ.get("SMTP_USER", ""), environ.get("SMTP_PASSWORD", ""), security)
