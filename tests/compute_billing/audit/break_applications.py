"""Breakers of the laws about applications for subsidies."""

from __future__ import annotations

from tests.compute_billing.audit.breakers import Keys, breaks, do, drop_constraint, one

NOW = "timestamptz '2026-10-11 00:00+08'"
NUMBER = "SQ-broken"
HASH = "encode(sha256(convert_to('{}', 'UTF8')), 'hex')"
EMPTY = "convert_to('{}', 'UTF8')"
TENANT = "(SELECT tenant_id FROM subsidies_award ORDER BY id LIMIT 1)"


def an_application(*, state: str = "awarded") -> int:
    """Write an application of the tenant of the world's first award, which becomes its own."""
    return int(
        one(
            "INSERT INTO applications_application (public_id, number, version_id, code, tenant_id,"
            " provider_id, contract_id, state, instance, revision, declared, maker_id, made_at,"
            " changed_at, supplement_asked, award_id, award_problem)"
            f" SELECT gen_random_uuid(), '{NUMBER}', 1, 'broken', {TENANT}, {TENANT}, 1, %(state)s,"
            f" 1, 1, '{{}}', (SELECT min(id) FROM accounts_user), {NOW}, {NOW}, '',"
            " CASE WHEN %(state)s = 'awarded' THEN (SELECT min(id) FROM subsidies_award) END, ''"
            " RETURNING id",
            state=state,
        )
    )


def an_approval(proposal_id: int, *, by: str = "max") -> None:
    """Let somebody agree, the last person unless told otherwise."""
    do(
        "INSERT INTO applications_approval (proposal_id, application_id, instance, maker_id,"
        " beneficiary_id, approver_id, approver_organisation_id, agrees, reason, decided_at)"
        f" SELECT id, application_id, 1, maker_id, beneficiary_id, (SELECT {by}(id) FROM"
        f" accounts_user), (SELECT max(id) FROM accounts_organisation), true, '', {NOW}"
        " FROM applications_proposal WHERE id = %(id)s",
        id=proposal_id,
    )


def a_counter(*, reserved: int, cap: int = 100) -> int:
    """Write a counter."""
    return int(
        one(
            "INSERT INTO subsidies_cap_counter (programme, cap_name, subject_kind, subject_id,"
            " year, reserved, paid, cap) VALUES ('broken', 'top', 'pool_year', 0, 2026,"
            " %(reserved)s, 0, %(cap)s) RETURNING id",
            reserved=reserved,
            cap=cap,
        )
    )


def a_reservation(counter_id: int, *, amount: int) -> None:
    """Write what a decision draws on it."""
    do(
        "INSERT INTO subsidies_cap_reservation (counter_id, reference, amount, paid, released,"
        f" reserved_at) VALUES (%(id)s, '{NUMBER}', %(amount)s, 0, 0, {NOW})",
        id=counter_id,
        amount=amount,
    )


@breaks("caps_are_counted")
def a_counter_without_its_reservations() -> list[Keys]:
    counter = a_counter(reserved=5)
    problem = "it is not the sum of what decisions draw on it"
    return [{"counter_id": counter, "problem": problem}]


@breaks("caps_are_counted")
def more_than_the_cap() -> list[Keys]:
    drop_constraint("subsidies_cap_counter", "cap_counter_within_cap")
    counter = a_counter(reserved=101)
    a_reservation(counter, amount=101)
    return [{"counter_id": counter, "problem": "more is reserved and paid than the cap"}]


@breaks("caps_are_counted")
def room_kept_by_what_is_over() -> list[Keys]:
    an_application(state="refused")
    counter = a_counter(reserved=7)
    a_reservation(counter, amount=7)
    return [{"counter_id": counter, "problem": "an application that is over draws on it"}]


@breaks("caps_are_counted")
def paid_without_a_claim() -> list[Keys]:
    counter = a_counter(reserved=0)
    a_reservation(counter, amount=9)
    do("UPDATE subsidies_cap_reservation SET paid = 9 WHERE counter_id = %(id)s", id=counter)
    do("UPDATE subsidies_cap_counter SET paid = 9 WHERE id = %(id)s", id=counter)
    return [{"counter_id": counter, "problem": "paid is not what paid claims say"}]


@breaks("awards_follow_their_decisions")
def awarded_without_a_decision() -> list[Keys]:
    an_application()
    return [
        {"number": NUMBER, "problem": "too few approved"},
        {"number": NUMBER, "problem": "awarded before its notice had ended"},
        {"number": NUMBER, "problem": "the award is not what was decided"},
    ]


@breaks("decisions_replay")
def a_proposal_whose_bytes_are_no_assessment() -> list[Keys]:
    do(
        "INSERT INTO programmes_version (id, public_id, code, number, document, sha256, evaluator,"
        " origin, published_sha256, reason, maker_id, made_at) OVERRIDING SYSTEM VALUE SELECT 1,"
        f" gen_random_uuid(), 'broken', 1, {EMPTY}, {HASH}, 1, 'officer', '', 'a test',"
        f" (SELECT min(id) FROM accounts_user), {NOW}"
    )
    application = an_application(state="proposed")
    do(
        "INSERT INTO applications_submission (application_id, number, version_id, evaluator,"
        " facts, facts_sha256, assessment, assessment_sha256, commitment_version,"
        f" consented_by_id, submitted_at) SELECT %(id)s, 1, 1, 99, {EMPTY}, {HASH}, {EMPTY},"
        f" {HASH}, 1, (SELECT min(id) FROM accounts_user), {NOW}",
        id=application,
    )
    return [{"application": NUMBER, "submission": 1}]


@breaks("four_eyes")
def a_proposal_is_approved_by_its_maker() -> list[Keys]:
    drop_constraint("applications_approval", "application_approval_four_eyes")
    an_approval(a_refusal(an_application(state="refused")), by="min")
    return [{"decision": "application", "problem": "the maker approved"}]


def a_refusal(application_id: int) -> int:
    """Write a proposal of another application that names no version: nothing is made again."""
    return int(
        one(
            "INSERT INTO applications_proposal (public_id, application_id, number, instance,"
            " beneficiary_id, maker_id, verdict, reason, is_exception, exception_reason,"
            " amount_micro, approvals_needed, evaluator, facts, facts_sha256, assessment,"
            f" assessment_sha256, made_at) SELECT gen_random_uuid(), %(id)s, 1, 1, {TENANT},"
            " (SELECT min(id) FROM accounts_user), 'refuse', 'a test', false, '', 0, 1, 1,"
            f" {EMPTY}, {HASH}, {EMPTY}, {HASH}, {NOW} RETURNING id",
            id=application_id,
        )
    )
