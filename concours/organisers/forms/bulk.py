"""What the secretariat fills in to act on several entries."""

from concours.kernel.forms import DsfrForm, HiddenField, SelectField, TextArea
from concours.kernel.ids import is_id, new_id
from concours.organisers.bulk import Act, Case, Seen
from concours.organisers.forms.people import REASONS
from concours.organisers.rules import REASON_MAX_LENGTH, compose_reason


class BulkForm(DsfrForm):
    """Confirms an act on several entries, as they were shown."""

    act = HiddenField()
    act_id = HiddenField()
    seen = HiddenField()
    ready_reason = SelectField("Motif, le même pour toutes", choices=REASONS, placeholder="Choisir un motif")
    words = TextArea(
        "Précisions",
        hint="Chaque équipe lira ces mots : ils doivent convenir à toutes.",
        required=False,
        max_length=REASON_MAX_LENGTH // 2,
        rows=3,
    )

    @property
    def reason(self) -> str:
        """The reason of a refusal; empty for another act."""
        return compose_reason(self.ready_reason.data, self.words.data) if "ready_reason" in self else ""

    @property
    def what(self) -> list[Seen]:
        """The entries as they were shown; what no page of ours sent is left out."""
        pairs = [part.partition(":") for part in (self.seen.data or "").split()]
        return [Seen(entry_id, stamp) for entry_id, _, stamp in pairs if is_id(entry_id)]


def bulk_form(act: Act, cases: list[Case] | None = None) -> BulkForm:
    """Return the form of an act, on these entries where it is asked for anew."""
    shown = " ".join(f"{case.entry_id}:{case.stamp}" for case in cases or [] if not case.obstacle)
    form = BulkForm(data={"act": act.value, "act_id": new_id(), "seen": shown})
    if act is not Act.REFUSE:
        del form.ready_reason
        del form.words
    return form
