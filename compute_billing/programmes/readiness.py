"""What stands between a programme's document and its activation. Pure."""

from compute_billing.subsidies.rules.documents import (
    OpenPart,
    ProgrammeDocument,
    open_parts,
    unset_parts,
)
from compute_billing.subsidies.rules.facts import Known


class Obstacles(Known, frozen=True, kw_only=True):
    """What keeps a document from being activated.

    `unset` says which official texts are needed, `unexplained` which assumptions give no reason.
    """

    unset: tuple[OpenPart, ...]
    unexplained: tuple[OpenPart, ...]
    is_draft_text: bool

    @property
    def any(self) -> bool:
        """Say whether anything stands in the way."""
        return bool(self.unset or self.unexplained or self.is_draft_text)

    def sentence(self) -> str:
        """Say what is missing, and how to mend it."""
        said = []
        if self.is_draft_text:
            said.append("Its text is a draft that nobody issued: wait for the text in force.")
        if self.unset:
            needed = "; ".join(f"{part.path} ({part.unset})" for part in self.unset)
            said.append(f"These parts stand open: {needed}. Enter them from the official text.")
        if self.unexplained:
            places = ", ".join(part.path for part in self.unexplained)
            said.append(f"These assumptions give no reason: {places}. Say why.")
        return " ".join(said)


def assumptions_of(document: ProgrammeDocument) -> tuple[OpenPart, ...]:
    """Return what somebody put where the text is silent."""
    return tuple(part for part in open_parts(document) if part.assumed is not None)


def obstacles(document: ProgrammeDocument) -> Obstacles:
    """Return what keeps a document from being activated."""
    return Obstacles(
        unset=unset_parts(document),
        unexplained=tuple(part for part in assumptions_of(document) if not part.because.strip()),
        is_draft_text=document.source.is_draft,
    )
