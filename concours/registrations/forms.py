"""What visitors fill in to come, or to join."""

from concours.kernel.forms import DsfrForm, EmailField, TextArea, TextField
from concours.registrations.rules import Attendee

_EMAIL_HINT = "Nous y envoyons la confirmation. Format attendu : prenom.nom@exemple.fr."


class RegistrationForm(DsfrForm):
    """A place at the event."""

    first_name = TextField("Prénom", max_length=100, autocomplete="given-name")
    last_name = TextField("Nom", max_length=100, autocomplete="family-name")
    email = EmailField(hint=_EMAIL_HINT)
    administration = TextField(
        "Administration", hint="Ministère, collectivité, hôpital, opérateur…", autocomplete="organization"
    )
    function = TextField("Fonction", required=False, autocomplete="organization-title")
    accessibility_needs = TextArea(
        "Besoins d'accessibilité",
        hint="Interprétation en langue des signes, place pour un fauteuil, vélotypie… "
        "Seules les personnes qui préparent l'accueil les lisent.",
        required=False,
        max_length=1000,
        rows=4,
    )

    @property
    def attendee(self) -> Attendee:
        """What was filled in."""
        return Attendee(
            first_name=self.first_name.data,
            last_name=self.last_name.data,
            email=self.email.data,
            administration=self.administration.data,
            function=self.function.data,
            accessibility_needs=self.accessibility_needs.data,
        )


class JoinForm(DsfrForm):
    """An address for the community."""

    email = EmailField(hint="Un message vous demandera de confirmer. Format attendu : prenom.nom@exemple.fr.")
    name = TextField("Nom", required=False, autocomplete="name")
