"""The log of decisions: searched, named only for those who may know, and proven in a file."""

from __future__ import annotations

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.permissions import Role, Staff
from compute_billing.audit.decisions import (
    DecisionFilter,
    UnknownDecision,
    decision,
    decision_page,
    decisions,
    prove_chain,
    sealed_file,
)
from compute_billing.audit.sealed_file import UnreadableSealedFile, check
from kernel import seals
from kernel.audit import Actor
from kernel.models import AuditEntry
from kernel.origin import Origin, acting_from
from kernel.seals import SealHead
from tests.builders.accounts import (
    NOW,
    make_api_key,
    make_member,
    make_organisation,
    make_staff,
    make_user,
)
from tests.builders.audit import make_decision

pytestmark = pytest.mark.django_db
ALL = DecisionFilter()


def found(wanted: DecisionFilter = ALL, organisation_id: int | None = None) -> list[str]:
    page = decision_page(wanted=wanted, organisation_id=organisation_id, after=None, limit=50)
    return [one.object_id for one in page]


def test_every_filter_finds_its_own():
    member, organisation = make_user(), make_organisation()
    key = make_api_key(organisation=organisation).api_key
    make_decision("claim:1", action="settlement.pay_claim", actor=Actor.user(member.pk))
    make_decision("claim:12", action="settlement.submit_claim", actor=Actor.api_key(key.pk))
    make_decision("fund:1", organisation_id=organisation.pk, now=NOW + timedelta(days=2))

    later = NOW + timedelta(days=1)
    assert found() == ["1", "12", "1"]
    assert found(DecisionFilter(actor=member.email.upper())) == ["1"]
    assert found(DecisionFilter(actor=f"sk_{key.prefix}_x")) == found(
        DecisionFilter(actor=key.prefix)
    )
    assert found(DecisionFilter(actor=key.prefix)) == ["12"]
    assert found(DecisionFilter(actor="system")) == ["1"]
    assert found(DecisionFilter(actor="nobody@example.com")) == []
    assert found(DecisionFilter(action="settlement.")) == ["12", "1"]
    assert found(DecisionFilter(action="settlement.pay_claim")) == ["1"]
    assert found(DecisionFilter(action="settlement")) == []
    assert found(DecisionFilter(subject="claim")) == ["12", "1"]
    assert found(DecisionFilter(subject="claim:12")) == ["12"]
    assert found(DecisionFilter(organisation=organisation.code)) == ["1"]
    assert found(DecisionFilter(organisation="nobody")) == []
    assert found(DecisionFilter(recorded_from=later)) == ["1"]
    assert found(DecisionFilter(recorded_until=later)) == ["12", "1"]


def test_pages_follow_each_other_without_gap_or_repetition():
    for number in range(7):
        make_decision(f"thing:{number}")
    seen, after = [], None
    while page := decision_page(wanted=ALL, organisation_id=None, after=after, limit=3):
        seen += [one.object_id for one in page]
        after = page[-1].public_id

    assert seen == ["6", "5", "4", "3", "2", "1", "0"]
    assert [one.object_id for one in decisions(wanted=ALL, organisation_id=None)] == seen


def test_an_organisation_sees_its_own_and_nobody_else_by_name():
    # given decisions on two organisations, by a member and by an officer
    organisation, other = make_organisation(), make_organisation()
    member = make_member(organisation=organisation, role=Role.FINANCE)
    officer = make_staff(role=Staff.FINANCE)
    with acting_from(Origin(address="203.0.113.7", user_agent="Firefox")):
        own = make_decision("a:1", organisation_id=organisation.pk, actor=Actor.user(member.pk))
        by_staff = make_decision(
            "a:2", organisation_id=organisation.pk, actor=Actor.user(officer.pk)
        )
        foreign = make_decision("a:3", organisation_id=other.pk, actor=Actor.user(member.pk))

    # when the organisation reads
    page = decision_page(
        wanted=DecisionFilter(subject="a"), organisation_id=organisation.pk, after=None, limit=9
    )

    # then it knows its own people and from where they came, and of others that somebody acted
    told = {one.object_id: (one.actor.name, one.actor.is_named, one.origin) for one in page}
    assert told == {
        "1": (member.email, True, Origin(address="203.0.113.7", user_agent="Firefox")),
        "2": ("", False, None),
    }
    assert decision(public_id=own.public_id, organisation_id=organisation.pk).number == own.pk
    with pytest.raises(UnknownDecision):
        decision(public_id=foreign.public_id, organisation_id=organisation.pk)
    with pytest.raises(UnknownDecision):
        decision_page(wanted=ALL, organisation_id=organisation.pk, after=foreign.public_id, limit=1)
    # and it cannot ask whether somebody acted whom it does not know
    by_officer = DecisionFilter(actor=officer.email)
    assert found(by_officer, organisation.pk) == []
    assert found(DecisionFilter(actor=member.email), organisation.pk) == ["1"]
    # and whoever may read all of it knows the officer as well
    assert found(by_officer) == ["2"]
    assert decision(public_id=by_staff.public_id, organisation_id=None).actor.name == officer.email


def test_reading_takes_the_same_few_queries_however_many_entries():
    organisation = make_organisation()
    for number in range(5):
        actor = Actor.user(make_member(organisation=organisation).pk)
        make_decision(f"b:{number}", organisation_id=organisation.pk, actor=actor)
    key = make_api_key(organisation=organisation).api_key
    make_decision("b:key", organisation_id=organisation.pk, actor=Actor.api_key(key.pk))
    for reader in (None, organisation.pk):
        with CaptureQueriesContext(connection) as captured:
            decision_page(wanted=ALL, organisation_id=reader, after=None, limit=50)
        assert len(captured) == 4


@pytest.fixture
def chain(db) -> list[AuditEntry]:
    """Three seals over two entries each, and one entry that waits."""
    made = []
    for seal in range(3):
        made += [make_decision(f"thing:{seal}-{place}") for place in range(2)]
        seals.seal_entries(now=NOW)
    return [*made, make_decision("thing:waits")]


def test_an_entry_knows_its_seal_and_the_chain_up_to_it_is_proven(chain):
    told = decision(public_id=chain[3].public_id, organisation_id=None)

    assert (told.seal_no, told.position) == (2, 2)
    proof = prove_chain(last_no=2)
    assert (proof.first_no, proof.last_no, proof.entries) == (1, 2, 4)
    assert proof.holds
    assert proof.is_whole


def test_a_long_chain_is_proven_as_far_back_as_one_can_wait(chain, monkeypatch):
    monkeypatch.setattr("compute_billing.audit.decisions.PROVEN_ENTRIES_MAX", 3)

    proof = prove_chain(last_no=3)

    assert (proof.first_no, proof.entries, proof.holds, proof.is_whole) == (3, 2, True, False)


def the_file(wanted: DecisionFilter = ALL) -> list[str]:
    return list(sealed_file(wanted=wanted))


def test_a_file_is_proven_under_a_published_head(chain):
    lines = the_file()

    proof = check(lines, published=seals.head())

    assert proof.problems == []
    assert (proof.entries, proof.waiting) == (6, 1)
    assert (proof.first_seal_no, proof.last_seal_no) == (1, 3)


def test_a_part_is_proven_without_telling_the_rest(chain):
    lines = the_file(DecisionFilter(subject="thing:1-0"))

    proof = check(lines, published=seals.head())

    assert (proof.entries, proof.first_seal_no, proof.problems) == (1, 2, [])
    assert "1-1" not in "".join(lines)


def changed(lines: list[str], kind: str, change) -> list[str]:
    """Return the lines with the first of a kind changed."""
    made, done = [], False
    for line in lines:
        document = json.loads(line)
        if document["kind"] == kind and document.get("seal_no", 0) is not None and not done:
            change(document)
            done = True
        made.append(json.dumps(document))
    assert done
    return made


@pytest.mark.parametrize(
    ("kind", "change", "problem"),
    [
        ("entry", lambda line: line["entry"].update(action="x.forged"), "not what seal 3 holds"),
        ("entry", lambda line: line["detail"].update(sum=1), "the detail was altered"),
        ("entry", lambda line: line.update(position=1), "not what seal 3 holds"),
        ("entry", lambda line: line.update(seal_no=2), "not what seal 2 holds"),
        ("seal", lambda line: line.update(prev_hash="11" * 32), "do not give its hash"),
        ("seal", lambda line: line["digests"].reverse(), "do not give its hash"),
        ("seal", lambda line: line.update(hash="ab" * 32), "do not give its hash"),
    ],
)
def test_whatever_is_altered_in_a_file_is_found(chain, kind, change, problem):
    lines = changed(the_file(), kind, change)

    problems = check(lines, published=seals.head()).problems

    assert any(problem in found for found in problems), problems


def test_a_chain_computed_anew_does_not_lead_to_the_published_head(chain):
    lines = the_file()
    other = SealHead(3, bytes(32))

    assert check(lines, published=other).problems == ["the seals do not lead to the published head"]
    assert check(lines[:-1], published=seals.head()).problems[-1] == (
        "the seals do not lead to the published head"
    )


def test_an_earlier_head_proves_what_was_sealed_by_then(chain):
    earlier = SealHead(2, bytes(chain[3].sealed.seal.hash))

    proof = check(the_file(), published=earlier)

    assert (proof.entries, proof.waiting, proof.problems) == (4, 3, [])


def test_the_command_checks_a_file_without_a_database(chain, tmp_path):
    path, head = tmp_path / "decisions.jsonl", seals.head().to_text()
    path.write_text("".join(the_file()), encoding="utf-8")
    out = StringIO()

    with CaptureQueriesContext(connection) as captured:
        call_command("verify_audit", str(path), "--head", head, "--json", stdout=out)

    assert len(captured) == 0
    assert json.loads(out.getvalue())["entries"] == 6
    path.write_text("\n".join(changed(the_file(), "entry", lambda line: line.update(position=9))))
    with pytest.raises(SystemExit):
        call_command("verify_audit", str(path), "--head", head, stdout=StringIO())
    for wrong in (["--head", "3"], ["--head", head.replace(":", " ")]):
        with pytest.raises(CommandError):
            call_command("verify_audit", str(path), *wrong)


@pytest.mark.parametrize("line", ["", "{}", '{"kind": "head", "format": "x"}', "[1]"])
def test_what_is_no_such_file_is_refused(line):
    with pytest.raises(UnreadableSealedFile):
        check([line], published=SealHead(1, bytes(32)))
