"""Reminders of verification: in working days, to officers and owners, once of each day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.events.relay import relay
from accounts.models import Notification, NotificationPreference, Organisation
from accounts.permissions import Role, Staff
from accounts.verification.deadlines import is_near, term_end
from accounts.verification.kinds import Outcome
from accounts.verification.reminding import ENDING_DAYS, remind
from kernel.models import OutboxEvent
from tests.builders.accounts import make_member, make_organisation, make_staff
from tests.builders.verification import decide_case, make_submitted_case, submit
from tests.builders.webhooks import make_endpoint

pytestmark = pytest.mark.django_db
# A Thursday noon in Beijing; five working days later is Thursday the 5th.
SUBMITTED = datetime(2026, 10, 29, 4, tzinfo=UTC)
DUE_ON = date(2026, 11, 5)


def at(day: int, hour: int = 4, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def told(kind: str) -> list[tuple[int, dict]]:
    rows = Notification.objects.filter(kind=kind).order_by("id")
    return list(rows.values_list("user_id", "about"))


def events(organisation: Organisation) -> list[tuple[str, dict]]:
    rows = OutboxEvent.objects.filter(
        organisation_id=organisation.pk, kind__startswith="verification"
    )
    return list(rows.order_by("id").values_list("kind", "payload"))


@pytest.fixture
def officer():
    return make_staff(role=Staff.SUBSIDY_OFFICER)


class TestOfficers:
    def test_they_are_told_two_working_days_before_and_once_after(self, officer):
        # given a case, and an approver who decides no cases
        case = make_submitted_case(now=SUBMITTED)
        make_staff(role=Staff.SUBSIDY_APPROVER)
        assert case.due_on == DUE_ON
        about = {"case": str(case.public_id), "day": "2026-11-05"}
        # when three working days are left, nothing is told
        assert remind(now=at(2)) == 0
        # when two are left, it is told once, by inbox and e-mail
        assert [remind(now=at(3)), remind(now=at(3)), remind(now=at(5))] == [1, 0, 0]
        assert told("verification_due_soon") == [(officer.pk, about)]
        row = Notification.objects.get(kind="verification_due_soon")
        assert (row.in_inbox, row.mail_state, row.organisation_id) == (
            True,
            "waiting",
            case.organisation_id,
        )
        # and when the last day is over where the exchange is, that is told once as well
        assert remind(now=at(5, hour=15)) == 0
        assert [remind(now=at(5, hour=16)), remind(now=at(9))] == [1, 0]
        assert told("verification_overdue") == [(officer.pk, about)]

    def test_of_what_has_passed_nobody_is_told_that_it_is_near(self, officer):
        make_submitted_case(now=SUBMITTED)
        assert remind(now=at(20)) == 1
        assert told("verification_due_soon") == []

    def test_what_was_decided_waits_for_nobody(self, officer):
        decide_case(make_submitted_case(now=SUBMITTED), Outcome.RETURNED, now=SUBMITTED)
        assert remind(now=at(20)) == 0

    def test_who_does_not_want_an_e_mail_is_told_in_the_portal(self, officer):
        NotificationPreference.objects.create(
            user=officer, kind="verification_overdue", channel="email", is_wanted=False
        )
        make_submitted_case(now=SUBMITTED)
        remind(now=at(20))
        assert Notification.objects.get(kind="verification_overdue").mail_state == "none"

    @pytest.mark.parametrize(
        ("today", "due_on", "near"),
        [
            # over the holidays of October, no day is a working day: 30 September is two before
            (date(2026, 9, 30), date(2026, 10, 9), True),
            (date(2026, 9, 29), date(2026, 10, 9), False),
            (date(2026, 10, 3), date(2026, 10, 9), True),
            (date(2026, 11, 3), date(2026, 11, 5), True),
            (date(2026, 11, 1), date(2026, 11, 4), False),
        ],
    )
    def test_what_is_near_is_counted_in_working_days(self, today, due_on, near):
        assert is_near(due_on=due_on, today=today) is near


class TestOrganisations:
    def test_the_owner_is_told_before_the_term_ends_and_after(self):
        case = make_submitted_case(now=SUBMITTED)
        organisation = case.organisation
        make_member(organisation=organisation, role=Role.VIEWER)
        decide_case(case, Outcome.APPROVED, now=SUBMITTED)
        end = datetime(2027, 10, 28, 16, tzinfo=UTC)
        assert Organisation.objects.get(pk=organisation.pk).verified_until == end
        # when more than thirty days are left, nothing is told
        before = end - timedelta(days=ENDING_DAYS)
        assert remind(now=before - timedelta(seconds=1)) == 0
        # then once before, and once after
        assert [remind(now=before), remind(now=end - timedelta(seconds=1))] == [1, 0]
        assert [remind(now=end), remind(now=end + timedelta(days=90))] == [1, 0]
        relay(now=end)
        assert [kind for kind, _ in events(organisation)] == [
            "verification.submitted",
            "verification.approved",
            "verification.ending",
            "verification.ended",
        ]
        assert events(organisation)[2][1] == {"ends_on": "2027-10-29", "days_left": 30}
        owner = case.created_by_id
        assert [user for user, _ in told("verification_ending")] == [owner]
        assert told("verification_ended") == [(owner, {"ends_on": "2027-10-29"})]

    def test_verified_anew_it_has_a_new_term(self):
        case = make_submitted_case(now=SUBMITTED)
        decide_case(case, Outcome.APPROVED, now=SUBMITTED)
        later = datetime(2027, 10, 10, tzinfo=UTC)
        assert remind(now=later) == 1
        again = make_submitted_case(case.organisation, now=later)
        decide_case(again, Outcome.APPROVED, now=later)
        assert remind(now=datetime(2027, 12, 1, tzinfo=UTC)) == 0
        assert remind(now=datetime(2028, 9, 15, tzinfo=UTC)) == 1

    def test_a_term_is_a_year_and_of_a_leap_day_it_ends_with_february(self):
        assert term_end(verified_at=at(29, month=10)) == datetime(2027, 10, 28, 16, tzinfo=UTC)
        leap = datetime(2028, 2, 28, 20, tzinfo=UTC)  # the 29th in Beijing
        assert term_end(verified_at=leap) == datetime(2029, 2, 28, 16, tzinfo=UTC)


def test_each_step_is_told_to_the_organisation_and_to_nobody_else():
    organisation, other = make_organisation(), make_organisation()
    own = make_endpoint(organisation=organisation).endpoint
    foreign = make_endpoint(organisation=other).endpoint
    case = make_submitted_case(organisation, now=SUBMITTED)
    decide_case(case, Outcome.RETURNED, now=SUBMITTED)
    submit(case, now=SUBMITTED)
    decide_case(case, Outcome.REJECTED, now=SUBMITTED)

    relay(now=SUBMITTED)

    about = {"case": str(case.public_id)}
    assert events(organisation) == [
        ("verification.submitted", {**about, "submission": 1, "due_on": "2026-11-05"}),
        ("verification.returned", {**about, "submission": 1}),
        ("verification.submitted", {**about, "submission": 2, "due_on": "2026-11-05"}),
        ("verification.refused", {**about, "submission": 2}),
    ]
    heard = own.deliveries.filter(event__kind__startswith="verification")
    assert heard.count() == 4
    assert not foreign.deliveries.filter(event__kind__startswith="verification").exists()
    assert events(other) == []
