"""Breakers of the laws of e-invoices."""

from __future__ import annotations

from kernel.sql import execute, row
from tests.compute_billing.audit.breakers import Keys, breaks, do, one

BILLS = "einvoices_repeat_their_bills"
WITHIN = "einvoices_stay_within_their_bills"
RED = "red_letters_stay_within_the_blue"
FILES = "einvoice_files_are_what_was_handed_over"


def einvoice(colour: str, state: str) -> int:
    """Return the newest e-invoice of a colour and state."""
    return int(
        one(
            "SELECT id FROM einvoices_einvoice WHERE colour = %(colour)s AND state = %(state)s "
            "ORDER BY id DESC LIMIT 1",
            colour=colour,
            state=state,
        )
    )


@breaks(BILLS)
def an_einvoice_comes_to_another_amount_than_its_bill() -> list[Keys]:
    found = einvoice("blue", "requested")
    do(
        "UPDATE einvoices_einvoice SET amount_fen = amount_fen + 1, total_fen = total_fen + 1 "
        "WHERE id = %(id)s",
        id=found,
    )
    return [{"einvoice_id": found, "problem": "lines differ"}]


@breaks(BILLS)
def an_einvoice_stands_for_another_bill() -> list[Keys]:
    found = einvoice("blue", "refused")
    other = one("SELECT min(invoice_id) FROM einvoices_bill WHERE einvoice_id <> %(id)s", id=found)
    do(
        "UPDATE einvoices_bill SET invoice_id = %(other)s WHERE einvoice_id = %(id)s",
        id=found,
        other=other,
    )
    return [{"einvoice_id": found, "problem": "bills differ"}]


@breaks(BILLS)
def a_bill_has_two_live_einvoices() -> list[Keys]:
    execute("DROP INDEX einvoice_one_live_for_a_bill")
    refused = einvoice("blue", "refused")
    do(
        "UPDATE einvoices_einvoice SET state = 'requested', refusal = '' WHERE id = %(id)s",
        id=refused,
    )
    do("UPDATE einvoices_bill SET ended_at = NULL WHERE einvoice_id = %(id)s", id=refused)
    return [{"einvoice_id": None, "problem": "has two live e-invoices"}]


@breaks(BILLS)
def a_refused_einvoice_still_holds_its_bill() -> list[Keys]:
    requested = einvoice("blue", "requested")
    do(
        "UPDATE einvoices_einvoice SET state = 'refused', refusal = 'no' WHERE id = %(id)s",
        id=requested,
    )
    return [{"einvoice_id": requested, "problem": "holds its bills otherwise than it lives"}]


@breaks(WITHIN)
def a_bill_is_invoiced_anew_though_a_fen_of_it_still_stands() -> list[Keys]:
    # The world's first bill was undone by a red letter and invoiced once more.
    red = einvoice("red", "issued")
    line = row(
        "UPDATE einvoices_line SET amount_fen = amount_fen - 1, total_fen = total_fen - 1 "
        "WHERE id = (SELECT min(id) FROM einvoices_line WHERE einvoice_id = %(id)s) "
        "RETURNING corrects_id",
        id=red,
    )
    assert line is not None
    do(
        "UPDATE einvoices_reversed SET reversed_amount_fen = reversed_amount_fen - 1 "
        "WHERE line_id = %(line)s",
        line=line["corrects_id"],
    )
    do(
        "UPDATE einvoices_einvoice SET amount_fen = amount_fen - 1, total_fen = total_fen - 1 "
        "WHERE id = %(id)s",
        id=red,
    )
    bill = one(
        "SELECT v.public_id::text FROM einvoices_bill b "
        "JOIN einvoices_einvoice r ON r.corrects_id = b.einvoice_id "
        "JOIN invoices_invoice v ON v.id = b.invoice_id WHERE r.id = %(id)s",
        id=red,
    )
    return [{"bill": bill}]


@breaks(RED)
def more_is_taken_back_than_counted() -> list[Keys]:
    line = one(
        "SELECT id FROM einvoices_line WHERE einvoice_id = %(id)s AND position = 1",
        id=einvoice("blue", "requested"),
    )
    do("UPDATE einvoices_reversed SET reversed_tax_fen = 1 WHERE line_id = %(line)s", line=line)
    return [{"line_id": line, "problem": "counted otherwise than taken back"}]


@breaks(RED)
def a_red_letter_takes_back_of_another() -> list[Keys]:
    red, blue = einvoice("red", "issued"), einvoice("blue", "issued")
    line = one("SELECT id FROM einvoices_line WHERE einvoice_id = %(id)s LIMIT 1", id=red)
    other = one(
        "SELECT id FROM einvoices_line WHERE einvoice_id = %(id)s AND position = 1", id=blue
    )
    do("UPDATE einvoices_line SET corrects_id = %(other)s WHERE id = %(id)s", id=line, other=other)
    return [{"line_id": line, "problem": "takes back of another e-invoice"}]


@breaks(FILES)
def a_file_has_other_bytes() -> list[Keys]:
    file = one("SELECT public_id::text FROM einvoices_file ORDER BY id LIMIT 1")
    do("UPDATE einvoices_file SET content = content || ' ' WHERE public_id::text = %(f)s", f=file)
    return [{"file": file, "problem": "other bytes"}]


@breaks(FILES)
def a_file_says_that_it_holds_more() -> list[Keys]:
    file = one("SELECT public_id::text FROM einvoices_file ORDER BY id LIMIT 1")
    do("UPDATE einvoices_file SET einvoices = 9 WHERE public_id::text = %(f)s", f=file)
    return [{"file": file, "problem": "other e-invoices"}]
