"""What an officer should look at: the same paper twice, relations to others, wrong amounts."""

from dataclasses import dataclass

from django.db.models import Sum

from accounts.models import (
    Organisation,
    RelatedParty,
    SizeClass,
    VerificationDocument,
    VerificationPayment,
)
from accounts.verification.cases import Case
from accounts.verification.queries import as_submitted
from accounts.verification.states import VerificationState


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """What is known of an organisation now."""

    name: str
    uscc: str | None
    size_class: SizeClass | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Coincidences with other cases; they decide nothing."""

    wrong_tries: int
    shared_papers: tuple[tuple[str, str], ...]
    known_related: tuple[tuple[str, str], ...]
    named_by: tuple[str, ...]


def organisation_facts(*, case: Case) -> OrganisationFacts:
    """Return what is known of a case's organisation now."""
    found = Organisation.objects.get(id=case.organisation_id)
    return OrganisationFacts(
        name=found.name,
        uscc=found.uscc,
        size_class=SizeClass(found.size_class) if found.size_class else None,
    )


def findings_of(*, case: Case) -> Findings:
    """Return where a case meets others that were handed in."""
    tries = VerificationPayment.objects.filter(verification_id=case.id).aggregate(n=Sum("tries"))
    names = {document.sha256: document.file_name for document in case.documents}
    others = VerificationDocument.objects.filter(
        file__sha256__in=list(names), verification__submitted_at__isnull=False
    ).exclude(verification__organisation_id=case.organisation_id)
    codes = [line.uscc for line in case.related]
    known = Organisation.objects.filter(uscc__in=codes).order_by("uscc")
    naming = RelatedParty.objects.filter(
        uscc=case.uscc, verification__state=VerificationState.APPROVED
    ).exclude(verification__organisation_id=case.organisation_id)
    return Findings(
        wrong_tries=tries["n"] or 0,
        shared_papers=tuple(
            sorted(
                (names[sha256], name)
                for sha256, name in others.annotate(
                    said=as_submitted("registered_name", verification="verification_id")
                )
                .values_list("file__sha256", "said")
                .distinct()
            )
        ),
        known_related=tuple((row.uscc or "", row.name) for row in known),
        named_by=tuple(
            sorted(set(naming.values_list("verification__organisation__name", flat=True)))
        ),
    )
