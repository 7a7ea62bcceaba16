"""The client: what tenants and operators of compute read, and most of what they decide.

Usage and its disputes, money, budgets, bills and e-invoices, prices, keys, people, the log of
decisions, webhooks; of operators sources, mappings, offers of packages, statements, payouts, bank,
cash, funds and clusters. Without a method are top-ups, holds, buying packages, price drafts,
decisions on conflicts, totals, claims, the sandbox and the marketplace: send those by HTTP.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from urllib.parse import quote

from suanji_client import shapes
from suanji_client.connection import PREFIX, text_of
from suanji_client.disputing import Disputing
from suanji_client.keeping import Keeping
from suanji_client.operating import Operating

Row = Mapping[str, Any]


class Client(Operating, Keeping, Disputing):
    """Speaks for one key, which acts for one organisation; safe to use from one thread.

    Filters that are None are not sent. Instants need a time zone.
    """

    # Usage

    def usage_records(
        self,
        *,
        started_from: datetime | None = None,
        started_until: datetime | None = None,
        source: str | None = None,
        external_id: str | None = None,
        project: str | None = None,
        cluster: str | None = None,
        card_type: str | None = None,
    ) -> Iterator[shapes.Usage]:
        """Yield usage by its start, from `started_from` on and before `started_until`."""
        return self._rows(
            "usage/records",
            started_from=started_from,
            started_until=started_until,
            source=source,
            external_id=external_id,
            project=project,
            cluster=cluster,
            card_type=card_type,
        )

    def usage_record(self, record_id: str) -> shapes.ExplainedUsage:
        """Return a record, and why it costs what it costs."""
        return cast(
            "shapes.ExplainedUsage", self._get(f"usage/records/{quote(record_id, safe='')}")
        )

    def report_usage(self, records: Iterable[Row], *, source: str) -> shapes.BatchStatus:
        """Report up to 10,000 records of an operator's source; each gets a status of its own."""
        body = {"records": list(records)}
        return cast(
            "shapes.BatchStatus", self._post("usage/records", body, source=source, repeatable=True)
        )

    def usage_import(self, import_id: str) -> shapes.Delivery:
        """Return what became of a delivery."""
        return cast("shapes.Delivery", self._get(f"usage/imports/{quote(import_id, safe='')}"))

    # Money

    def charges(
        self,
        *,
        booked_month: str | None = None,
        usage_month: str | None = None,
        project: str | None = None,
        card_type: str | None = None,
    ) -> Iterator[shapes.Charge]:
        """Yield charges in the order in which they were made; a month is written 2026-10."""
        return self._rows(
            "charges",
            booked_month=booked_month,
            usage_month=usage_month,
            project=project,
            card_type=card_type,
        )

    def balance(self, *, at: datetime | None = None) -> shapes.Balance:
        """Return what may be spent, of the lots that are valid at an instant, and what is owed."""
        return cast("shapes.Balance", self._get("balance", at=at))

    def lots(
        self, *, stage: str | None = None, valid_at: datetime | None = None
    ) -> Iterator[shapes.Lot]:
        """Yield lots with what is left of each, by their beginning."""
        return self._rows("lots", stage=stage, valid_at=valid_at)

    def arrears(self) -> shapes.Arrears:
        """Return what is owed, by cause."""
        return cast("shapes.Arrears", self._get("arrears"))

    def budgets(self) -> Iterator[shapes.Budget]:
        """Yield budgets, the newest first, with what is spent and held of each."""
        return self._rows("budgets")

    def budget(self, budget_id: str) -> shapes.Budget:
        """Return a budget."""
        return cast("shapes.Budget", self._get(f"budgets/{quote(budget_id, safe='')}"))

    def create_budget(self, budget: Row, *, once: str | None = None) -> shapes.Budget:
        """Make a budget of a `name`, `kind`, `first_month`, `amount`, and what else it says."""
        return cast("shapes.Budget", self._post_once("budgets", dict(budget), once=once))

    def end_budget(self, budget_id: str, *, once: str | None = None) -> shapes.Budget:
        """End a budget: it limits and tells nothing any more."""
        address = f"budgets/{quote(budget_id, safe='')}/end"
        return cast("shapes.Budget", self._post_once(address, None, once=once))

    def invoices(self, *, month: str | None = None) -> Iterator[shapes.Invoice]:
        """Yield bills, the latest month first."""
        return self._rows("invoices", month=month)

    def invoice(self, invoice_id: str) -> shapes.InvoiceWithLines:
        """Return a bill with its taxes and lines."""
        return cast("shapes.InvoiceWithLines", self._get(f"invoices/{quote(invoice_id, safe='')}"))

    def invoice_titles(self) -> list[shapes.InvoiceTitle]:
        """Return the title book, the default first."""
        return cast("list[shapes.InvoiceTitle]", self._get("invoice-titles")["data"])

    def add_invoice_title(self, **said: str) -> shapes.InvoiceTitle:
        """Add a title: name, uscc, address, phone, bank, bank_account, email, mobile."""
        return cast("shapes.InvoiceTitle", self._post("invoice-titles", said, repeatable=False))

    def change_invoice_title(self, title_id: str, **said: str) -> shapes.InvoiceTitle:
        """Let a title say something else from now on; what is not said is empty."""
        address = f"invoice-titles/{quote(title_id, safe='')}"
        return cast("shapes.InvoiceTitle", self._post(address, said, repeatable=True))

    def einvoices(self, *, state: str | None = None) -> Iterator[shapes.EInvoice]:
        """Yield e-invoices (数电票), the newest request first."""
        return self._rows("e-invoices", state=state)

    def einvoice(self, einvoice_id: str) -> shapes.EInvoiceWithLines:
        """Return an e-invoice with its lines."""
        address = f"e-invoices/{quote(einvoice_id, safe='')}"
        return cast("shapes.EInvoiceWithLines", self._get(address))

    def request_einvoice(
        self,
        invoice_ids: Sequence[str],
        *,
        kind: str,
        title_id: str,
        remarks: str = "",
        once: str | None = None,
    ) -> shapes.EInvoice:
        """Ask for the "special" or "ordinary" e-invoice of bills of one issuer."""
        body = {"invoices": list(invoice_ids), "kind": kind, "title": title_id}
        body |= {"remarks": remarks} if remarks else {}
        return cast("shapes.EInvoice", self._post_once("e-invoices", body, once=once))

    def withdraw_einvoice(self, einvoice_id: str) -> shapes.EInvoice:
        """Take a request back before it is handed to the tax bureau."""
        address = f"e-invoices/{quote(einvoice_id, safe='')}/withdrawal"
        return cast("shapes.EInvoice", self._post(address, None, repeatable=False))

    def months(self) -> Iterator[shapes.Month]:
        """Yield billing months, the latest first."""
        return self._rows("months")

    def awards(self) -> Iterator[shapes.Award]:
        """Yield subsidy awards with what is left of each."""
        return self._rows("awards")

    def quote_use(
        self,
        *,
        cards: str,
        duration_seconds: int,
        starts_at: datetime | None = None,
        cluster: str | None = None,
        card_type: str | None = None,
        project: str | None = None,
    ) -> shapes.Quote:
        """Return what use would cost and who would pay; nothing of it is kept."""
        words = {
            "cluster": cluster,
            "card_type": card_type,
            "project": project,
            "starts_at": None if starts_at is None else text_of(starts_at),
        }
        body = {name: word for name, word in words.items() if word is not None}
        use = {"cards": cards, "duration_seconds": duration_seconds, **body}
        return cast("shapes.Quote", self._post("quotes", use, repeatable=True))

    # Catalogue

    def prices(
        self,
        *,
        at: datetime | None = None,
        card_type: str | None = None,
        price_list: str | None = None,
    ) -> Iterator[shapes.Price]:
        """Yield the prices that are valid at an instant; now without one."""
        return self._rows("prices", at=at, card_type=card_type, price_list=price_list)

    def projects(self) -> Iterator[shapes.Project]:
        """Yield the own projects."""
        return self._rows("projects")

    # Keys

    def keys(self) -> Iterator[shapes.Key]:
        """Yield the organisation's keys, the newest first."""
        return self._rows("keys")

    def create_key(
        self, name: str, *, scopes: Sequence[str], expires_at: datetime | None = None
    ) -> shapes.IssuedKey:
        """Make a key; its secret is in this answer alone."""
        body = {
            "name": name,
            "scopes": list(scopes),
            "expires_at": None if expires_at is None else text_of(expires_at),
        }
        return cast("shapes.IssuedKey", self._post("keys", body, repeatable=False))

    def rotate_key(self, key_id: str, *, overlap_seconds: int = 86_400) -> shapes.IssuedKey:
        """Make a key like this one, which ends after the overlap."""
        body = {"overlap_seconds": overlap_seconds}
        answer = self._post(f"keys/{quote(key_id, safe='')}/rotate", body, repeatable=False)
        return cast("shapes.IssuedKey", answer)

    def revoke_key(self, key_id: str) -> shapes.Key:
        """End a key at once."""
        answer = self._post(f"keys/{quote(key_id, safe='')}/revoke", None, repeatable=True)
        return cast("shapes.Key", answer)

    # People and decisions

    def organisation(self) -> shapes.Organisation:
        """Return the organisation that the key acts for."""
        return cast("shapes.Organisation", self._get("organisation"))

    def members(self) -> Iterator[shapes.Member]:
        """Yield the organisation's people by address."""
        return self._rows("members")

    def verification(self) -> shapes.Verification:
        """Return what the organisation is verified as, and where its newest case stands."""
        return cast("shapes.Verification", self._get("verification"))

    def change_member_role(self, member_id: str, *, role: str, new_role: str) -> shapes.Member:
        """Give a member another role in place of one; no key makes or unmakes an owner."""
        body = {"role": role, "new_role": new_role}
        address = f"members/{quote(member_id, safe='')}/role"
        return cast("shapes.Member", self._post(address, body, repeatable=False))

    def end_member_role(self, member_id: str, *, role: str) -> shapes.Member:
        """End a role of a member."""
        address = f"members/{quote(member_id, safe='')}/end"
        return cast("shapes.Member", self._post(address, {"role": role}, repeatable=False))

    def invitations(self) -> Iterator[shapes.Invitation]:
        """Yield the open invitations, the newest first."""
        return self._rows("invitations")

    def invite(self, email: str, *, role: str) -> shapes.IssuedInvitation:
        """Offer a role; its link is sent to the address, and told in this answer alone."""
        body = {"email": email, "role": role}
        answer = self._post("invitations", body, repeatable=False)
        return cast("shapes.IssuedInvitation", answer)

    def revoke_invitation(self, invitation_id: str) -> shapes.Revoked:
        """Take an open invitation back."""
        address = f"invitations/{quote(invitation_id, safe='')}/revoke"
        return cast("shapes.Revoked", self._post(address, None, repeatable=False))

    def decisions(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        object_type: str | None = None,
        object_id: str | None = None,
        recorded_from: datetime | None = None,
        recorded_until: datetime | None = None,
    ) -> Iterator[shapes.Decision]:
        """Yield the log of decisions on the organisation, the newest first."""
        return self._rows(
            "audit",
            actor=actor,
            action=action,
            object_type=object_type,
            object_id=object_id,
            recorded_from=recorded_from,
            recorded_until=recorded_until,
        )

    # Webhooks

    def webhook_endpoints(self) -> Iterator[shapes.WebhookEndpoint]:
        """Yield the organisation's webhook endpoints, the newest first."""
        return self._rows("webhooks/endpoints")

    def create_webhook_endpoint(
        self, url: str, *, kinds: Sequence[str] = (), description: str = ""
    ) -> shapes.IssuedWebhookEndpoint:
        """Make an endpoint for kinds of events (all without any); its secret is told here alone."""
        body = {"url": url, "kinds": list(kinds), "description": description}
        answer = self._post("webhooks/endpoints", body, repeatable=False)
        return cast("shapes.IssuedWebhookEndpoint", answer)

    def change_webhook_endpoint(self, endpoint_id: str, **changes: Any) -> shapes.WebhookEndpoint:
        """Change `url`, `kinds`, `description` or `enabled`; what is not named stays."""
        request = self._http.build_request("PATCH", _endpoint(endpoint_id), json=changes)
        return cast("shapes.WebhookEndpoint", self._send(request, repeatable=True))

    def delete_webhook_endpoint(self, endpoint_id: str) -> shapes.WebhookEndpoint:
        """Delete an endpoint, and return it as it was."""
        request = self._http.build_request("DELETE", _endpoint(endpoint_id))
        return cast("shapes.WebhookEndpoint", self._send(request, repeatable=False))

    def rotate_webhook_secret(
        self, endpoint_id: str, *, overlap_seconds: int = 86_400
    ) -> shapes.IssuedWebhookEndpoint:
        """Make a new secret; the old one signs as well until the overlap ends."""
        address = f"webhooks/endpoints/{quote(endpoint_id, safe='')}/rotate"
        answer = self._post(address, {"overlap_seconds": overlap_seconds}, repeatable=False)
        return cast("shapes.IssuedWebhookEndpoint", answer)

    def ping_webhook(self, endpoint_id: str) -> shapes.WebhookDelivery:
        """Send a ping to an endpoint; its delivery tells what became of it."""
        address = f"webhooks/endpoints/{quote(endpoint_id, safe='')}/ping"
        return cast("shapes.WebhookDelivery", self._post(address, None, repeatable=False))

    def webhook_deliveries(
        self, *, endpoint: str | None = None, state: str | None = None
    ) -> Iterator[shapes.WebhookDelivery]:
        """Yield deliveries, the newest first; those of state `dead` are the dead letters."""
        return self._rows("webhooks/deliveries", endpoint=endpoint, state=state)

    def webhook_attempts(self, delivery_id: str) -> Iterator[shapes.WebhookAttempt]:
        """Yield the attempts of a delivery, the newest first."""
        return self._rows(f"webhooks/deliveries/{quote(delivery_id, safe='')}/attempts")

    def redeliver_webhook(self, delivery_id: str) -> shapes.WebhookDelivery:
        """Send an event again, under the same webhook-id."""
        address = f"webhooks/deliveries/{quote(delivery_id, safe='')}/redeliver"
        return cast("shapes.WebhookDelivery", self._post(address, None, repeatable=False))


def _endpoint(endpoint_id: str) -> str:
    return f"{PREFIX}webhooks/endpoints/{quote(endpoint_id, safe='')}"
