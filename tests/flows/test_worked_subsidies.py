"""Every number of docs/worked-subsidies.md is a number of the books."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from compute_billing.audit import queries as audit
from compute_billing.ledger import queries as ledger
from compute_billing.settlement import clawback_receipts, clawbacks, operations
from compute_billing.settlement.clawback_models import Clawback
from compute_billing.settlement.models import Claim
from compute_billing.settlement.reimbursing import claim_reimbursements
from compute_billing.subsidies import operations as subsidies
from compute_billing.subsidies.funding import CardTime
from compute_billing.subsidies.models import Award, AwardCounter
from compute_billing.subsidies.terms import AwardTerms, Payee
from kernel.audit import Actor
from kernel.periods import Period, parse_month
from tests.builders.accounts import make_user
from tests.builders.invoices import after, close, make_correction, make_use, middle_of
from tests.builders.market import CARD_HOUR, LONG_AGO, NOW, YUAN, make_market
from tests.builders.subsidies import award_terms, make_fund
from tests.flows.worked_examples import Example, Row, micro, tables
from tests.services import REPOSITORY

pytestmark = pytest.mark.django_db

PAGE = REPOSITORY / "docs" / "worked-subsidies.md"
PRICE_MICRO = 2_430_001
NOTHING = "–"
OFFICER = Actor.user(1)
FOREVER = Period(LONG_AGO, after(date(2030, 1, 1)))


def examples() -> list[Example]:
    """Read the sections that have tables."""
    _, *sections = PAGE.read_text(encoding="utf-8").split("\n## ")
    return [
        Example(title, tables("\n".join(lines)))
        for title, *lines in (section.splitlines() for section in sections)
    ]


class Story:
    """A tenant with one award, to whom the steps of a section happen."""

    def __init__(self, given: dict[str, str]) -> None:
        self.market = make_market(price_micro=PRICE_MICRO)
        paid_in = int(given["paid in"])
        self.tenant = self.market.add_tenant("acme", paid_yuan=paid_in)
        self.is_share = given["mode"] == "voucher"
        self.award = self._in_kind(given) if given["mode"] == "in_kind" else self._award(given)
        self.used = ""
        self.made: list[Claim] = []

    def _award(self, given: dict[str, str]) -> Award:
        counted, whole = given.get("days", "1 of 1").split(" of ")
        terms = AwardTerms(
            mode=given["mode"],
            payee=Payee.PROVIDER if self.is_share else Payee.TENANT,
            basis_kind=given["basis"],
            days_counted=int(counted),
            days_whole=int(whole),
            rounding_unit_micro=YUAN if "rounding" in given else 1,
            rounding_mode="down" if "rounding" in given else "half_up",
        )
        return self.market.award(
            "acme",
            fund=self.market.fund(yuan=1_000),
            rate_ppm=int(given["rate"].removesuffix(" %")) * 10_000,
            cap_yuan=int(given["cap"]),
            terms=terms,
        )

    def _in_kind(self, given: dict[str, str]) -> Award:
        quantity = int(given["card-hours"]) * CARD_HOUR
        fund = make_fund(meter_id=self.market.meter.pk, amount_micro=quantity)
        values = award_terms(fund_id=fund.pk, tenant_id=self.tenant.pk, period=FOREVER)
        del values["rate_ppm"], values["cap_micro"]
        granted = CardTime(
            operator_id=self.market.operator.pk, meter_id=self.market.meter.pk, quantity=quantity
        )
        return subsidies.approve_card_time(granted=granted, **values)

    def take(self, row: Row) -> dict[str, int]:
        """Take a step and return what it says of itself."""
        steps: dict[str, Callable[[date, Row], dict[str, int]]] = {
            "use": self.use,
            "correction": self.correct,
            "claim": self.claim,
            "paid": self.pay,
            "clawback": self.claw_back,
            "received": self.receive,
        }
        return steps[row["step"]](parse_month(row["month"]), row)

    def use(self, month: date, row: Row) -> dict[str, int]:
        before = self._cost()
        self.used = make_use(self.market, "acme", month=month, duration=_hours(row))
        return {"cost": self._cost() - before}

    def correct(self, month: date, row: Row) -> dict[str, int]:
        before = self._cost()
        make_correction(
            self.market, "acme", corrects=self.used, duration=_hours(row), start=middle_of(month)
        )
        return {"cost": self._cost() - before}

    def claim(self, month: date, _: Row) -> dict[str, int]:
        now = max(after(month), NOW)
        close(self.market, "acme", month=month)
        ids = operations.settle(month=month, now=now).claim_ids
        ids += claim_reimbursements(month=month, now=now)
        self.made = list(Claim.objects.filter(pk__in=ids))
        return {
            "claim": sum(claim.amount for claim in self.made),
            "kept back": sum(claim.netted for claim in self.made),
        }

    def pay(self, month: date, _: Row) -> dict[str, int]:
        for claim in self.made:
            operations.mark_claim_paid(
                claim_id=claim.pk,
                budget_document_no="京财〔2026〕17号",
                treasury_receipt_no="GK-1",
                now=after(month),
                actor=OFFICER,
            )
        return {}

    def claw_back(self, month: date, _: Row) -> dict[str, int]:
        made = clawbacks.propose(
            award_reference=self.award.reference,
            grounds=clawbacks.Grounds(
                reason="duplicate_funding", clause="第十二条", statement="重复资助"
            ),
            maker_id=make_user().pk,
            now=after(month),
        )
        clawbacks.decide(
            public_id=made.public_id,
            approves=True,
            decider_id=self.award.approver_id,
            decider_organisation_id=self.award.approver_organisation_id,
            answer="",
            now=after(month),
        )
        return {}

    def receive(self, month: date, _: Row) -> dict[str, int]:
        for claim in self.made:
            operations.mark_claim_paid(
                claim_id=claim.pk,
                budget_document_no="京财〔2026〕18号",
                treasury_receipt_no="GK-2",
                now=after(month),
                actor=OFFICER,
            )
        part = Clawback.objects.get().parts.get()
        clawback_receipts.receive(
            public_id=part.clawback.public_id,
            fund_id=part.fund_id,
            amount_micro=part.amount - part.settled,
            receipt_no="TK-1",
            actor=OFFICER,
            now=after(month),
        )
        return {}

    def standing(self) -> dict[str, int]:
        """Return the award's counter, and what its fund owes the tenant in the books."""
        counter = AwardCounter.objects.get(award=self.award)
        found = ledger.find_account(
            owner_kind="tenant",
            owner_id=self.tenant.pk,
            kind="reimbursement",
            subject=f"fund:{self.award.fund_id}",
        )
        owed = 0 if found is None else ledger.balance(account_id=found).posted
        return {"basis": counter.basis, "given": counter.granted, "owed": owed}

    def _cost(self) -> int:
        return sum(charge["tenant"] for charge in self.market.charges("acme"))


def _hours(row: Row) -> timedelta:
    return timedelta(seconds=int(Decimal(row["hours"]) * 3600))


@pytest.mark.parametrize("example", examples(), ids=lambda example: example.title)
def test_every_number_of_the_page_is_a_number_of_the_books(example: Example) -> None:
    story = Story(example.given)
    for number, row in enumerate(example.tables["step"], start=1):
        found = {**story.take(row), **story.standing()}
        told = {
            name: micro(row[name])
            for name in ("cost", "basis", "given", "claim", "kept back", "owed")
            if row[name] != NOTHING
        }
        assert {name: found[name] for name in told} == told, (number, row)
    assert [each.law.name for each in audit.verify_books() if not each.holds] == []


def test_every_mode_has_an_example() -> None:
    assert {example.given["mode"] for example in examples()} == {
        "claim_then_redeem",
        "voucher",
        "reimbursement",
        "platform_metered",
        "in_kind",
    }
