"""Settings come from the environment; a wrong one is refused by its name, in a French sentence."""

import stat
from pathlib import Path

import pytest

from concours.kernel.settings import ROOT, SettingsError, read_secret, read_settings
from tests.crowd import run_at_once

PRODUCTION = {
    "APP_ENV": "production",
    "PUBLIC_URL": "https://concours.exemple.fr",
    "CONTACT_EMAIL": "contact@exemple.fr",
    "SMTP_HOST": "smtp.exemple.fr",
}
SECRETS = {"SECRET_KEY": "a" * 32, "JURY_SECRET_KEY": "b" * 32}
BUCKET = {"STORAGE": "s3", "S3_BUCKET": "concours", "S3_ACCESS_KEY": "clef", "S3_SECRET_KEY": "secret"}


def refusal(environ: dict[str, str]) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        read_settings(environ)
    return caught.value


def test_an_empty_environment_is_a_service_on_this_machine() -> None:
    settings = read_settings({})
    assert settings.public_url == "http://127.0.0.1:8000"
    assert settings.jury_url == "http://127.0.0.1:8000/jury"
    assert settings.database_url == settings.jury_database_url == f"sqlite:///{ROOT / 'var' / 'concours.db'}"
    assert settings.data == ROOT / "var"
    assert settings.uploads == ROOT / "uploads"
    assert settings.mail_from == settings.organiser_email == settings.contact_email
    assert (settings.s3, settings.smtp, settings.edition_file) == (None, None, None)
    assert not settings.production
    assert not settings.demo
    assert not settings.secure_cookies
    assert settings.trusted_proxies == 0


def test_an_empty_value_is_no_value() -> None:
    assert read_settings(dict.fromkeys((*PRODUCTION, *BUCKET, "PORT", "DEMO", "DATABASE_URL"), "")) == read_settings({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ENV", "prod"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("PORT", "8000 "),
        ("PORT", "-1"),
        ("PUBLIC_URL", "concours.exemple.fr"),
        ("PUBLIC_URL", "ftp://concours.exemple.fr"),
        ("PUBLIC_URL", "https://"),
        ("PUBLIC_URL", "https://[concours"),
        ("PUBLIC_URL", "https://exemple.fr:port"),
        ("PUBLIC_URL", "https://exemple.fr:99999"),
        ("PUBLIC_URL", "https://exemple.fr/?page=1"),
        ("PUBLIC_URL", "https://moi:secret@exemple.fr"),
        ("JURY_URL", "/jury"),
        ("CONTACT_EMAIL", "contact"),
        ("CONTACT_EMAIL", "contact@exemple"),
        ("CONTACT_EMAIL", "le contact@exemple.fr"),
        ("CONTACT_EMAIL", "contact@exemple.fr\nBcc: tous@exemple.fr"),
        ("MAIL_FROM", "Concours <concours@exemple.fr>"),
        ("ORGANISER_EMAIL", "@exemple.fr"),
        ("DATABASE_URL", "mysql://localhost/concours"),
        ("DATABASE_URL", "/var/concours.db"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("JURY_DATABASE_URL", "concours"),
        ("EDITION", "/nulle/part/edition.toml"),
        ("TRUSTED_PROXIES", "beaucoup"),
        ("TRUSTED_PROXIES", "11"),
        ("BRAND", "republique"),
        ("DEMO", "peut-être"),
        ("STORAGE", "ftp"),
        ("SMTP_PORT", "smtp"),
        ("SMTP_SECURITY", "ssl3"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name_with_what_was_expected(name: str, value: str) -> None:
    refused = refusal({name: value})
    assert refused.name == name
    sentence = str(refused)
    assert sentence.startswith(f"{name} : ")
    assert len(sentence) > len(name) + 30


@pytest.mark.parametrize("missing", ["S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"])
def test_remote_storage_needs_its_bucket_and_keys(missing: str) -> None:
    assert refusal(BUCKET | {missing: ""}).name == missing


def test_remote_storage_may_be_any_server() -> None:
    found = read_settings(BUCKET | {"S3_ENDPOINT": "http://127.0.0.1:9000/", "S3_REGION": "ici"}).s3
    assert found is not None
    assert (found.endpoint, found.region, found.bucket) == ("http://127.0.0.1:9000", "ici", "concours")


def test_browsers_reach_remote_storage_only_where_its_public_address_is_given() -> None:
    bucket = BUCKET | {"S3_ENDPOINT": "http://10.0.0.1:9000"}
    inside = read_settings(bucket).s3
    public = read_settings(bucket | {"S3_PUBLIC_ENDPOINT": "https://fichiers.exemple.fr:8443/s3/"}).s3
    assert inside is not None
    assert inside.public_origin is None
    assert public is not None
    assert public.public_endpoint == "https://fichiers.exemple.fr:8443/s3"
    assert public.public_origin == "https://fichiers.exemple.fr:8443"


def test_a_public_address_that_is_none_is_refused_by_its_name() -> None:
    for value in ("fichiers.exemple.fr", "ftp://fichiers.exemple.fr", "https://fichiers.exemple.fr; script-src *"):
        assert refusal(BUCKET | {"S3_PUBLIC_ENDPOINT": value}).name == "S3_PUBLIC_ENDPOINT"


def test_the_antivirus_is_a_unix_socket_which_may_be_down(tmp_path: Path) -> None:
    assert read_settings({}).clamd is None
    assert read_settings({"CLAMD": str(tmp_path / "clamd.ctl")}).clamd == tmp_path / "clamd.ctl"
    (tmp_path / "file").touch()
    for value in ("clamd.ctl", "127.0.0.1:3310", str(tmp_path / "file"), "/" + "a" * 107):
        assert refusal({"CLAMD": value}).name == "CLAMD"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_may_be_named_as_people_name_it(scheme: str) -> None:
    settings = read_settings({"DATABASE_URL": f"{scheme}://concours@base/concours"})
    assert settings.database_url == "postgresql+psycopg://concours@base/concours"


def test_an_ipv6_host_makes_an_address_that_opens() -> None:
    assert read_settings({"HOST": "::1", "PORT": "8080"}).public_url == "http://[::1]:8080"


def test_the_jury_may_have_a_house_of_its_own() -> None:
    settings = read_settings({"PUBLIC_URL": "https://exemple.fr/", "JURY_URL": "https://jury.exemple.fr/"})
    assert (settings.public_url, settings.jury_url) == ("https://exemple.fr", "https://jury.exemple.fr")
    assert settings.secure_cookies


def test_production_starts_with_all_that_it_demands() -> None:
    assert read_settings(PRODUCTION).production


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"SMTP_HOST": ""}, "SMTP_HOST"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "http://concours.exemple.fr"}, "PUBLIC_URL"),
        ({"JURY_URL": "http://jury.exemple.fr"}, "JURY_URL"),
        ({"CONTACT_EMAIL": ""}, "CONTACT_EMAIL"),
        ({"DEMO": "1"}, "DEMO"),
        (BUCKET | {"S3_PUBLIC_ENDPOINT": "http://fichiers.exemple.fr"}, "S3_PUBLIC_ENDPOINT"),
    ],
)
def test_production_refuses_to_start_without(change: dict[str, str], name: str) -> None:
    assert refusal(PRODUCTION | change).name == name


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("value", ["", " ", "trop court", "a" * 31])
def test_production_demands_real_secrets_and_says_how_to_draw_one(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=r"secrets\.token_urlsafe") as caught:
        read_secret(read_settings(PRODUCTION), name, SECRETS | {name: value})
    assert caught.value.name == name


def test_production_takes_the_secrets_of_the_environment() -> None:
    assert read_secret(read_settings(PRODUCTION), "JURY_SECRET_KEY", SECRETS) == "b" * 32


@pytest.mark.parametrize("name", SECRETS)
def test_the_two_applications_may_not_share_a_secret(name: str) -> None:
    with pytest.raises(SettingsError, match="doivent différer"):
        read_secret(read_settings({}), name, dict.fromkeys(SECRETS, "a" * 40))


def test_a_jury_apart_needs_not_know_the_other_secret() -> None:
    assert read_secret(read_settings(PRODUCTION), "JURY_SECRET_KEY", {"JURY_SECRET_KEY": "b" * 32})


def test_outside_production_secrets_are_made_once_and_kept_from_others(tmp_path: Path) -> None:
    settings = read_settings({"DATA": str(tmp_path / "var")})
    first = read_secret(settings, "SECRET_KEY", {})
    assert first == read_secret(settings, "SECRET_KEY", {})
    assert len(first) >= 32
    assert first != read_secret(settings, "JURY_SECRET_KEY", {})
    keys = tmp_path / "var" / "keys"
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700
    files = sorted(keys.iterdir())
    assert [file.name for file in files] == ["jury_secret_key.txt", "secret_key.txt"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


STARTER = """
from pathlib import Path
from concours.kernel.settings import read_secret, read_settings

def work(folder):
    secret = read_secret(read_settings({"DATA": folder}), "SECRET_KEY", {})
    Path(folder, f"said-{os.getpid()}").write_text(secret)
"""


@pytest.mark.parametrize("_round", range(3))
def test_processes_that_start_at_once_agree_on_one_secret(tmp_path: Path, _round: int) -> None:
    run_at_once(STARTER, str(tmp_path), count=12)
    said = [path.read_text() for path in tmp_path.glob("said-*")]
    assert len(said) == 12
    assert len(set(said)) == 1
    assert [file.name for file in (tmp_path / "keys").iterdir()] == ["secret_key.txt"]
