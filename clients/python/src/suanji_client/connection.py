"""The connection: requests with the key, pages that are walked, what is sent twice."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

import httpx

from suanji_client.sending import Patience, send

PREFIX = "/api/v1/"
ONCE = "Idempotency-Key"


class Connection:
    """Speaks for one key; safe to use from one thread."""

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

    def _post_once(self, address: str, body: Any, *, once: str | None) -> Any:
        """Send what is done once for each key; a key is drawn where none is said."""
        request = self._http.build_request(
            "POST",
            PREFIX + address,
            json={} if body is None else body,
            headers={ONCE: once or uuid4().hex},
        )
        return self._send(request, repeatable=True)

    def _send(self, request: httpx.Request, *, repeatable: bool) -> Any:
        response = send(self._http, request, repeatable=repeatable, patience=self._patience)
        return response.json()


def _sent(query: Mapping[str, Any]) -> dict[str, str]:
    return {name: text_of(value) for name, value in query.items() if value is not None}


def text_of(value: object) -> str:
    """Return a value as it is sent; an instant names its offset."""
    if not isinstance(value, datetime):
        return str(value)
    if value.tzinfo is None:
        message = f"{value} has no time zone: an instant needs one."
        raise ValueError(message)
    return value.isoformat()
