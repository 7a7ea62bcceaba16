"""A sandbox with something in everything that a sandbox can have, every text of it marked.

Only what its own keys can do over HTTP, and what workers do with it, is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.test import Client

from accounts.events.relay import relay
from accounts.events.vocabulary import EventKind
from accounts.keys.rights import SANDBOX_SCOPES
from accounts.models import Organisation, User
from compute_billing.metering import operations as metering
from compute_billing.rating import operations as rating
from compute_billing.sandboxes.queries import Sandbox
from kernel.clock import utc_now
from tests.builders.sandboxes import client_with, open_sandbox, report, sandbox_key
from tests.builders.webhooks import PUBLIC_URL

MARK: Final = "zzmark"
JSON: Final = "application/json"
# Use of 8 cards for an hour in each of three months, the first two of which are closed.
MONTHS: Final = ("2026-09", "2026-10", "2026-11")
Parameters = dict[str, object]


@dataclass(frozen=True, kw_only=True)
class SandboxWorld:
    """A sandbox, a key of it with every scope, and what its addresses name."""

    sandbox: Sandbox
    itself: Organisation
    key: str
    client: Client
    objects: dict[str, Parameters]

    @property
    def marks(self) -> tuple[str, ...]:
        """Return what no page of anybody else may say."""
        return (MARK, self.sandbox.code, str(self.sandbox.public_id))


def make_sandbox_world(
    parent: Organisation, *, card_type: str, owner: User | None = None
) -> SandboxWorld:
    """Switch a sandbox on and live three months in it."""
    sandbox = open_sandbox(parent)
    key = sandbox_key(parent, scopes=sorted(SANDBOX_SCOPES), name=f"{MARK} key", owner=owner)
    made = SandboxWorld(
        sandbox=sandbox,
        itself=Organisation.objects.get(pk=sandbox.organisation_id),
        key=key,
        client=client_with(key),
        objects={},
    )
    made.objects.update(_endpoints(made))
    for month in MONTHS:
        _live_through(made, month, card_type=card_type)
    made.objects.update(_decided(made, card_type=card_type))
    made.objects.update(_held(made, card_type=card_type))
    made.objects.update(_doubted(made))
    made.objects.update(_listed(made))
    relay(now=utc_now())
    return made


def ask(made: SandboxWorld, address: str, **query: str) -> Any:
    """Return what the sandbox's key is told."""
    answer = made.client.get(f"/api/v1/{address}", query)
    assert answer.status_code == 200, (address, answer.content)
    return answer.json()


def send(made: SandboxWorld, address: str, body: Any = None, *, once: str = "") -> Any:
    """Return what the sandbox's key is answered."""
    headers = {"idempotency-key": f"{MARK} {once or address}"}
    answer = made.client.post(f"/api/v1/{address}", body or {}, content_type=JSON, headers=headers)
    assert answer.status_code < 300, (address, answer.content)
    return answer.json()


def _live_through(made: SandboxWorld, month: str, *, card_type: str) -> None:
    """Report use, a correction of the month before, what is refused; close what is over."""
    use = {
        "card_type": card_type,
        "started_at": f"{month}-05T09:00:00+08:00",
        "ended_at": f"{month}-05T10:00:00+08:00",
    }
    records = [
        {"external_id": f"{MARK}-{month}", "allocation": f"{MARK}-{month}", **use},
        {
            "external_id": f"{MARK}-{month}-demo",
            "account": made.sandbox.project_account,
            **use,
        },
        {"external_id": f"{MARK}-{month}-lost", "account": f"{MARK}-nobody", **use},
        # More than the play money pays for: the rest is owed.
        {"external_id": f"{MARK}-{month}-large", "cards": "20000", **use},
    ]
    if month != MONTHS[0]:
        before = MONTHS[MONTHS.index(month) - 1]
        records.append(_taken_back(before, card_type=card_type))
    report(made.client, made.sandbox, *records)
    list(rating.rate_all(now=utc_now(), tenant_id=made.itself.pk))
    if month != MONTHS[-1]:
        send(made, "sandbox/close", {"month": month})


def _taken_back(month: str, *, card_type: str) -> dict[str, str]:
    """Return half an hour of a billed job, taken back: a credit note follows."""
    return {
        "external_id": f"{MARK}-{month}-back",
        "corrects": f"{MARK}-{month}",
        "card_type": card_type,
        "quantity_card_seconds": "-14400",
        "started_at": f"{month}-05T09:30:00+08:00",
        "ended_at": f"{month}-05T10:00:00+08:00",
    }


def _decided(made: SandboxWorld, *, card_type: str) -> dict[str, Parameters]:
    """Let two reports differ from what was said before, decide on one, state totals, retry."""
    code = made.sandbox.source
    for month in MONTHS[:2]:
        other = {"external_id": f"{MARK}-{month}-demo", "cards": "4", "card_type": card_type}
        report(made.client, made.sandbox, other)
    conflicts = [one["id"] for one in ask(made, f"sources/{code}/conflicts")["data"]]
    why = {"decision": "kept", "reason": f"{MARK} reason"}
    send(made, f"sources/{code}/conflicts/{conflicts[0]}/decision", why)
    stated = {"account": made.sandbox.account, "card_seconds": "3600"}
    totals = send(made, f"sources/{code}/totals", {"month": "2026-10", "accounts": [stated]})
    place = f"sources/{code}/totals/{totals['totals']['id']}"
    seen = totals["differences"][0]
    names = ("tenant", "stated_card_seconds", "recorded_card_seconds")
    send(made, f"{place}/explanations", {**{n: seen[n] for n in names}, "reason": MARK})
    retry = send(made, f"sources/{code}/retry")
    metering.work_on_retry(now=utc_now())
    return {
        "source-rejects": {"code": code},
        "source-conflicts": {"code": code},
        "source-conflict": {"code": code, "conflict_id": conflicts[1]},
        "source-totals-list": {"code": code},
        "source-totals": {"code": code, "totals_id": totals["totals"]["id"]},
        "source-retry-detail": {"code": code, "retry_id": retry["id"]},
        "operator-totals": {"totals_id": totals["totals"]["id"]},
        "operator-retry": {"retry_id": retry["id"]},
    }


def _held(made: SandboxWorld, *, card_type: str) -> dict[str, Parameters]:
    """Put more play money in, hold some, and leave use that nobody has rated."""
    send(made, "sandbox/top-ups", {"amount": "900000"})
    starts_at = utc_now() + timedelta(days=1)
    hold = send(
        made,
        "holds",
        {
            "source": made.sandbox.source,
            "account": made.sandbox.account,
            "allocation": f"{MARK}-next",
            "cards": "2",
            "card_type": card_type,
            "starts_at": starts_at.isoformat(),
            "until": (starts_at + timedelta(hours=1)).isoformat(),
            "reference": f"{MARK}-hold",
        },
    )
    _run_out_of_money(made, card_type=card_type)
    use = {"external_id": f"{MARK}-waiting", "card_type": card_type}
    times = {"started_at": "2026-11-06T09:00:00+08:00", "ended_at": "2026-11-06T10:00:00+08:00"}
    delivered = report(made.client, made.sandbox, {**use, **times}).json()
    return {
        "hold": {"hold_id": hold["id"]},
        "usage-import": {"import_id": delivered["import_id"]},
    }


def _run_out_of_money(made: SandboxWorld, *, card_type: str) -> None:
    """Let a running job ask for more than there is."""
    begun = utc_now() - timedelta(minutes=1)
    job = {
        "source": made.sandbox.source,
        "account": made.sandbox.account,
        "allocation": f"{MARK}-long",
        "cards": "8",
        "card_type": card_type,
        "starts_at": begun.isoformat(),
        "until": (begun + timedelta(hours=1)).isoformat(),
        "reference": f"{MARK}-long",
    }
    hold = send(made, "holds", job, once="long")
    made.client.post(
        f"/api/v1/holds/{hold['id']}/extend",
        {"until": (begun + timedelta(days=365)).isoformat()},
        content_type="application/json",
        headers={"idempotency-key": f"{MARK}-long"},
    )


def _doubted(made: SandboxWorld) -> dict[str, Parameters]:
    """Mean to spend less than was spent, and doubt a record of the last month."""
    body = {
        "name": f"{MARK} budget",
        "kind": "monthly",
        "first_month": MONTHS[-1],
        "amount": {"amount": "1"},
    }
    budget = send(made, "budgets", body)
    records = ask(made, "usage/records", limit="100")["data"]
    plain = f"{MARK}-{MONTHS[-1]}"
    record = next(one["id"] for one in records if one["external_id"] == plain)
    doubt = {"record": record, "reason": "other", "words": f"{MARK} doubt"}
    dispute = send(made, "usage/disputes", doubt)
    return {
        "api-budget": {"budget_id": budget["id"]},
        "usage-dispute": {"dispute_id": dispute["id"]},
    }


def _endpoints(made: SandboxWorld) -> dict[str, Parameters]:
    """Let an endpoint hear everything, and try it."""
    real_alone = ("member.", "verification.", EventKind.PING)
    kinds = sorted(kind for kind in EventKind if not kind.startswith(real_alone))
    body = {"url": f"{PUBLIC_URL}/{MARK}", "description": f"{MARK} hook", "kinds": kinds}
    told = send(made, "webhooks/endpoints", body)
    endpoint = told["endpoint"]["id"]
    send(made, f"webhooks/endpoints/{endpoint}/ping")
    return {
        "webhook-endpoint": {"endpoint_id": endpoint},
        "webhook": {"code": made.sandbox.code, "endpoint_id": endpoint},
    }


def _listed(made: SandboxWorld) -> dict[str, Parameters]:
    """Name what came of it: a record, a bill, an entry of the log, the pages of the sandbox."""
    record = ask(made, "usage/records")["data"][0]["id"]
    bill = ask(made, "invoices")["data"][0]["id"]
    entry = ask(made, "audit")["data"][0]["id"]
    rejected = ask(made, f"sources/{made.sandbox.source}/rejects")["data"][0]
    code = {"code": made.sandbox.code}
    return {
        "usage-record": {"record_id": record},
        "usage-why": {"record_id": record},
        "invoice": {"invoice_id": bill},
        "invoice-document": {"invoice_id": bill},
        "bill": {"bill_id": bill},
        "bill-document": {"bill_id": bill, "language": "zh"},
        "audit-entry": {"entry_id": entry},
        "organisation-audit-entry": {**code, "entry_id": entry},
        "operator-reject": {
            "import_id": rejected["import_id"],
            "position": rejected["position"],
        },
        **dict.fromkeys(
            ("organisation-keys", "own-sandbox", "webhooks", "organisation-audit"), code
        ),
    }
