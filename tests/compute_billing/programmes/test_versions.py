"""Versions of programmes: proposed by one, activated by another, in force one at a time."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import msgspec
import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.notifications.models import Notification
from accounts.permissions import Staff
from compute_billing.programmes import operations, queries
from compute_billing.programmes.models import ProgrammeTerm, ProgrammeVersionDecision
from compute_billing.programmes.states import VersionState
from compute_billing.subsidies.rules.assumptions import assume
from compute_billing.subsidies.rules.documents import ProgrammeDocument
from compute_billing.subsidies.rules.published import published, published_programme
from compute_billing.subsidies.rules.rates import FlatRate
from compute_billing.subsidies.rules.settable import Open
from kernel.models import AuditEntry
from tests.builders.accounts import make_staff, make_user
from tests.builders.programmes import LATER, NANNING, NOW, in_words, make_active, make_version

pytestmark = pytest.mark.django_db
REASON = "checked against the text"


def activate(version, *, decider_id=None, at=NOW):
    return operations.activate(
        version_id=version.public_id,
        reason=REASON,
        decider_id=decider_id or make_user().pk,
        now=at,
    )


def known(version):
    return queries.version_by_id(version_id=version.public_id)


def with_rate(ppm: int) -> ProgrammeDocument:
    document = in_words()
    return msgspec.structs.replace(document, rate=msgspec.structs.replace(document.rate, ppm=ppm))


def test_a_version_is_kept_as_bytes_with_their_hash():
    made = make_version()

    stored = known(made)
    text = bytes(stored.document)
    assert stored.sha256 == hashlib.sha256(text).hexdigest()
    assert (stored.code, stored.number, stored.evaluator) == (NANNING, 1, 1)
    assert queries.document_of(stored) == in_words()
    assert queries.state_of_version(stored) is VersionState.PROPOSED


def test_those_who_activate_are_told():
    approver = make_staff(role=Staff.SUBSIDY_APPROVER)

    make_version()

    told = Notification.objects.get(user=approver)
    assert (told.kind, told.about["programme"]) == ("programme_proposed", NANNING)


def test_numbers_are_counted_here_whatever_the_document_says():
    make_version()
    second = make_version(with_rate(250_000))

    assert second.number == 2
    assert queries.document_of(second).version == 2
    [difference, version] = queries.differences_to_the_one_before(second)
    assert (difference.path, difference.before, difference.after) == (
        "$.rate.ppm",
        300_000,
        250_000,
    )
    assert (version.path, version.before, version.after) == ("$.version", 1, 2)


def test_what_differs_in_nothing_is_not_proposed():
    make_version()

    with pytest.raises(operations.UnableToPropose, match="differs in nothing from version 1"):
        make_version()


def test_who_saw_an_older_version_is_told_of_the_newer():
    make_version()
    make_version(with_rate(250_000))

    with pytest.raises(operations.ProgrammeMoved) as refused:
        operations.propose(
            document=with_rate(200_000), reason="x", maker_id=make_user().pk, now=NOW, after=1
        )
    assert refused.value.details == {"newest": 2}


def test_a_version_comes_into_force_and_ends_the_one_before():
    first = make_active()
    second = make_version(with_rate(250_000))

    decider = make_user().pk
    activate(second, decider_id=decider, at=LATER)

    ended = known(first)
    assert queries.state_of_version(ended) is VersionState.ENDED
    assert (ended.term.starts_at, ended.term.ends_at) == (NOW, LATER)
    assert (ended.term.ended_by_id, ended.term.ended_because) == (decider, "version 2 follows")
    moments = [NOW - timedelta(seconds=1), NOW, LATER - timedelta(seconds=1), LATER]
    in_force = [[one.number for one in queries.in_force(at=moment)] for moment in moments]
    assert in_force == [[], [1], [1], [2]]


def test_it_says_which_official_text_is_needed():
    made = make_version(published_programme(NANNING))

    with pytest.raises(operations.UnableToActivate, match="补贴基数含税还是不含税") as refused:
        activate(made)
    assert [each["path"] for each in refused.value.details["needed"]] == [
        "$.tax_basis",
        "$.pool.exhaustion",
        "$.notice_working_days",
        "$.retention_years",
        "$.is_fair_competition_reviewed",
    ]
    assert queries.in_force(at=NOW) == []


def test_an_assumption_without_a_reason_is_not_explicit():
    document = in_words()
    assert isinstance(document.tax_basis, Open)
    silent = msgspec.structs.replace(document.tax_basis, because=" ")
    made = make_version(msgspec.structs.replace(document, tax_basis=silent))

    with pytest.raises(operations.UnableToActivate, match=r"no reason: \$\.tax_basis"):
        activate(made)


def test_a_draft_text_is_not_activated():
    document = in_words()
    source = msgspec.structs.replace(document.source, is_draft=True)
    made = make_version(msgspec.structs.replace(document, source=source))

    with pytest.raises(operations.UnableToActivate, match="a draft that nobody issued"):
        activate(made)


def test_filling_proposes_the_next_version_with_reasons():
    made = make_version(published_programme(NANNING))

    filled = operations.fill(
        version=made,
        fillings=[operations.Filling(path="$.tax_basis", value="without_tax", because="as told")],
        reason="the bureau answered by telephone",
        maker_id=make_user().pk,
        now=NOW,
    )

    document = queries.document_of(filled)
    assert isinstance(document.tax_basis, Open)
    assert (document.tax_basis.assumed, document.tax_basis.because) == (
        "without_tax",
        "as told",
    )
    assert filled.number == 2


def test_nobody_activates_what_he_proposed():
    officer = make_user()
    made = make_version(maker_id=officer.pk)

    with pytest.raises(operations.UnableToActivateOwn):
        activate(made, decider_id=officer.pk)


def test_the_database_refuses_the_maker_and_a_lie_about_him():
    officer, other = make_user(), make_user()
    made = make_version(maker_id=officer.pk)
    values = {"version": made, "decision": "activated", "reason": "", "decided_at": NOW}

    with pytest.raises(IntegrityError, match="programme_version_four_eyes"), transaction.atomic():
        ProgrammeVersionDecision.objects.create(
            **values, maker_id=officer.pk, decider_id=officer.pk
        )
    with pytest.raises(IntegrityError, match="programme_decision_names_the_maker"):
        ProgrammeVersionDecision.objects.create(**values, maker_id=other.pk, decider_id=officer.pk)


def test_a_term_without_an_activation_is_refused():
    made = make_version()

    with pytest.raises(IntegrityError, match="programme_term_names_its_activation"):
        ProgrammeTerm.objects.create(version=made, code=made.code, starts_at=NOW)


def test_a_version_is_decided_once():
    made = make_version()
    operations.withdraw(
        version_id=made.public_id, reason="a slip", decider_id=made.maker_id, now=NOW
    )

    with pytest.raises(operations.ProgrammeVersionDecided):
        activate(made)
    assert queries.state_of_version(known(made)) is VersionState.WITHDRAWN


def test_what_is_in_force_is_ended_with_a_reason_once():
    made = make_active()
    values = {"version_id": made.public_id, "decider_id": make_user().pk, "now": LATER}

    with pytest.raises(operations.UnableToEndProgramme, match="Say why"):
        operations.end(**values, reason=" ")
    operations.end(**values, reason="the pool is used up")
    with pytest.raises(operations.UnableToEndProgramme, match="not in force"):
        operations.end(**values, reason="again")
    assert queries.in_force(at=LATER) == []


@pytest.mark.parametrize(
    "change", [{"ends_at": None}, {"starts_at": NOW - timedelta(days=1)}, {"code": "another"}]
)
def test_a_term_is_never_edited(change):
    made = make_active()
    operations.end(version_id=made.public_id, reason="over", decider_id=made.maker_id, now=LATER)

    with pytest.raises(IntegrityError, match="never edited"):
        ProgrammeTerm.objects.filter(pk=made.pk).update(**change)


def test_the_library_is_loaded_once_by_the_command(capsys):
    officer = make_staff(role=Staff.SUBSIDY_OFFICER)

    call_command("load_programmes", officer=officer.email)
    call_command("load_programmes", officer=officer.email)

    loaded = queries.waiting_versions(limit=100)
    assert [each.code for each in loaded] == [document.code for document in published()]
    assert {(each.origin, each.number, each.maker_id) for each in loaded} == {
        ("library", 1, officer.pk)
    }
    assert AuditEntry.objects.filter(action="programmes.propose").count() == len(loaded) == 27
    assert "27" in capsys.readouterr().out


def test_a_version_in_force_stands_before_the_text_of_the_library():
    make_active(with_rate(123_456))

    [found] = [one for one in queries.known_programmes(at=LATER) if one.document.code == NANNING]
    assert isinstance(found.document.rate, FlatRate)
    assert found.version is not None
    assert (found.version.number, found.document.rate.ppm, found.since) == (1, 123_456, NOW)
    other = queries.known_programme(code="beijing-2023", at=LATER)
    assert other.version is None


@settings(max_examples=25, deadline=None)
@given(acts=st.lists(st.tuples(st.sampled_from(["activate", "end"]), st.integers(0, 9))))
def test_whatever_is_done_one_version_is_in_force_at_a_time(acts):
    """Given any acts in any order, then the terms never overlap and follow their activations."""
    before = transaction.savepoint()
    open_number, expected = None, []
    for step, (act, _) in enumerate(acts):
        at = NOW + timedelta(hours=step)
        if act == "activate":
            made = make_version(with_rate(100_000 + step))
            activate(made, at=at)
            if open_number is not None:
                expected[-1][2] = at
            expected.append([made.number, at, None])
            open_number = made.public_id
        elif open_number is not None:
            operations.end(version_id=open_number, reason="over", decider_id=make_user().pk, now=at)
            expected[-1][2], open_number = at, None
    terms = ProgrammeTerm.objects.filter(code=NANNING).order_by("starts_at")
    found = [[term.version.number, term.starts_at, term.ends_at] for term in terms]
    assert found == expected
    assert all(one[2] is not None for one in found[:-1])
    transaction.savepoint_rollback(before)


def test_no_number_of_a_programme_is_left_out():
    for step in range(3):
        make_version(assume_days(step))

    assert [each.number for each in queries.versions(code=NANNING, limit=9)] == [3, 2, 1]
    assert [each.number for each in queries.versions(code=NANNING, limit=9, below=3)] == [2, 1]
    assert queries.versions(code=NANNING, is_public=True, limit=9) == []


def assume_days(step: int) -> ProgrammeDocument:
    return assume(
        document=published_programme(NANNING),
        path="$.notice_working_days",
        value=5 + step,
        because="as in the year before",
    )
