"""Take charges back: for corrections of use, and for prices that were wrong.

A reversal runs through the counters of the original month of use, so that its tiers and totals
stay exact, and is booked in the open month. The programme's part follows the award's counter; the
rest goes back to whom it came from, last payer first.
"""

from datetime import datetime

from compute_billing.ledger import operations as ledger
from compute_billing.rating import booking, waterfall
from compute_billing.rating.waterfall import run
from kernel.sql import execute
from kernel.transactions import transaction_required


@transaction_required
def reverse_pieces(*, tenant_id: int, run_id: int, cause: str, now: datetime) -> None:
    """Send the negative pieces up the waterfall, against its order, and book them."""
    touched = booking.find_touched("touched_by_pieces.sql")
    months = booking.share_months(tenant_id=tenant_id, months=touched.months)
    payers = waterfall.lock_payers(tenant_id=tenant_id, sellers=touched.sellers)
    run("reversal_tables.sql")
    run("originals.sql", tenant_id=tenant_id)
    run("original_shares.sql", tenant_id=tenant_id)
    execute("ANALYZE rating_original")
    execute("ANALYZE rating_original_share")
    book = booking.open_booking(tenant_id=tenant_id, run_id=run_id, now=now)
    book.pay("return_card_time.sql")
    booking.price(tenant_id=tenant_id, months=months)
    book.pay("return_promotions.sql")
    _return_awards(payers, book=book)
    _return_money(book, touched=touched, cause=cause)
    booking.write(book, run_id=run_id, touched=touched)
    ledger.return_overpaid_arrears(tenant_id=tenant_id, reference=str(run_id), now=now)
    ledger.return_overpaid_credit(tenant_id=tenant_id, reference=str(run_id), now=now)


def _return_money(book: waterfall.Booking, *, touched: booking.Touched, cause: str) -> None:
    sellers = {price["price_id"]: price["issuer_id"] for price in touched.prices}
    owed = waterfall.arrears_accounts(tenant_id=book.tenant_id, cause=cause, sellers=sellers)
    book.pay(
        "return_money.sql",
        price_ids=list(sellers),
        arrears_account_ids=list(owed),
        cause=cause,
    )


def _return_awards(payers: waterfall.Payers, *, book: waterfall.Booking) -> None:
    earlier: list[int] = []
    for award in payers.awards:
        book.pay(
            "return_award.sql",
            **{name: award[name] for name in ("award_id", "account_id", "rate_ppm")},
            basis=award["basis"],
            cap=award["cap"],
            earlier_account_ids=earlier,
        )
        earlier.append(award["account_id"])
