"""What the secretariat fills in about those who organise."""

from concours.accounts.rules import ROLE_NAMES, ROLE_POWERS, OrganiserRole
from concours.kernel.forms import ConsentField, DsfrForm, EmailField, RadioField, TextArea
from concours.kernel.forms.rules import Needed
from concours.organisers.forms.people import DUAL_ROLE
from jury.api import REASON_MAX_LENGTH as PANEL_REASON_MAX_LENGTH

_ROLES = [(role.value, f"{ROLE_NAMES[role]} : {ROLE_POWERS[role]}") for role in OrganiserRole]


class OrganiserForm(DsfrForm):
    """Gives somebody a role."""

    email = EmailField("Adresse électronique", hint="L'invitation y est envoyée tout de suite.", autocomplete="off")
    role = RadioField("Rôle", choices=_ROLES)
    dual_role_reason = TextArea(
        "Cumul avec le jury",
        hint=DUAL_ROLE,
        required=False,
        max_length=PANEL_REASON_MAX_LENGTH,
        rows=2,
        validators=[Needed("dans ce cas seulement")],
    )


class RoleForm(DsfrForm):
    """Gives an organiser another role."""

    role = RadioField("Rôle", choices=_ROLES)
    confirm = ConsentField("C'est bien mon propre rôle que je change : je pourrai ne plus pouvoir revenir en arrière.")


class RemovalForm(DsfrForm):
    """Takes an organiser's role away."""

    confirm = ConsentField("C'est bien moi que je retire : je perds l'accès à la console tout de suite.")


class ResetForm(DsfrForm):
    """Takes the telephone off somebody's account who has lost it."""


def role_form(role: str, *, oneself: bool) -> RoleForm:
    """Return the form holding the present role; it asks oneself twice."""
    form = RoleForm(data={"role": role})
    if not oneself:
        del form.confirm
    return form


def removal_form(*, oneself: bool) -> RemovalForm:
    """Return the form; it asks oneself twice."""
    form = RemovalForm()
    if not oneself:
        del form.confirm
    return form
