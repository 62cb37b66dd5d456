from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import StrictUndefined
from werkzeug.datastructures import MultiDict

from concours.kernel.clock import PARIS
from concours.kernel.forms import (
    CheckboxesField,
    ConsentField,
    DsfrForm,
    EmailField,
    FileField,
    HiddenField,
    InstantField,
    IntegerField,
    RadioField,
    ScoreField,
    SelectField,
    TextArea,
    TextField,
)
from concours.kernel.forms.fields import paris_instant
from concours.kernel.forms.rules import Needed
from concours.kernel.settings import ROOT
from concours.kernel.text import Typographic
from tests.page import page

ANSWERS: dict[str, Any] = {
    "title": "  Le guichet\u0000 e\u0301clair ",
    "email": "Zoe.Martin@VILLE.exemple.fr",
    "summary": "Un.\r\nDeux.",
    "people": " 3 ",
    "opens": "2027-01-29T09:00",
    "category": "comic",
    "public": "yes",
    "substance": "7",
    "needs": ["loop", "sign"],
    "rules": "y",
    "creation": (BytesIO(b"%PDF-"), "bd.pdf"),
}


class EveryField(DsfrForm):
    title = TextField("Titre", hint="Celui que le jury lira : soyez bref.", max_length=40)
    email = EmailField()
    summary = TextArea("Résumé", max_length=20)
    people = IntegerField("Nombre de personnes", low=1, high=9)
    opens = InstantField("Ouverture")
    category = SelectField("Catégorie", choices=[("video", "Vidéo"), ("comic", "Bande dessinée")])
    public = RadioField("Agent public ?", choices=[("yes", "Oui"), ("no", "Non")], inline=True)
    substance = ScoreField("Le fond")
    needs = CheckboxesField("Besoins", choices=[("loop", "Boucle magnétique"), ("sign", "Interprète")], required=False)
    rules = ConsentField("J'accepte le règlement.", required="Acceptez le règlement pour déposer.")
    creation = FileField("Création", accept=".pdf")
    reason = TextField("Motif", required=False, validators=[Needed("pour refuser")])
    place = TextField("Place", required=False, validators=[Needed()])
    note = TextField("Précisions", required=False)
    draft = HiddenField(default="d1")


def make_app() -> Flask:
    app = Flask("forms", template_folder=str(ROOT / "templates"), static_folder=None)
    app.config.update(SECRET_KEY="for tests only")
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "undefined": StrictUndefined}
    app.jinja_env.add_extension(Typographic)
    CSRFProtect(app)

    @app.route("/", methods=["GET", "POST"])
    def show() -> tuple[str, int]:
        form = EveryField()
        if form.validate_on_submit():
            return app.jinja_env.from_string(PAGE).render(form=form, done=repr(form.data)), 200
        return app.jinja_env.from_string(PAGE).render(form=form, done=""), 422 if form.errors else 200

    return app


PAGE = """
{% from "macros/field.html" import field %}
{% from "macros/post_form.html" import post_form %}
<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{% if form.error_items %}Erreur : {% endif %}Essai</title></head>
<body><main><h1>Essai</h1><p>{{ done }}</p>
{% call post_form(form, "Envoyer") %}
{% for f in form if f.name != "csrf_token" %}{{ field(f) }}{% endfor %}
{% endcall %}
</main></body></html>
"""


@pytest.fixture(scope="module")
def app() -> Flask:
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sent(app: Flask) -> Iterator[Any]:
    """Builds the form from answers laid over good ones."""

    def build(**answers: Any) -> EveryField:
        data = MultiDict({name: value for name, value in {**ANSWERS, **answers}.items() if value is not None})
        form = EveryField(formdata=data, meta={"csrf": False})
        form.validate()
        return form

    with app.test_request_context():
        yield build


def test_a_field_says_when_it_is_needed_or_that_it_never_is(client: FlaskClient) -> None:
    text = page(client, "/").text
    assert "Motif (pour refuser)" in text
    assert "Précisions (facultatif)" in text
    assert "Place (" not in text


def test_a_good_answer_is_cleaned_and_typed(sent: Any) -> None:
    form = sent(creation=None)
    assert list(form.errors) == ["creation"]
    assert form.title.data == "Le guichet éclair"
    assert form.email.data == "Zoe.Martin@ville.exemple.fr"
    assert form.summary.data == "Un.\nDeux."
    assert (form.people.data, form.substance.data) == (3, 7)
    assert form.opens.data == datetime(2027, 1, 29, 8, 0, tzinfo=UTC)
    assert (form.category.data, form.public.data, form.needs.data) == ("comic", "yes", ["loop", "sign"])
    assert form.rules.data is True


def test_an_empty_form_asks_for_each_answer_once(sent: Any) -> None:
    form = sent(**dict.fromkeys(ANSWERS))
    assert {name: len(messages) for name, messages in form.errors.items()} == dict.fromkeys(
        ["title", "email", "summary", "people", "opens", "category", "public", "substance", "rules", "creation"], 1
    )
    assert form.errors["rules"] == ["Acceptez le règlement pour déposer."]
    assert [item.anchor for item in form.error_items][5:8] == ["category", "public-0", "substance-0"]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"title": "x" * 1041}, "40 caractères au plus, et il y en a 1\u00a0041. Raccourcissez : rien n'est perdu."),
        ({"title": " \u200b\t "}, "Complétez ce champ."),
        ({"email": "zoe@"}, "Saisissez une adresse électronique complète, par exemple prenom.nom@exemple.fr."),
        (
            {"email": "zoé@exemple.fr"},
            "Saisissez une adresse électronique complète, par exemple prenom.nom@exemple.fr.",
        ),
        ({"people": "trois"}, "Saisissez un nombre entier, en chiffres."),
        ({"people": "10"}, "Nombre attendu entre 1 et 9."),
        ({"opens": "bientôt"}, "Saisissez une date et une heure, par exemple 13/03/2027 20:00."),
        (
            {"opens": "2027-03-28T02:30"},
            "Cette heure n'existe pas (passage à l'heure d'été). Choisissez 3 h ou plus tard.",
        ),
        ({"category": "word"}, "Ce choix n'est pas proposé. Choisissez dans la liste."),
        ({"public": "maybe"}, "Ce choix n'est pas proposé. Choisissez dans la liste."),
        ({"substance": "11"}, "Note attendue entre 0 et 10."),
        ({"substance": "-1"}, "Note attendue entre 0 et 10."),
        ({"substance": "7.5"}, "Note attendue entre 0 et 10."),
        ({"needs": ["loop", "sofa"]}, "Ce choix n'est pas proposé. Choisissez dans la liste."),
    ],
)
def test_a_wrong_answer_gets_one_french_sentence(sent: Any, answers: dict[str, Any], message: str) -> None:
    form = sent(**answers)
    (name,) = answers
    assert form.errors[name] == [message]


def test_zero_is_a_score_and_not_a_silence(sent: Any) -> None:
    form = sent(substance="0")
    assert "substance" not in form.errors
    assert form.substance.data == 0


def test_an_operation_can_refuse_a_field_or_the_whole_form(sent: Any) -> None:
    form = sent()
    form.refuse("Le dépôt est clos.")
    form.refuse("Ce titre est déjà pris.", field="title")
    assert form.error_items[0] == ("", "Le dépôt est clos.", "")
    assert ("title", "Ce titre est déjà pris.", "Titre") in form.error_items


def test_an_hour_that_comes_twice_is_the_first_one() -> None:
    assert paris_instant("2027-10-31T02:30") == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)))  # noqa: DTZ001 -- what people type has no zone
def test_a_typed_instant_is_read_back_as_it_was_typed_or_refused(typed: datetime) -> None:
    try:
        instant = paris_instant(typed.isoformat())
    except ValueError:
        assert typed.month == 3
        assert typed.hour == 2
    else:
        assert instant.astimezone(PARIS).replace(tzinfo=None) == typed


def test_the_page_of_a_form_passes_every_check(client: FlaskClient) -> None:
    found = page(client, "/")
    assert "Celui que le jury lira : soyez bref." in found.text
    assert found.title == "Essai"
    assert found.form().held["draft"] == "d1"
    assert found.errors == []


def test_the_page_of_a_refused_form_says_so_and_leads_to_each_field(client: FlaskClient) -> None:
    found = page(client, "/").form().submit(title="Guichet", people="mille", status=422)
    assert found.title == "Erreur : Essai"
    wrong = "Nombre de personnes : saisissez un nombre entier, en chiffres."
    assert wrong in found.errors
    assert found.links[wrong] == "#people"
    held = found.form().held
    assert (held["title"], held["people"]) == ("Guichet", "mille"), "what was typed is still there"


def test_a_form_can_be_filled_and_sent_from_its_page(client: FlaskClient) -> None:
    found = page(client, "/").form().submit(**ANSWERS)
    assert "'title': 'Le guichet éclair'" in found.text
    assert "bd.pdf" in found.text


def test_a_page_that_breaks_the_rules_is_found_out(client: FlaskClient, app: Flask) -> None:
    del client
    broken = (
        "<!doctype html><html><title></title><h3 id=a style='x'>A</h3><p id=a><input name=b><a href=''></a><img></html>"
    )
    with app.test_request_context():
        other = Flask("broken")
    other.add_url_rule("/", "broken", lambda: broken)
    with pytest.raises(AssertionError) as failure:
        page(other.test_client(), "/")
    for problem in (
        "lang",
        "One title",
        "One <main>",
        "One <h1>",
        "jumps",
        "2 times",
        "no label",
        "says nothing",
        "no alt",
        "inline",
    ):
        assert problem in str(failure.value)
