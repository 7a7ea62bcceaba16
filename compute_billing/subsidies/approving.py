"""What every approval of an award does: who may decide, what is refused, what is written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from accounts.events.operations import emit
from accounts.events.vocabulary import AwardApproved
from accounts.queries import roles_in, was_member_since
from compute_billing.subsidies import funding
from compute_billing.subsidies.funding import FundedPart, UnableToApproveAward
from compute_billing.subsidies.locks import lock_person
from compute_billing.subsidies.models import Award, AwardCounter
from compute_billing.subsidies.terms import PPM
from kernel import audit
from kernel.audit import Actor
from kernel.errors import DomainError
from kernel.money import Money
from kernel.transactions import transaction_required

MEMBERSHIP_LOOK_BACK: Final = timedelta(days=365)


class FourEyesViolated(UnableToApproveAward):
    """The approver made the award, or belongs to the beneficiary."""

    code = "four_eyes_violated"


@transaction_required
def refuse_partial_approver(
    *, approver_id: int, approver_organisation_id: int, tenant_id: int, now: datetime
) -> None:
    """Refuse an approver who is, or within a year was, on the beneficiary's side."""
    if lock_person(approver_id) is None or not roles_in(
        user_id=approver_id, organisation_id=approver_organisation_id
    ):
        message = "The approver is no member of the organisation that he approves for."
        raise FourEyesViolated(message)
    since = now - MEMBERSHIP_LOOK_BACK
    if was_member_since(user_id=approver_id, organisation_id=tenant_id, since=since):
        message = (
            "The approver is, or within the last year was, a member of the beneficiary: "
            "somebody else must decide."
        )
        raise FourEyesViolated(message)


def refusals(reference: str) -> dict[str, DomainError]:
    return {
        "award_share_follows_mode": UnableToApproveAward(
            f"Award {reference}: a voucher pays the provider, a claim the tenant, card time nobody."
        ),
        "award_days_and_rounding_in_range": UnableToApproveAward(
            f"Award {reference} counts more days than there are, or rounds to nothing."
        ),
        "award_of_no_sandbox": UnableToApproveAward(
            "Public money is for real use: a sandbox has no share in it."
        ),
        "award_four_eyes": FourEyesViolated(
            "Nobody approves what he made, nor for an organisation that benefits: "
            "somebody else must decide."
        ),
        "award_rate_and_cap_in_range": UnableToApproveAward(
            f"Award {reference} needs a rate above 0 and at most {PPM} ppm, and a positive cap."
        ),
        "award_period_in_order": UnableToApproveAward(
            f"Award {reference} would end before it starts."
        ),
        "subsidies_award_reference_key": UnableToApproveAward(
            f"There is an award {reference} already.", details={"reference": reference}
        ),
    }


def refuse_taken(reference: str) -> None:
    if Award.objects.filter(reference=reference).exists():
        raise refusals(reference)["subsidies_award_reference_key"]


@transaction_required
def keep(award: Award, *, found: Sequence[FundedPart], now: datetime) -> None:
    """Make the counter of a new award, note its funds, and say that there is one."""
    funding.keep_parts(found, award=award)
    AwardCounter.objects.create(award=award, basis=0, granted=0, cap=award.cap_micro)
    _record_approval(award=award, now=now)
    approved = AwardApproved(
        award=award.reference,
        cap=Money(award.cap_micro),
        starts_at=award.starts_at,
        ends_at=award.ends_at,
    )
    emit(approved, organisation_id=award.tenant_id, now=now)


@transaction_required
def _record_approval(*, award: Award, now: datetime) -> None:
    detail: dict[str, Any] = {
        "reference": award.reference,
        "fund": award.fund_id,
        "mode": str(award.mode),
        "rate_ppm": award.rate_ppm,
        "cap_micro": award.cap_micro,
        "quantity": award.quantity,
        "maker": award.maker_id,
        "approver_organisation": award.approver_organisation_id,
    }
    audit.record(
        action="subsidies.approve_award",
        object_type="award",
        object_id=award.pk,
        actor=Actor.user(award.approver_id),
        now=now,
        organisation_id=award.tenant_id,
        detail=detail,
    )
