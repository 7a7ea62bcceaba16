"""What an operator's key does: sources and their accounts, statements, offers of packages."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import cast
from urllib.parse import quote

from suanji_client import shapes
from suanji_client.connection import Connection, text_of
from suanji_client.values import money_of


class Operating(Connection):
    """The part of the client that is for operators of compute.

    What is decided takes `once`, the Idempotency-Key: the same under it is done once. A new one
    is drawn for each call without it.
    """

    def sources(self) -> Iterator[shapes.Source]:
        """Yield an operator's sources, and how they do."""
        return self._rows("sources")

    def deliveries(self, source: str) -> Iterator[shapes.SourceDelivery]:
        """Yield what a source delivered, the newest first."""
        return self._rows(f"sources/{quote(source)}/deliveries")

    def rejects(
        self, source: str, *, reason: str | None = None, account: str | None = None
    ) -> Iterator[shapes.Reject]:
        """Yield the open rejects of a source."""
        return self._rows(f"sources/{quote(source)}/rejects", reason=reason, account=account)

    def conflicts(
        self, source: str, *, external_id: str | None = None
    ) -> Iterator[shapes.Conflict]:
        """Yield the open conflicts of a source."""
        return self._rows(f"sources/{quote(source)}/conflicts", external_id=external_id)

    def retry_rejects(self, source: str) -> shapes.Retry:
        """Ask for the readable rejects of a source to be tried again; a worker does it."""
        answer = self._post(f"sources/{quote(source)}/retry", None, repeatable=True)
        return cast("shapes.Retry", answer)

    def retry(self, source: str, retry_id: str) -> shapes.Retry:
        """Return how far a retry has come; it is over when `finished_at` is set."""
        place = f"sources/{quote(source)}/retries/{quote(retry_id, safe='')}"
        return cast("shapes.Retry", self._get(place))

    def statements(self, *, month: str | None = None) -> Iterator[shapes.Statement]:
        """Yield an operator's statements, the latest month first."""
        return self._rows("statements", month=month)

    def statement(self, statement_id: str) -> shapes.StatementWithBills:
        """Return a statement with the bills that stand on it."""
        return cast(
            "shapes.StatementWithBills", self._get(f"statements/{quote(statement_id, safe='')}")
        )

    def payouts(self) -> Iterator[shapes.Payout]:
        """Yield what you were paid, the newest first."""
        return self._rows("payouts")

    def payout(self, payout_id: str) -> shapes.PayoutStatement:
        """Return a payout with all that it consists of."""
        return cast("shapes.PayoutStatement", self._get(f"payouts/{quote(payout_id, safe='')}"))

    def open_payout(self) -> shapes.PayoutStatement:
        """Return what you earned since the last payout, and how it stands."""
        return cast("shapes.PayoutStatement", self._get("payouts/open"))

    def connected_account(self) -> shapes.ConnectedAccount:
        """Return your account at Stripe: whether it may be paid, and what Stripe wants to know."""
        return cast("shapes.ConnectedAccount", self._get("connected-account"))

    # Whose the accounts of a source are

    def account_mappings(
        self,
        source: str,
        *,
        account: str | None = None,
        tenant: str | None = None,
        at: datetime | None = None,
    ) -> Iterator[shapes.AccountMapping]:
        """Yield whose the accounts of a source are, by account; at an instant, or at any time."""
        place = f"sources/{quote(source)}/account-mappings"
        return self._rows(place, account=account, tenant=tenant, at=at)

    def map_account(
        self,
        source: str,
        account: str,
        *,
        tenant: str,
        project: str | None = None,
        valid_from: datetime | None = None,
        valid_until: datetime | None = None,
        once: str | None = None,
    ) -> shapes.AccountMapping:
        """Say whose an account is, for use that starts from an instant and before another."""
        times = {"valid_from": valid_from, "valid_until": valid_until}
        named = {"account": account, "tenant": tenant}
        body = named | {name: text_of(at) for name, at in times.items() if at is not None}
        if project is not None:
            body["project"] = project
        place = f"sources/{quote(source)}/account-mappings"
        return cast("shapes.AccountMapping", self._post_once(place, body, once=once))

    def end_mapping(
        self, source: str, account: str, *, tenant: str, at: datetime, once: str | None = None
    ) -> shapes.AccountMapping:
        """End a tenant's mapping that holds at an instant: from then on the account is nobody's."""
        body = {"account": account, "tenant": tenant, "at": text_of(at)}
        place = f"sources/{quote(source)}/account-mappings/end"
        return cast("shapes.AccountMapping", self._post_once(place, body, once=once))

    # What is sold: prices of the own lists, packages

    def list_prices(
        self, *, price_list: str | None = None, card_type: str | None = None
    ) -> Iterator[shapes.ListPrice]:
        """Yield the prices of the own lists that hold now or will."""
        return self._rows("list-prices", price_list=price_list, card_type=card_type)

    def package_offer_drafts(
        self, *, state: str | None = None, cluster: str | None = None, card_type: str | None = None
    ) -> Iterator[shapes.PackageOfferDraft]:
        """Yield proposed offers, the newest first; those of state `open` wait for somebody."""
        return self._rows("package-offer-drafts", state=state, cluster=cluster, card_type=card_type)

    def propose_package_offer(
        self,
        *,
        cluster: str,
        card_type: str,
        term_kind: str,
        price: str,
        tax_class: str,
        valid_from: datetime,
        cards_min: int = 1,
        fee_rate: str = "0",
        once: str | None = None,
    ) -> shapes.PackageOfferDraft:
        """Propose an offer at a price in yuan a card and month; another person approves it."""
        body = {
            "cluster": cluster,
            "card_type": card_type,
            "term_kind": term_kind,
            "price": money_of(price),
            "tax_class": tax_class,
            "valid_from": text_of(valid_from),
            "cards_min": cards_min,
            "fee_rate": fee_rate,
        }
        answer = self._post_once("package-offer-drafts", body, once=once)
        return cast("shapes.PackageOfferDraft", answer)

    def withdraw_package_offer(
        self, draft_id: str, *, once: str | None = None
    ) -> shapes.PackageOfferDraft:
        """Take a proposed offer back."""
        place = f"package-offer-drafts/{quote(draft_id, safe='')}/withdraw"
        return cast("shapes.PackageOfferDraft", self._post_once(place, None, once=once))

    def package_sales(self) -> Iterator[shapes.PackageSale]:
        """Yield the packages on the own clusters that are not over, by their end."""
        return self._rows("package-sales")

    def package_capacity(self) -> Iterator[shapes.CapacityMonth]:
        """Yield by month how many cards may be sold as packages, and how many are free."""
        return self._rows("package-capacity")

    def set_package_capacity(
        self,
        *,
        cluster: str,
        card_type: str,
        starts_on: date,
        ends_on: date,
        cards: int,
        once: str | None = None,
    ) -> shapes.Capacity:
        """Say how many cards may be sold as packages from a day up to, not including, another."""
        body = {
            "cluster": cluster,
            "card_type": card_type,
            "starts_on": starts_on.isoformat(),
            "ends_on": ends_on.isoformat(),
            "cards": cards,
        }
        return cast("shapes.Capacity", self._post_once("package-capacity", body, once=once))
