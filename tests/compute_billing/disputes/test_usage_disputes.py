"""A buyer doubts one job: it is answered in time, corrected by a record, and closes itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.notifications.models import Notification
from accounts.permissions import Staff
from compute_billing.audit import queries as audit
from compute_billing.disputes import operations, queries
from compute_billing.disputes.models import UsageDispute
from compute_billing.disputes.operations import Level, Verdict
from compute_billing.invoices import operations as invoices
from compute_billing.invoices.models import Invoice
from compute_billing.metering.models import UsagePending
from compute_billing.metering.operations import UnableToTakeBack
from kernel.models import AuditEntry, OutboxEvent
from kernel.uploads import check_upload
from tests.builders.accounts import make_member, make_staff, make_user
from tests.builders.disputes import answer_dispute, dispute_use, read
from tests.builders.invoices import OCTOBER, make_correction, make_use, middle_of
from tests.builders.market import NOW, YUAN, Market, make_market

pytestmark = pytest.mark.django_db

START = middle_of(OCTOBER)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def market() -> Market:
    made = make_market(price_micro=4 * YUAN)
    made.add_tenant("acme", paid_yuan=100)
    return made


def expect_laws() -> None:
    broken = {v.law.name: v.offenders for v in audit.verify_books() if not v.holds}
    assert broken == {}


def test_a_job_is_disputed_and_wholly_granted(market: Market) -> None:
    # given an hour at 4 yuan that is disputed on Friday
    dispute = dispute_use(market, market.tenants["acme"])
    assert (dispute.state, dispute.due_on) == ("open", date(2026, 11, 27))
    assert (dispute.gross_before, dispute.disputed_micro) == (4 * YUAN, 4 * YUAN)
    # when the operator grants it
    answer_dispute(dispute, Verdict.GRANTED)
    # then it waits for the charge of its correction
    assert read(dispute).state == "granted"
    assert operations.settle_charged(now=NOW) == 0
    # and with the charge it closes itself, once, with what the job costs now
    market.rate()
    assert [operations.settle_charged(now=NOW) for _ in range(2)] == [1, 0]
    settled = read(dispute)
    assert (settled.state, settled.closed_at) == ("settled", NOW)
    assert (settled.gross_after, settled.tenant_after) == (0, 0)
    assert market.shares("acme") == {"paid": 0}
    kinds = OutboxEvent.objects.filter(kind__startswith="usage").order_by("id")
    assert [event.kind for event in kinds] == [
        "usage.disputed",
        "usage_dispute.answered",
        "usage_dispute.settled",
    ]
    assert kinds[2].payload["before"]["amount"] == "4.000000"
    assert kinds[2].payload["after"]["amount"] == "0.000000"
    expect_laws()


def test_a_part_is_granted_and_credited_on_a_bill_that_was_issued(market: Market) -> None:
    # given a job whose month is billed
    tenant = market.tenants["acme"]
    job = make_use(market, "acme")
    invoices.close_tenant_month(tenant_id=tenant.pk, month=OCTOBER, now=NOW)
    dispute = dispute_use(market, tenant, external_id=job)
    # when the second half of it is granted, and the next month is closed
    answer_dispute(
        dispute,
        Verdict.PARTLY,
        granted_from=START + HALF_AN_HOUR,
        granted_until=START + 2 * HALF_AN_HOUR,
    )
    market.rate()
    operations.settle_charged(now=NOW)
    # then the job costs the half
    settled = read(dispute)
    assert (settled.tenant_before, settled.tenant_after) == (4 * YUAN, 2 * YUAN)
    # and a credit note of the next month takes it back of the bill
    later = NOW + timedelta(days=20)
    invoices.close_tenant_month(tenant_id=tenant.pk, month=date(2026, 11, 1), now=later)
    note = Invoice.objects.get(kind="credit_note")
    assert (note.net, note.total_fen) == (-2 * YUAN, -200)
    expect_laws()


def test_a_rejected_dispute_goes_to_the_house_once(market: Market) -> None:
    # given an answer that the buyer does not accept
    dispute = dispute_use(market, market.tenants["acme"])
    answer_dispute(dispute, Verdict.REJECTED)
    told = {"dispute_id": dispute.public_id, "tenant_id": dispute.tenant_id, "words": "The log!"}
    officer = make_staff(role=Staff.FINANCE)
    # when he takes it to the house
    escalated = operations.escalate(**told, user_id=make_user().pk, now=NOW)
    # then the house has ten working days, and is told
    assert (escalated.state, escalated.due_on) == ("escalated", date(2026, 12, 4))
    assert Notification.objects.filter(user=officer, kind="usage_dispute_escalated").count() == 1
    # and its answer is the last word
    answer_dispute(dispute, Verdict.REJECTED, level=Level.HOUSE)
    assert read(dispute).state == "upheld"
    with pytest.raises(operations.UnableToEscalate):
        operations.escalate(**told, user_id=make_user().pk, now=NOW)


def test_the_house_grants_more_than_the_operator(market: Market) -> None:
    # given a quarter that was granted and charged
    dispute = dispute_use(market, market.tenants["acme"])
    quarter = timedelta(minutes=15)
    answer_dispute(dispute, Verdict.PARTLY, granted_from=START, granted_until=START + quarter)
    market.rate()
    operations.settle_charged(now=NOW)
    # when the house grants another half
    operations.escalate(
        dispute_id=dispute.public_id,
        tenant_id=dispute.tenant_id,
        words="Only a quarter ran.",
        user_id=make_user().pk,
        now=NOW,
    )
    answer_dispute(
        dispute,
        Verdict.PARTLY,
        level=Level.HOUSE,
        granted_from=START + quarter,
        granted_until=START + 3 * quarter,
    )
    market.rate()
    operations.settle_charged(now=NOW)
    # then the last quarter is paid
    assert read(dispute).tenant_after == YUAN
    assert read(dispute).state == "settled"
    expect_laws()


def test_the_house_grants_what_is_left_on_both_sides_of_a_part(market: Market) -> None:
    # given the middle half of an hour that was granted and charged
    dispute = dispute_use(market, market.tenants["acme"])
    quarter = timedelta(minutes=15)
    middle = {"granted_from": START + quarter, "granted_until": START + 3 * quarter}
    answer_dispute(dispute, Verdict.PARTLY, **middle)
    market.rate()
    operations.settle_charged(now=NOW)
    operations.escalate(
        dispute_id=dispute.public_id,
        tenant_id=dispute.tenant_id,
        words="Nothing of it ran.",
        user_id=make_user().pk,
        now=NOW,
    )
    # when the house grants all of it
    answer_dispute(dispute, Verdict.GRANTED, level=Level.HOUSE)
    # then both rests are taken back, each by a record of its own
    house = read(dispute).answers.get(level=Level.HOUSE)
    assert [
        (grant.granted_from - START, grant.granted_until - START, grant.correction)
        for grant in house.grants.order_by("position")
    ] == [
        (0 * quarter, quarter, f"{dispute.external_id}~dispute{dispute.pk}.house"),
        (3 * quarter, 4 * quarter, f"{dispute.external_id}~dispute{dispute.pk}.house.2"),
    ]
    # and it is settled when both are charged: the job costs nothing
    market.rate()
    assert operations.settle_charged(now=NOW) == 1
    assert (read(dispute).gross_after, read(dispute).tenant_after) == (0, 0)
    expect_laws()


def test_nothing_is_granted_twice(market: Market) -> None:
    # given a dispute that the operator granted partly, though wholly
    dispute = dispute_use(market, market.tenants["acme"])
    whole = {"granted_from": dispute.starts_at, "granted_until": dispute.ends_at}
    answer_dispute(dispute, Verdict.PARTLY, **whole)
    market.rate()
    operations.settle_charged(now=NOW)
    operations.escalate(
        dispute_id=dispute.public_id,
        tenant_id=dispute.tenant_id,
        words="More!",
        user_id=make_user().pk,
        now=NOW,
    )
    # then there is nothing left to grant
    with pytest.raises(operations.UnableToAnswer, match="granted before"):
        answer_dispute(dispute, Verdict.GRANTED, level=Level.HOUSE)
    assert read(dispute).state == "escalated"


def test_an_answer_cannot_lie_about_who_asked(market: Market) -> None:
    # given somebody who asked, and an answer of his that says that somebody else did
    asker, other = make_user().pk, make_user().pk
    dispute = dispute_use(market, market.tenants["acme"], user_id=asker)
    told = {"level": "operator", "verdict": "rejected", "answered_at": NOW}
    # then the table refuses it
    with pytest.raises(IntegrityError, match="names_the_opener"), transaction.atomic():
        dispute.answers.create(**told, opened_by_id=other, answered_by_id=asker)
    # and one of the house that says that the operator's was somebody else's
    first = make_user().pk
    answer_dispute(dispute, Verdict.REJECTED, user_id=first)
    told |= {"level": "house", "first_level": "operator", "first_by_id": other}
    with pytest.raises(IntegrityError, match="names_the_first"), transaction.atomic():
        dispute.answers.create(**told, opened_by_id=asker, answered_by_id=first)


def test_whoever_asked_or_answered_does_not_answer(market: Market) -> None:
    asker, answerer = make_user().pk, make_user().pk
    dispute = dispute_use(market, market.tenants["acme"], user_id=asker)
    with pytest.raises(operations.UnableToAnswerOwnDispute):
        answer_dispute(dispute, Verdict.REJECTED, user_id=asker)
    answer_dispute(dispute, Verdict.REJECTED, user_id=answerer)
    operations.escalate(
        dispute_id=dispute.public_id,
        tenant_id=dispute.tenant_id,
        words="Look again.",
        user_id=asker,
        now=NOW,
    )
    for person in (asker, answerer):
        with pytest.raises(operations.UnableToAnswerOwnDispute):
            answer_dispute(dispute, Verdict.REJECTED, level=Level.HOUSE, user_id=person)
    # and the table refuses it too
    with pytest.raises(IntegrityError), transaction.atomic():
        dispute.answers.create(
            level="house",
            verdict="rejected",
            opened_by_id=asker,
            first_level="operator",
            first_by_id=answerer,
            answered_by_id=answerer,
            answered_at=NOW,
        )


def test_what_was_escalated_and_taken_back_ends_with_the_operators_answer(market: Market) -> None:
    # given a rejection that was taken to the house
    dispute = dispute_use(market, market.tenants["acme"])
    answer_dispute(dispute, Verdict.REJECTED)
    told = {"dispute_id": dispute.public_id, "tenant_id": dispute.tenant_id, "now": NOW}
    operations.escalate(**told, words="The log!", user_id=make_user().pk)
    # when the buyer takes it back
    operations.withdraw(**told, user_id=make_user().pk)
    # then the rejection stands, is not escalated again, and the record not disputed again
    assert read(dispute).state == "rejected"
    with pytest.raises(operations.UnableToEscalate):
        operations.escalate(**told, words="Again!", user_id=make_user().pk)
    with pytest.raises(operations.DisputedAlready):
        dispute_use(market, market.tenants["acme"], external_id=dispute.external_id)


def test_a_member_of_the_tenant_does_not_answer(market: Market) -> None:
    insider = make_staff(role=Staff.OPERATOR)
    make_member(organisation=market.tenants["acme"], user=insider)
    dispute = dispute_use(market, market.tenants["acme"])
    with pytest.raises(operations.UnableToAnswerOwnDispute):
        answer_dispute(dispute, Verdict.GRANTED, user_id=insider.pk)
    assert read(dispute).state == "open"


def test_what_may_not_be_disputed(market: Market) -> None:
    tenant = market.tenants["acme"]
    # a record twice, until the first dispute is withdrawn
    dispute = dispute_use(market, tenant)
    with pytest.raises(operations.DisputedAlready):
        dispute_use(market, tenant, external_id=dispute.external_id)
    operations.withdraw(
        dispute_id=dispute.public_id, tenant_id=tenant.pk, user_id=make_user().pk, now=NOW
    )
    again = dispute_use(market, tenant, external_id=dispute.external_id)
    # what was answered is not disputed anew, nor taken back
    answer_dispute(again, Verdict.REJECTED)
    with pytest.raises(operations.DisputedAlready):
        dispute_use(market, tenant, external_id=dispute.external_id)
    with pytest.raises(operations.UnableToWithdraw):
        operations.withdraw(
            dispute_id=again.public_id, tenant_id=tenant.pk, user_id=make_user().pk, now=NOW
        )
    # what is not charged, was taken back, lies outside its time, or is too old
    with pytest.raises(operations.UnableToDispute, match="not charged yet"):
        dispute_use(market, tenant, external_id=make_use(market, "acme", rate=False))
    market.rate()
    gone = make_use(market, "acme")
    make_correction(market, "acme", corrects=gone)
    with pytest.raises(operations.UnableToDispute, match="taken back already"):
        dispute_use(market, tenant, external_id=gone)
    job = make_use(market, "acme")
    with pytest.raises(operations.UnableToDispute, match="within that of the record"):
        dispute_use(market, tenant, external_id=job, starts_at=START - HALF_AN_HOUR)
    on_the_last_day = NOW + timedelta(days=60)
    with pytest.raises(operations.UnableToDispute, match="until 2027-01-19"):
        dispute_use(market, tenant, external_id=job, now=on_the_last_day + timedelta(days=1))
    assert dispute_use(market, tenant, external_id=job, now=on_the_last_day).state == "open"


def test_what_was_corrected_there_already_is_not_granted_again(market: Market) -> None:
    tenant = market.tenants["acme"]
    dispute = dispute_use(market, tenant)
    make_use(
        market,
        "acme",
        corrects=dispute.external_id,
        duration=HALF_AN_HOUR,
        quantity=-1000 * 30 * 60_000,
    )
    with pytest.raises(UnableToTakeBack):
        answer_dispute(dispute, Verdict.GRANTED)
    assert read(dispute).state == "open"


def test_papers_stay_with_the_dispute(market: Market) -> None:
    dispute = dispute_use(market, market.tenants["acme"])
    paper = check_upload(content=b"%PDF-1.7\n%%EOF\n", name="log.pdf")
    made = operations.attach(
        dispute_id=dispute.public_id,
        side=operations.Side.BUYER,
        upload=paper,
        user_id=make_user().pk,
        tenant_id=dispute.tenant_id,
        now=NOW,
    )
    found = queries.evidence(dispute_id=dispute.public_id, file_id=made.public_id)
    assert (found.file_name, found.content_type) == ("log.pdf", "application/pdf")
    assert AuditEntry.objects.filter(action="disputes.attach").count() == 1


def test_who_answers_is_reminded_once_when_it_is_near_and_once_when_late(market: Market) -> None:
    operator = make_staff(role=Staff.OPERATOR)
    dispute = dispute_use(market, market.tenants["acme"])
    due = {-2: 0, -1: 1, 0: 0, 3: 1, 4: 0}
    for days, told in due.items():
        moment = NOW.replace(year=2026, month=11, day=27) + timedelta(days=days)
        assert operations.remind(now=moment) == told, days
    notes = Notification.objects.filter(user=operator, kind="usage_dispute_due")
    assert notes.count() >= 1
    answer_dispute(dispute, Verdict.REJECTED)
    assert operations.remind(now=NOW + timedelta(days=30)) == 0


def test_what_waits_for_its_charge_keeps_nobody_behind_it_waiting(
    market: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given two granted disputes, of which the first one's correction is parked, and batches of one
    monkeypatch.setattr("compute_billing.disputes.settling.BATCH_MAX", 1)
    market.add_tenant("beta", paid_yuan=100)
    first = dispute_use(market, market.tenants["acme"])
    second = dispute_use(market, market.tenants["beta"])
    for dispute in (first, second):
        answer_dispute(dispute, Verdict.GRANTED)
    UsagePending.objects.filter(tenant_id=first.tenant_id).update(parked_reason="no_price")
    market.rate()
    # when the sweep comes
    assert operations.settle_charged(now=NOW) == 1
    # then the second is settled
    assert (read(first).state, read(second).state) == ("granted", "settled")


def test_a_place_in_the_list_is_one_of_ones_own(market: Market) -> None:
    market.add_tenant("beta", paid_yuan=100)
    ours = dispute_use(market, market.tenants["acme"])
    theirs = dispute_use(market, market.tenants["beta"])
    # then a dispute of somebody else is no place, whichever is newer
    for after, tenant in ((theirs, ours.tenant_id), (ours, theirs.tenant_id)):
        with pytest.raises(queries.UnknownUsageDispute):
            queries.dispute_page(tenant_ids=[tenant], after=after.public_id, limit=10)
    assert queries.dispute_page(tenant_ids=[ours.tenant_id], after=ours.public_id, limit=10) == []
    # and one that is of another state by now still is one
    assert (
        queries.dispute_page(
            tenant_ids=[ours.tenant_id], states=["settled"], after=ours.public_id, limit=10
        )
        == []
    )


def test_disputed_amounts_are_known_until_they_are_settled(market: Market) -> None:
    tenant = market.tenants["acme"]
    dispute = dispute_use(market, tenant, ends_at=START + HALF_AN_HOUR)
    whose = {"tenant_id": tenant.pk, "operator_id": market.operator.pk}
    assert queries.disputed_micro(**whose) == 2 * YUAN
    answer_dispute(dispute, Verdict.GRANTED)
    assert queries.disputed_micro(**whose) == 2 * YUAN
    market.rate()
    operations.settle_charged(now=NOW)
    assert queries.disputed_micro(**whose) == 0
    assert UsageDispute.objects.get().tenant_after == 2 * YUAN
