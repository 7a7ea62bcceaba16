"""Whatever is tried in a sandbox, in any order: nothing real differs by one micro-yuan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from accounts.models import Organisation
from compute_billing.audit import queries as audit
from compute_billing.rating import operations as rating
from compute_billing.sandboxes import operations as sandboxes
from kernel.audit import Actor
from kernel.clock import utc_now
from kernel.money import Money
from kernel.sql import row, rows
from tests.builders.market import YUAN
from tests.builders.sandboxes import client_with, open_sandbox, report, sandbox_key
from tests.builders.world import World, make_world

pytestmark = pytest.mark.django_db

MONTHS = (date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1))
PLAY_MICRO = 100_000 * YUAN
# Everything with an owner or an account, and the row as a whole: an amount that differs by one
# micro-yuan is another row.
OWNED = """
    SELECT class.relname AS table_name, min(attribute.attname::text) AS column_name
    FROM pg_class class
    JOIN pg_attribute attribute ON attribute.attrelid = class.oid
        AND attribute.attname IN ('tenant_id', 'issuer_id', 'account_id', 'source_account_id',
            'claimant_id', 'operator_id')
        AND attribute.atttypid = 'bigint'::regtype
    WHERE class.relnamespace = 'public'::regnamespace AND class.relkind IN ('r', 'p')
        AND NOT class.relispartition AND class.relname ~
            '^(ledger|rating|invoices|metering|settlement|subsidies|payments|bank|packages)_'
    GROUP BY class.relname ORDER BY class.relname
"""
LEFT = """
    SELECT
        coalesce((SELECT sum(b.posted) FROM ledger_balance b JOIN ledger_account a
            ON a.id = b.account_id WHERE a.owner_id = %(id)s AND a.kind = 'paid'), 0)::bigint
            AS paid,
        coalesce((SELECT sum(s.amount) FROM rating_charge_share s
            WHERE s.tenant_id = %(id)s AND s.payer_kind IN ('paid', 'arrears')), 0)::bigint
            AS borne,
        coalesce((SELECT sum(c.gross) FROM rating_charge c
            WHERE c.tenant_id = %(id)s), 0)::bigint AS gross
"""


def real_rows() -> dict[str, tuple[int, str]]:
    """Return how many real rows each table has, and a hash of them all."""
    return {
        table["table_name"]: tuple(
            row(
                f"SELECT count(*) AS n, coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '')"
                f" AS hash FROM {table['table_name']} t WHERE {table['column_name']} > 0"
            ).values()
        )
        for table in rows(OWNED)
    }


@dataclass
class Player:
    """Somebody who tries things in the sandbox of an organisation."""

    organisation: Organisation
    numbers: Iterator[int] = field(default_factory=lambda: count(1))
    topped_up: int = 0

    def __post_init__(self) -> None:
        """Switch the sandbox on."""
        self.sandbox = open_sandbox(self.organisation)
        self.client = client_with(sandbox_key(self.organisation))

    def top_up(self, fen: int) -> None:
        sandboxes.top_up_sandbox(
            organisation_id=self.organisation.pk,
            amount=Money(fen * 10_000),
            actor=Actor.system(),
            now=utc_now(),
        )
        self.topped_up += fen * 10_000

    def use(self, cards: int, month: date) -> None:
        number = next(self.numbers)
        answer = report(
            self.client,
            self.sandbox,
            {
                "external_id": f"try-{number}",
                "cards": str(cards),
                "started_at": f"{month.isoformat()}T09:00:00+08:00",
                "ended_at": f"{month.isoformat()}T10:17:00+08:00",
            },
        )
        assert answer.json()["accepted"] == 1

    def rate(self) -> None:
        list(rating.rate_all(now=utc_now(), tenant_id=self.sandbox.organisation_id))

    def close(self, month: date) -> None:
        sandboxes.close_sandbox_month(
            organisation_id=self.organisation.pk, month=month, now=utc_now()
        )

    def reset(self) -> None:
        self.sandbox = sandboxes.reset_sandbox(
            organisation_id=self.organisation.pk, actor=Actor.system(), now=utc_now()
        )
        self.topped_up = 0

    def spent(self) -> dict[str, Any]:
        found = row(LEFT, id=self.sandbox.organisation_id)
        assert found is not None
        return found


STEPS: st.SearchStrategy[Callable[[Player], None]] = st.one_of(
    st.integers(1, 10_000_000).map(lambda fen: lambda player: player.top_up(fen)),
    st.tuples(st.integers(1, 40_000), st.sampled_from(MONTHS)).map(
        lambda use: lambda player: player.use(*use)
    ),
    st.just(Player.rate),
    st.sampled_from(MONTHS).map(lambda month: lambda player: player.close(month)),
    st.just(Player.reset),
)


@pytest.fixture
def played(db) -> tuple[World, Player, dict[str, tuple[int, str]]]:
    world = make_world()
    player = Player(world.alpha)
    return world, player, real_rows()


@hypothesis_settings(
    max_examples=15,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, max_size=12))
def test_nothing_that_is_tried_is_ever_real(played, steps) -> None:
    # given a settled real world, and the sandbox of a tenant that has money, awards and bills
    _, player, before = played
    # when anything is tried in any order
    for step in steps:
        step(player)
    # then every real row is as it was
    assert real_rows() == before
    # and play money is what came in less what was used
    spent = player.spent()
    assert spent["borne"] == spent["gross"]
    owed = spent["gross"] - (PLAY_MICRO + player.topped_up - spent["paid"])
    assert owed >= 0
    assert owed == 0 or spent["paid"] == 0
    # and every law of the books holds, that the worlds never meet among them
    assert [
        verdict.law.name for verdict in audit.verify_books(full=True) if not verdict.holds
    ] == []
