"""What visitors fill in to come, or to join; and what organisers fill in for them."""

from concours.editions.rules import Edition
from concours.kernel.forms import DsfrForm, EmailField, HiddenField, InstantField, RadioField, TextArea, TextField
from concours.registrations.rules import Attendee

_EMAIL_HINT = "Nous y envoyons la confirmation. Format attendu : prenom.nom@exemple.fr."
_YES, _NO = "oui", "non"
_YES_NO = ((_YES, "Oui"), (_NO, "Non"))


class RegistrationForm(DsfrForm):
    """A seat at the event."""

    first_name = TextField("Prénom", max_length=100, autocomplete="given-name")
    last_name = TextField("Nom", max_length=100, autocomplete="family-name")
    email = EmailField(hint=_EMAIL_HINT)
    administration = TextField(
        "Administration", hint="Ministère, collectivité, hôpital, opérateur…", autocomplete="organization"
    )
    function = TextField("Fonction", required=False, autocomplete="organization-title")
    member = RadioField("Faites-vous partie de la communauté ?", choices=_YES_NO, inline=True)
    lunch = RadioField(
        "Déjeunez-vous sur place ?", choices=_YES_NO, inline=True, hint="Pour prévoir juste ce qu'il faut."
    )
    meal_needs = TextField(
        "Besoins pour le repas",
        hint="Allergies, repas sans viande… Seules les personnes qui préparent le repas les lisent.",
        required=False,
        max_length=300,
    )
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
            member="member" in self and self.member.data == _YES,
            lunch=self.lunch.data == _YES,
            meal_needs=self.meal_needs.data,
        )


def registration_form(edition: Edition) -> RegistrationForm:
    """Return the form of this edition: one without community does not ask who belongs to it."""
    form = RegistrationForm()
    if edition.community:
        form.member.label.text = f"Faites-vous partie de la communauté {edition.community} ?"
    else:
        del form.member
    return form


class CancelForm(DsfrForm):
    """Why somebody's registration is cancelled."""

    reason = TextArea("Motif", hint="La personne le lit dans le message qui l'avertit.", max_length=500, rows=3)


class WalkInForm(DsfrForm):
    """Somebody who came without a seat: what a name badge and the count need, and an address."""

    act = HiddenField()
    first_name = TextField("Prénom", max_length=100)
    last_name = TextField("Nom", max_length=100)
    administration = TextField("Administration")
    email = EmailField(hint="Retrouve une inscription en liste d'attente ou annulée. Aucun message ne part.")
    reason = TextField(
        "Motif si la salle est complète",
        hint="Quand toutes les places sont prises, et seulement alors.",
        required=False,
        max_length=300,
    )

    @property
    def attendee(self) -> Attendee:
        """What was filled in; who comes to the door is not asked for needs."""
        return Attendee(
            first_name=self.first_name.data,
            last_name=self.last_name.data,
            email=self.email.data,
            administration=self.administration.data,
            function="",
            accessibility_needs="",
        )


class HoldForm(DsfrForm):
    """Until when the teams' seats are held."""

    until = InstantField(
        "Places gardées jusqu'au",
        hint="Heure de Paris. Les places qui ne sont pas prises à cette date vont à la liste d'attente.",
    )


class JoinForm(DsfrForm):
    """An address for the community."""

    email = EmailField(hint="Un message vous demandera de confirmer. Format attendu : prenom.nom@exemple.fr.")
    name = TextField("Nom", required=False, autocomplete="name")
