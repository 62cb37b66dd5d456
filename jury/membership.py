"""What becomes of an invitation to the panel, as columns of the member and what follows from them."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from jury.rules import SCORING_ROLES, Role, Standing


class MembershipMixin:
    """Columns of a member: invited in a role, accepting or declining, called, taken off the panel."""

    role: Mapped[str] = mapped_column(String(20))
    accepted_at: Mapped[datetime | None]
    charter_digest: Mapped[str] = mapped_column(String(64), default="")
    """Of the charter that was accepted."""
    bodies: Mapped[str] = mapped_column(Text, default="")
    """Administrations that this member declared as their own, one a line: for the organisers alone."""
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(Text, default="")
    added_reason: Mapped[str] = mapped_column(Text, default="")
    """Why somebody joined a panel already at work; empty for the others."""
    called_at: Mapped[datetime | None]
    """When a substitute was called to sit."""
    call_reason: Mapped[str] = mapped_column(Text, default="")
    removed_at: Mapped[datetime | None]
    removal_reason: Mapped[str] = mapped_column(Text, default="")
    dual_role_at: Mapped[datetime | None]
    """When the organisers declared that this person is one of them too."""
    dual_role_reason: Mapped[str] = mapped_column(Text, default="")

    @property
    def duty(self) -> Role:
        """The role, as what the rules know."""
        return Role(self.role)

    @property
    def scores(self) -> bool:
        """Whether this member fills in sheets."""
        return self.duty in SCORING_ROLES or self.called_at is not None

    @property
    def standing(self) -> Standing:
        """What became of the invitation."""
        if self.removed_at is not None:
            return Standing.REMOVED
        if self.declined_at is not None:
            return Standing.DECLINED
        return Standing.INVITED if self.accepted_at is None else Standing.ACCEPTED

    @property
    def waits_in_reserve(self) -> bool:
        """Whether this is a substitute whom nobody has called."""
        return self.duty is Role.SUBSTITUTE and self.called_at is None

    @property
    def sits(self) -> bool:
        """Whether this member has accepted and takes part."""
        return self.standing is Standing.ACCEPTED and not self.waits_in_reserve
