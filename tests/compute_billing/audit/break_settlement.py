"""Breakers of the laws of closed months, bills and public money."""

from __future__ import annotations

from datetime import date

from tests.compute_billing.audit.breakers import (
    Keys,
    breaks,
    charge_id,
    do,
    one,
    tenant_id,
)

LINES = "invoice_lines_hold_their_shares"
CLAIMS = "claim_lines_are_award_shares"
ONCE = "charges_are_claimed_once"
PAID = "paid_claims_are_posted"
NUMBERS = "invoice_numbers_without_gaps"
SEPTEMBER = date(2026, 9, 1)


def invoice_id(tenant: str) -> int:
    """Return the tenant's bill of September."""
    text = "SELECT id FROM invoices_invoice WHERE tenant_id = %(tenant)s"
    return int(one(text, tenant=tenant_id(tenant)))


def award_id(reference: str) -> int:
    """Return an award."""
    text = "SELECT id FROM subsidies_award WHERE reference = %(reference)s"
    return int(one(text, reference=reference))


def change_payment(amount: int) -> None:
    """Change what the treasury paid for the claim."""
    do(
        "UPDATE ledger_posting p SET amount = p.amount + %(amount)s FROM ledger_transaction t "
        "WHERE t.id = p.transaction_id AND t.kind = 'claim_paid'",
        amount=amount,
    )


@breaks("closed_months_match_their_seal")
def seal_is_changed() -> list[Keys]:
    do(
        "UPDATE invoices_tenant_month SET gross = gross + 1 WHERE tenant_id = %(tenant)s "
        "AND state = 'closed'",
        tenant=tenant_id("beta"),
    )
    return [{"tenant_id": tenant_id("beta"), "month": SEPTEMBER}]


@breaks("nothing_booked_after_closing")
def charge_comes_after_closing() -> list[Keys]:
    """Split the last hour, with no quantity, off a charge: the month gets a charge and no sum."""
    charge = charge_id("b3")
    do(
        "INSERT INTO rating_charge SELECT tenant_id, recorded_month, "
        "nextval('rating_charge_id_seq'), usage_id, 2, 0, usage_month, booked_month, "
        "segment_end - interval '1 hour', segment_end, price_id, project_id, 0, 0, "
        "counter_before + quantity, 0, 0, 0, 0, NULL, NULL, "
        "(SELECT max(id) FROM rating_run WHERE tenant_id = rating_charge.tenant_id), cluster_id "
        "FROM rating_charge WHERE id = %(id)s",
        id=charge,
    )
    do(
        "UPDATE rating_charge SET segment_end = segment_end - interval '1 hour' WHERE id = %(id)s",
        id=charge,
    )
    return [{"tenant_id": tenant_id("beta"), "month": SEPTEMBER}]


@breaks("awards_give_what_the_rule_says")
def award_gave_less_than_its_shares() -> list[Keys]:
    award = award_id("award-1")
    do(
        "UPDATE subsidies_award_counter SET granted = granted - 1 WHERE award_id = %(award)s",
        award=award,
    )
    return [{"award_id": award}]


@breaks("award_basis_is_what_was_asked")
def basis_of_an_exhausted_award_is_raised() -> list[Keys]:
    award = award_id("award-1")
    do(
        "UPDATE subsidies_award_counter SET basis = basis + 1 WHERE award_id = %(award)s",
        award=award,
    )
    return [{"award_id": award}]


@breaks(CLAIMS)
def more_is_claimed_of_one_award_and_less_of_the_other() -> list[Keys]:
    charge = charge_id("a4")
    for reference, amount in (("award-1", 1), ("award-2", -1)):
        do(
            "UPDATE settlement_claim_line SET amount = amount + %(amount)s "
            "WHERE charge_id = %(charge)s AND award_id = %(award)s",
            amount=amount,
            charge=charge,
            award=award_id(reference),
        )
    return [{"charge_id": charge}]


@breaks(CLAIMS)
def the_same_of_a_settled_charge() -> list[Keys]:
    charge = charge_id("a1")
    do(
        "UPDATE settlement_claim_line SET amount = amount + CASE award_id "
        "WHEN %(first)s THEN 1 ELSE -1 END WHERE charge_id = %(charge)s "
        "AND basis_before IS NULL",
        first=award_id("award-1"),
        charge=charge,
    )
    return [{"charge_id": charge}]


@breaks(CLAIMS)
def claim_has_too_few_lines() -> list[Keys]:
    do("UPDATE settlement_claim SET line_count = line_count + 1")
    return [{"claim_id": one("SELECT id FROM settlement_claim")}]


@breaks(ONCE)
def claimed_charge_is_forgotten() -> list[Keys]:
    charge = charge_id("a4")
    do("DELETE FROM settlement_claimed WHERE charge_id = %(charge)s", charge=charge)
    return [{"charge_id": charge, "problem": "on a line and not noted as claimed"}]


@breaks(ONCE, needs_full=True)
def unclaimed_charge_is_noted() -> list[Keys]:
    do("INSERT INTO settlement_claimed VALUES (%(charge)s, 'compute')", charge=charge_id("b1"))
    return [{"charge_id": charge_id("b1"), "problem": "noted as claimed and on no line"}]


@breaks(ONCE)
def charge_is_claimed_again() -> list[Keys]:
    charge = charge_id("a3:1")
    claim = one(
        "INSERT INTO settlement_claim (public_id, fund_id, claimant_id, period, sequence, state, "
        "kind, netted, amount, line_count, made_at, budget_document_no, treasury_receipt_no) "
        "SELECT gen_random_uuid(), fund_id, claimant_id, period, 2, 'draft', k.kind, 0, l.amount, "
        "1, made_at, '', '' FROM settlement_claim k "
        "JOIN settlement_claim_line l ON l.claim_id = k.id "
        "WHERE l.charge_id = %(charge)s AND l.award_id = %(award)s RETURNING id",
        charge=charge,
        award=award_id("award-1"),
    )
    do(
        "INSERT INTO settlement_claim_line (claim_id, tenant_id, recorded_month, charge_id, "
        "award_id, basis, amount) SELECT %(claim)s, tenant_id, recorded_month, charge_id, "
        "award_id, basis, amount FROM settlement_claim_line "
        "WHERE charge_id = %(charge)s AND award_id = %(award)s",
        claim=claim,
        charge=charge,
        award=award_id("award-1"),
    )
    return [{"charge_id": charge, "award_id": award_id("award-1"), "lines": 2}]


@breaks(LINES)
def one_micro_yuan_moves_between_lines() -> list[Keys]:
    prices = [
        one(
            "UPDATE invoices_invoice_line l SET amount = l.amount + %(amount)s "
            "FROM catalogue_price p WHERE p.id = l.price_id AND l.payer_kind = 'arrears' "
            "AND p.kind = %(kind)s RETURNING l.price_id",
            kind=kind,
            amount=amount,
        )
        for kind, amount in (("unit", 1), ("graduated", -1))
    ]
    return [{"tenant_id": tenant_id("beta"), "price_id": price} for price in prices]


@breaks(LINES)
def line_loses_its_project() -> list[Keys]:
    project = one(
        "UPDATE invoices_invoice_line l SET project_id = NULL FROM contracts_project p "
        "WHERE p.id = l.project_id RETURNING p.id"
    )
    return [
        {"project_id": 0, "measure": "credit", "booked": None},
        {"project_id": project, "measure": "credit", "on_lines": None},
    ]


@breaks(LINES)
def line_loses_its_quantity() -> list[Keys]:
    do(
        "UPDATE invoices_invoice_line SET quantity = quantity + CASE payer_kind "
        "WHEN 'in_kind' THEN 1 ELSE -1 END WHERE invoice_id = %(id)s AND position IN (1, 2)",
        id=invoice_id("alpha"),
    )
    return [{"tenant_id": tenant_id("alpha"), "measure": "quantity in kind"}]


@breaks("credit_notes_stay_within_their_bills")
def line_is_credited_without_a_credit_note() -> list[Keys]:
    line = one(
        "INSERT INTO invoices_credited (line_id, billed, credited) "
        "SELECT id, amount, 1 FROM invoices_invoice_line "
        "WHERE invoice_id = %(id)s AND amount > 0 ORDER BY position LIMIT 1 RETURNING line_id",
        id=invoice_id("beta"),
    )
    return [{"line_id": line}]


@breaks("credit_notes_stay_within_their_bills")
def bill_takes_back_from_itself() -> list[Keys]:
    line = one(
        "INSERT INTO invoices_credit (credit_line_id, corrected_line_id, amount) "
        "SELECT id, id, amount FROM invoices_invoice_line "
        "WHERE invoice_id = %(id)s AND amount > 0 ORDER BY position LIMIT 1 "
        "RETURNING credit_line_id",
        id=invoice_id("beta"),
    )
    return [{"credit_line_id": line, "problem": "not the sum of what it takes back"}]


@breaks("invoices_add_up")
def more_is_carried() -> list[Keys]:
    do(
        "UPDATE invoices_invoice SET carried_micro = carried_micro + 1 WHERE id = %(id)s",
        id=invoice_id("beta"),
    )
    return [{"invoice_id": invoice_id("beta")}]


@breaks("taxes_add_up")
def tax_is_raised() -> list[Keys]:
    invoice = invoice_id("beta")
    do("UPDATE invoices_invoice SET tax = tax + 1 WHERE id = %(id)s", id=invoice)
    do("UPDATE invoices_tax SET tax = tax + 1 WHERE invoice_id = %(id)s", id=invoice)
    return [{"invoice_id": invoice}]


@breaks(NUMBERS)
def number_is_given_and_lost() -> list[Keys]:
    do("UPDATE invoices_series SET last_number = last_number + 1")
    return [{"last_number": 4, "last": 3}]


@breaks(NUMBERS)
def number_is_left_out() -> list[Keys]:
    do("UPDATE invoices_invoice SET number = 4 WHERE number = 3")
    do("UPDATE invoices_series SET last_number = 4")
    return [{"last_number": 4, "invoices": 3}]


@breaks("statements_repeat_their_bills")
def statement_is_raised() -> list[Keys]:
    statement = one(
        "UPDATE settlement_operator_statement SET gross = gross + 1, arrears = arrears + 1 "
        "RETURNING id"
    )
    return [{"statement_id": statement, "problem": "its lines do not sum to it"}]


@breaks("statements_and_claims_agree")
def share_is_not_claimed() -> list[Keys]:
    """Take a share off the claim and off what was paid for it, so that only the statement tells."""
    amount = one(
        "DELETE FROM settlement_claim_line WHERE charge_id = %(charge)s AND award_id = %(award)s "
        "RETURNING amount",
        charge=charge_id("a3:1"),
        award=award_id("award-1"),
    )
    do(
        "UPDATE settlement_claim SET amount = amount - %(amount)s, line_count = line_count - 1 "
        "WHERE kind = 'share'",
        amount=amount,
    )
    change_payment(-amount)
    return [{"operator_id": tenant_id("jingxi"), "period": SEPTEMBER}]


@breaks(PAID)
def less_was_paid_than_claimed() -> list[Keys]:
    change_payment(-1)
    return [{"claim_id": one("SELECT id FROM settlement_claim")}]


@breaks(PAID)
def payment_has_no_claim() -> list[Keys]:
    do(
        "UPDATE settlement_claim SET state = 'submitted', paid_at = NULL, "
        "budget_document_no = '', treasury_receipt_no = ''"
    )
    return [{"claim_id": None, "claimed": None}]
