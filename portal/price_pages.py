"""Prices and price drafts, from what the rooms say to what their pages show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from compute_billing.audit.charges import Charge
from compute_billing.catalogue.bands import window_text
from compute_billing.catalogue.desk import PriceLine
from compute_billing.rating.draft_desk import DraftLine, TenantEffect
from compute_billing.rating.quoting import QuotedSegment
from portal import figures
from portal.figures import MoneyFigure
from portal.tables import Table, TableCell, TableRow, amount, instant, words
from portal.wording import DRAFT_DECISIONS, Text, band_name, price_list_name, worded

# What tells the price list and the time band of a price.
NamedPrice = PriceLine | DraftLine | Charge | QuotedSegment


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftPage:
    """A draft, what it changes, and who may decide."""

    price_list: Text
    card_type: str
    cluster: Text
    band: Text
    valid_from: datetime
    former: str
    proposed: str
    reason: str
    made_at: datetime
    month: date
    tenants: int
    before: MoneyFigure
    after: MoneyFigure
    difference: MoneyFigure
    part: str
    is_dearer: bool
    decision: Text
    decided_at: datetime | None
    newest_url: str
    is_open: bool
    is_own: bool
    approve_url: str
    refuse_url: str
    change_url: str


def list_name(price: NamedPrice) -> Text:
    """Return whom the price list is for."""
    return price_list_name(
        price.price_list, kind=price.list_kind, customer_class=price.customer_class
    )


def list_cell(price: NamedPrice, *, note: Text = "", url: str = "") -> TableCell:
    """Return a cell with whom a price list is for, and its code."""
    name = list_name(price)
    code = "" if price.price_list in str(name) else price.price_list
    return TableCell(text=name, code=code, note=note, url=url)


def band_of(price: NamedPrice) -> Text:
    """Return the time band of a price with its hours."""
    window = window_text(starts_minute=price.band_starts_minute, ends_minute=price.band_ends_minute)
    return band_name(price.band, window=window)


def prices_table(prices: Sequence[PriceLine]) -> Table:
    """Return the prices that hold, or will."""
    return Table(
        name=_("Prices"),
        columns=[
            _("Price list"),
            _("Card type"),
            _("Cluster"),
            _("Time of day"),
            _("Valid from"),
            _("Valid until"),
            _("Yuan per card-hour"),
        ],
        rows=[_price_row(price) for price in prices],
    )


def _price_row(price: PriceLine) -> TableRow:
    exact = price.unit_price_micro
    return TableRow(
        key=f"{price.price_list} {price.card_type} {price.band}",
        cells=[
            list_cell(price),
            words(price.card_type),
            words(price.cluster_name or _("every cluster")),
            words(band_of(price)),
            instant(price.valid_from),
            instant(price.valid_until),
            TableCell(text=_("in tiers") if exact is None else figures.money(exact).short),
        ],
    )


def drafts_table(drafts: Sequence[DraftLine]) -> Table:
    """Return drafts with what they would have changed in all."""
    return Table(
        name=_("Price drafts"),
        columns=[
            _("Draft"),
            _("Card type"),
            _("Time of day"),
            _("Valid from"),
            _("Present"),
            _("Proposed"),
            _("Change of last month"),
            _("State"),
        ],
        rows=[_draft_row(draft) for draft in drafts],
    )


def _draft_row(draft: DraftLine) -> TableRow:
    return TableRow(
        key=str(draft.public_id),
        cells=[
            list_cell(
                draft,
                url=reverse("operator-draft", args=[draft.public_id]),
                note=draft.cluster_name or _("every cluster"),
            ),
            words(draft.card_type),
            words(band_of(draft)),
            instant(draft.valid_from),
            TableCell(text=_former(draft)),
            TableCell(text=figures.money(draft.unit_price_micro).short),
            amount(figures.money(draft.gross_after - draft.gross_before), name="difference"),
            words(worded(DRAFT_DECISIONS, draft.decision or "")),
        ],
    )


def _former(draft: DraftLine) -> str:
    return "–" if draft.former_micro is None else figures.money(draft.former_micro).short


def draft_page(draft: DraftLine, *, user_id: int) -> DraftPage:
    """Return a draft for who looks at it."""
    difference = draft.gross_after - draft.gross_before
    newest = draft.replaced_by
    return DraftPage(
        price_list=list_name(draft),
        card_type=draft.card_type,
        cluster=draft.cluster_name or _("every cluster"),
        band=band_of(draft),
        valid_from=draft.valid_from,
        former=_former(draft),
        proposed=figures.money(draft.unit_price_micro).short,
        reason=draft.reason,
        made_at=draft.made_at,
        month=draft.effect_month,
        tenants=draft.tenants,
        before=figures.money(draft.gross_before),
        after=figures.money(draft.gross_after),
        difference=figures.money(difference),
        part=figures.percent(abs(difference), draft.gross_before),
        is_dearer=difference > 0,
        decision=worded(DRAFT_DECISIONS, draft.decision or ""),
        decided_at=draft.decided_at,
        newest_url="" if newest is None else reverse("operator-draft", args=[newest]),
        is_open=draft.decision is None,
        is_own=draft.maker_id == user_id,
        approve_url=reverse("operator-approve-price", args=[draft.public_id]),
        refuse_url=reverse("operator-refuse-price", args=[draft.public_id]),
        change_url=f"{reverse('operator-propose-price')}?replaces={draft.public_id}",
    )


def effects_table(effects: Sequence[TenantEffect]) -> Table:
    """Return what a draft would have changed for each of some tenants, and for them in all."""
    return Table(
        name=_("Effect by tenant"),
        columns=[
            _("Tenant"),
            _("Card-hours at the new price"),
            _("Gross before"),
            _("Gross after"),
            _("Difference"),
        ],
        rows=[
            _effect_row(
                TableCell(text=effect.tenant_name, code=effect.tenant),
                key=effect.tenant,
                quantity=effect.quantity,
                before=effect.gross_before,
                after=effect.gross_after,
            )
            for effect in effects
        ],
        total=_effect_row(
            TableCell(text=_("Total")),
            key="total",
            quantity=sum(effect.quantity for effect in effects),
            before=sum(effect.gross_before for effect in effects),
            after=sum(effect.gross_after for effect in effects),
        ),
    )


def _effect_row(head: TableCell, *, key: str, quantity: int, before: int, after: int) -> TableRow:
    return TableRow(
        key=key,
        cells=[
            head,
            TableCell(text=figures.card_hours(quantity), figure="card_hours"),
            amount(figures.money(before), name="before"),
            amount(figures.money(after), name="after"),
            amount(figures.money(after - before), name="difference"),
        ],
    )
