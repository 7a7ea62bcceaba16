"""The client: a method for each thing that the API does."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import httpx

from suanji_client import shapes
from suanji_client.sending import Patience, send

PREFIX = "/api/v1/"
Row = Mapping[str, Any]


class Client:
    """Speaks for one key, which acts for one organisation; safe to use from one thread.

    Filters that are None are not sent. Instants need a time zone.
    """

    def __init__(
        self,
        address: str,
        *,
        key: str,
        timeout_seconds: float = 30.0,
        patience: Patience | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        """Take where the service is and the key; nothing is sent yet."""
        self._patience = patience or Patience()
        self._http = httpx.Client(
            base_url=address,
            headers={"Authorization": f"Bearer {key}", "Accept": "application/json"},
            timeout=timeout_seconds,
            transport=transport,
        )

    def __enter__(self) -> Self:
        """Return itself; leaving the block closes its connections."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

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

    def invoices(self, *, month: str | None = None) -> Iterator[shapes.Invoice]:
        """Yield bills, the latest month first."""
        return self._rows("invoices", month=month)

    def invoice(self, invoice_id: str) -> shapes.InvoiceWithLines:
        """Return a bill with its taxes and lines."""
        return cast("shapes.InvoiceWithLines", self._get(f"invoices/{quote(invoice_id, safe='')}"))

    def months(self) -> Iterator[shapes.Month]:
        """Yield billing months, the latest first."""
        return self._rows("months")

    def awards(self) -> Iterator[shapes.Award]:
        """Yield subsidy awards with what is left of each."""
        return self._rows("awards")

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

    # An operator's

    def sources(self) -> Iterator[shapes.Source]:
        """Yield an operator's sources, and how they do."""
        return self._rows("sources")

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
            "expires_at": None if expires_at is None else _text(expires_at),
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

    # How

    def _rows(self, address: str, **filters: Any) -> Iterator[Any]:
        cursor: str | None = None
        while True:
            answer = self._get(address, **filters, cursor=cursor)
            yield from answer["data"]
            cursor = answer["next_cursor"]
            if cursor is None:
                return

    def _get(self, address: str, **query: Any) -> Any:
        request = self._http.build_request("GET", PREFIX + address, params=_sent(query))
        return self._send(request, repeatable=True)

    def _post(self, address: str, body: Any, *, repeatable: bool, **query: Any) -> Any:
        request = self._http.build_request(
            "POST", PREFIX + address, params=_sent(query), json={} if body is None else body
        )
        return self._send(request, repeatable=repeatable)

    def _send(self, request: httpx.Request, *, repeatable: bool) -> Any:
        response = send(self._http, request, repeatable=repeatable, patience=self._patience)
        return response.json()


def _sent(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: _text(value) for name, value in query.items() if value is not None}


def _text(value: object) -> str:
    if not isinstance(value, datetime):
        return str(value)
    if value.tzinfo is None:
        message = f"{value} has no time zone: an instant needs one."
        raise ValueError(message)
    return value.isoformat()
