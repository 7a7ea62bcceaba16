"""Segments of use with their prices, and who pays them by which postings, as files.

Amounts are exact: yuan, or card-seconds where a payer gives card time. The names are the API's.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from compute_billing.audit.charges import Charge
from kernel.periods import month_text
from kernel.quantities import card_seconds_text
from portal.bill_file import yuan
from portal.exports import Cell, FileAnswer, file_response
from portal.hold_pages import exact

SEGMENTS: Final = "segments"
SHARES: Final = "shares"
# `?table=` of the files.
TABLES: Final = (SEGMENTS, SHARES)
KEY_COLUMNS: Final = ("source", "external_id", "segment", "revision")
SEGMENT_COLUMNS: Final = (
    *KEY_COLUMNS,
    *("cause", "reverses_segment", "reverses_revision", "from", "to", "issuer", "price_list"),
    *("card_type", "band", "unit_price", "card_seconds", "card_seconds_in_kind"),
    *("charged_before_card_seconds", "gross", "discount", "programme", "tenant", "usage_month"),
    *("booked_month", "charged_at"),
)
SHARE_COLUMNS: Final = (
    *KEY_COLUMNS,
    *("payer_kind", "payer", "cause", "unit", "amount", "posting", "posted_at", "posted_amount"),
    *("from_account", "to_account"),
)


def file_of_charges(table: str, *, name: str, kind: str, charges: Iterable[Charge]) -> FileAnswer:
    """Return the segments of some use, or their shares with the postings that carry them."""
    is_shares = table == SHARES
    return file_response(
        name=f"{name}-{table}",
        kind=kind,
        columns=SHARE_COLUMNS if is_shares else SEGMENT_COLUMNS,
        rows=share_rows(charges) if is_shares else segment_rows(charges),
    )


def segment_rows(charges: Iterable[Charge]) -> Iterator[list[Cell]]:
    """Yield the segments, each a row."""
    for charge in charges:
        price, back = charge.unit_price_micro, charge.reverses
        yield [
            *_key(charge),
            charge.cause,
            *((None, None) if back is None else (back.segment_no, back.revision)),
            *(charge.segment_start, charge.segment_end, charge.issuer, charge.price_list),
            *(charge.card_type, charge.band, None if price is None else yuan(price)),
            *(exact(n, unit="") for n in (charge.quantity, charge.quantity_in_kind)),
            card_seconds_text(charge.counter_before),
            *(yuan(n) for n in (charge.gross, charge.discount, charge.programme, charge.tenant)),
            *(month_text(charge.usage_month), month_text(charge.booked_month), charge.charged_at),
        ]


def share_rows(charges: Iterable[Charge]) -> Iterator[list[Cell]]:
    """Yield who pays each segment, each payer a row, with the posting that carries it."""
    for charge in charges:
        for share in charge.shares:
            posting = share.posting
            yield [
                *_key(charge),
                *(share.payer_kind, share.payer, share.cause, share.unit),
                exact(share.amount, unit=share.unit),
                *(
                    (None,) * 5
                    if posting is None
                    else (
                        *(posting.posting_id, posting.posted_at),
                        exact(posting.amount, unit=posting.unit),
                        *(posting.from_kind, posting.to_kind),
                    )
                ),
            ]


def _key(charge: Charge) -> list[Cell]:
    return [charge.source, charge.external_id, charge.segment_no, charge.revision]
