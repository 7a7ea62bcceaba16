"""A wallet in the product, and what has to be the same in it and in its model."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction as database
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from accounts.models import Organisation
from compute_billing.catalogue import operations as catalogue
from compute_billing.contracts import operations as contracts
from compute_billing.ledger import operations as ledger
from compute_billing.ledger import queries as books
from compute_billing.metering import operations as metering
from compute_billing.payments.models import Payment as PaidIn
from kernel.sql import rows
from kernel.transactions import transaction
from tests.builders import payments as paying
from tests.builders.accounts import make_organisation
from tests.builders.market import CARD_HOUR, NOW, YUAN, Market, make_market
from tests.properties.wallet_model import Lot, Payment, WalletModel

PRICE = 2_430_001
START = datetime(2026, 11, 11, tzinfo=UTC)
# A place is a cluster and a project, or none. Clusters have jobs of the same names.
PLACES = ("plain", "project", "other")

HOUR = timedelta(hours=1)
# What a lot is for: where it may be spent, and its rank.
SCOPES: dict[str, tuple[frozenset[str], int]] = {
    "everything": (frozenset(PLACES), 0),
    "meter": (frozenset(PLACES), 1),
    "cluster": (frozenset({"plain", "project"}), 2),
    "project": (frozenset({"project"}), 4),
}
scopes = st.sampled_from([*SCOPES])
hours = st.just(0) | st.integers(0, 30)


@dataclass
class Wallet:
    """The wallet of a tenant, and where it may use what."""

    market: Market
    markets: dict[str, Market]
    tenant: Organisation
    project_id: int
    # The product's numbers of the model's lots, payments, refunds and holds.
    accounts: dict[int, int] = field(default_factory=dict)
    paid: dict[int, PaidIn] = field(default_factory=dict)
    paid_back: dict[int, int] = field(default_factory=dict)
    hold_ids: dict[int, int] = field(default_factory=dict)

    def scope(self, name: str) -> ledger.LotScope:
        return ledger.LotScope(
            cluster_id=self.market.cluster.pk if name == "cluster" else None,
            meter_id=self.market.meter.pk if name == "meter" else None,
            project_id=self.project_id if name == "project" else None,
        )

    @property
    def tenant_id(self) -> int:
        return self.tenant.pk

    @property
    def parties(self) -> dict[str, int]:
        return {"tenant_id": self.tenant_id, "operator_id": self.market.operator.pk}

    def account(self, lot: Lot) -> int:
        """Return the account of a lot, or of the credit limit."""
        if lot.stage != "credit":
            return self.accounts[lot.number]
        return self.find_account(kind="credit", subject="")

    def find_account(self, *, kind: str, subject: str) -> int:
        """Return an account of the tenant that is there."""
        found = books.find_account(
            owner_kind="tenant", owner_id=self.tenant_id, kind=kind, subject=subject
        )
        assert found is not None
        return found


def open_wallet(limit: int | None) -> Wallet:
    """Open a wallet, prepaid or with a limit, on two clusters of one centre."""
    market = make_market(price_micro=PRICE)
    tenant = make_organisation()
    ledger.open_wallet(tenant_id=tenant.pk, mode="prepaid" if limit is None else "postpaid")
    if limit is not None:
        ledger.set_credit_limit(tenant_id=tenant.pk, limit_micro=limit)
    project = contracts.add_project(tenant_id=tenant.pk, code="vision", name="Vision")
    other = _second_cluster(market)
    for source, account, project_id in (
        (market.source, "plain", None),
        (market.source, "project", project.pk),
        (other.source, "other", None),
    ):
        metering.map_account(
            source_id=source.pk, account=account, tenant_id=tenant.pk, project_id=project_id
        )
    markets = {"plain": market, "project": market, "other": other}
    return Wallet(market, markets, tenant, project.pk)


def _second_cluster(market: Market) -> Market:
    code = f"{market.cluster.code}-b"
    cluster = catalogue.add_cluster(
        centre_id=market.cluster.centre_id, code=code, name="50P", milli_cards=160_000
    )
    source = metering.open_source(
        code=f"{market.source.code}-b", name="Slurm", cluster_id=cluster.pk, now=START
    )
    usage_import = metering.start_import(
        source=source, format_name="csv", origin="test.csv", measure="cards", now=NOW
    )
    return replace(market, cluster=cluster, source=source, import_id=usage_import.pk)


def expect_lots(wallet: Wallet, model: WalletModel) -> None:
    found = rows(
        "SELECT lot.account_id, b.posted, b.held FROM ledger_credit_lot lot"
        " JOIN ledger_balance b USING (account_id) WHERE lot.tenant_id = %(tenant_id)s",
        tenant_id=wallet.tenant_id,
    )
    has = {lot["account_id"]: (lot["posted"], lot["held"]) for lot in found}
    wanted = {wallet.accounts[lot.number]: (lot.left, lot.held) for lot in model.lots}
    assert has == wanted, (has, wanted)


def expect_holds(wallet: Wallet, model: WalletModel) -> None:
    found = rows(
        "SELECT h.id, h.state, h.covered_until, h.expires_at, array_agg(ARRAY[p.account_id,"
        " p.amount, p.captured, p.released] ORDER BY p.position)"
        " FILTER (WHERE p.id IS NOT NULL) AS parts"
        " FROM ledger_hold h LEFT JOIN ledger_hold_part p ON p.hold_id = h.id"
        " WHERE h.tenant_id = %(tenant_id)s GROUP BY h.id ORDER BY h.id",
        tenant_id=wallet.tenant_id,
    )
    wanted = [
        (
            wallet.hold_ids[hold.number],
            hold.state,
            hold.until,
            hold.expires,
            [
                [wallet.account(part.lot), part.amount, part.captured, part.released]
                for part in hold.parts
            ],
        )
        for hold in model.holds
    ]
    has = [tuple(hold.values()) for hold in found]
    assert has == wanted, (has, wanted)


def expect_position(wallet: Wallet, model: WalletModel, *, at: datetime) -> None:
    told = books.position(tenant_id=wallet.tenant_id, at=at)
    holdings = {one.stage: (one.posted, one.held) for one in told.holdings}
    assert holdings == model.valid(at=at), (holdings, model.valid(at=at))
    credit = model.credit
    limit, left = (0, 0) if credit is None else (credit.granted, credit.left)
    assert (told.credit_limit, told.credit_used) == (limit, limit - left)
    if credit is not None:
        balance = books.balance(account_id=wallet.account(credit))
        assert (balance.held, balance.available) == (credit.held, credit.free)


def expect_debts(wallet: Wallet, model: WalletModel) -> None:
    owed: dict[int, int] = {}
    for debt in books.arrears(tenant_id=wallet.tenant_id):
        owed[debt.transaction_id] = owed.get(debt.transaction_id, 0) + debt.outstanding
    assert list(owed.values()) == model.debts, (owed, model.debts)
    charged = rows(
        "SELECT cause, sum(amount)::bigint AS amount FROM rating_charge_share"
        " WHERE payer_kind = 'arrears' AND tenant_id = %(tenant_id)s GROUP BY cause",
        tenant_id=wallet.tenant_id,
    )
    by_cause = {share["cause"]: share["amount"] for share in charged}
    assert by_cause == +model.owed_by_cause, (by_cause, model.owed_by_cause)


class FilledWallet(RuleBasedStateMachine):
    """A wallet and its model, in a transaction of their own, and everything that comes in.

    It begins with card time and a promotion, so that already a short run spends of every stage.
    """

    # What came to pass how often, as "rule: what became of it", over all runs of this process.
    seen: ClassVar[Counter[str]] = Counter()

    @initialize(
        limit=st.none() | st.integers(0, 30 * YUAN),
        fen=st.none() | st.integers(1_000, 8_000),
        card_hours=st.integers(1, 4),
        promotion=st.integers(1, 10 * YUAN),
        length=st.integers(6, 48),
    )
    def open(
        self,
        limit: int | None,
        fen: int | None,
        card_hours: int = 0,
        promotion: int = 0,
        length: int = 48,
    ) -> None:
        self.block = database.atomic()
        self.block._from_testcase = True
        self.block.__enter__()
        self.now = START
        self.wallet = open_wallet(limit)
        self.model = WalletModel(price=PRICE, places=PLACES, limit=limit)
        if fen is not None:
            self.pay(fen)
        if card_hours:
            self.grant_card_time(card_hours, "cluster", starts=0, length=length)
        if promotion:
            self.promote(promotion, "everything", starts=0, length=length)

    # --- What comes in ----------------------------------------------------------------------

    @rule(fen=st.integers(1_000, 8_000))
    def pay(self, fen: int) -> None:
        asked = paying.make_payment(
            tenant=self.wallet.tenant,
            operator=self.wallet.market.operator,
            fen=fen,
            now=self.now,
        )
        paying.pay(asked, now=self.now)
        lot = self.model.grant("paid", fen * 10_000)
        payment = Payment(len(self.model.payments) + 1, lot, fen)
        self.model.payments.append(payment)
        self.wallet.paid[payment.number] = asked
        self.wallet.accounts[lot.number] = self.wallet.find_account(
            kind="paid", subject=f"stripe:{asked.public_id}"
        )
        self.clear_debts("pay")

    @rule(micro=st.integers(1, 30 * YUAN), scope=scopes, length=st.none() | st.integers(1, 60))
    def pay_by_bank(self, micro: int, scope: str, length: int | None) -> None:
        ends = None if length is None else self.now + length * HOUR
        terms = self._terms("bank", ends)
        where, rank = SCOPES[scope]
        lot = self.model.grant("paid", micro, places=where, specificity=rank, ends=ends)
        with transaction():
            kept = ledger.grant_paid_lot(
                **terms, amount_micro=micro, custody="bank", scope=self.wallet.scope(scope)
            )
            ledger.clear_debts(tenant_id=self.wallet.tenant_id, now=self.now)
        self.wallet.accounts[lot.number] = kept.account_id
        self.clear_debts("pay_by_bank")

    def clear_debts(self, rule_name: str) -> None:
        owed = sum(self.model.debts)
        self.model.clear_debts(now=self.now)
        is_cleared = sum(self.model.debts) < owed
        self.saw(f"{rule_name}: {'cleared a debt' if is_cleared else 'kept'}")

    def saw(self, what: str) -> None:
        self.seen[what] += 1

    @rule(micro=st.integers(1, 20 * YUAN), scope=scopes, starts=hours, length=st.integers(1, 48))
    def promote(self, micro: int, scope: str, starts: int, length: int) -> None:
        begins = START + starts * HOUR
        ends = begins + length * HOUR
        kept = ledger.grant_promotion_lot(
            **self._terms("promotion", ends),
            amount_micro=micro,
            scope=self.wallet.scope(scope),
            starts_at=begins,
        )
        where, rank = SCOPES[scope]
        lot = self.model.grant(
            "promotion", micro, places=where, specificity=rank, starts=begins, ends=ends
        )
        self.wallet.accounts[lot.number] = kept.account_id
        self.saw("promote: granted")

    @rule(
        card_hours=st.integers(1, 12),
        scope=scopes,
        starts=hours,
        length=st.none() | st.integers(1, 48),
    )
    def grant_card_time(self, card_hours: int, scope: str, starts: int, length: int | None) -> None:
        begins = START + starts * HOUR
        ends = None if length is None else begins + length * HOUR
        # One more than whole hours, so that a rest remains; card time is of its meter always.
        quantity = card_hours * CARD_HOUR + len(self.wallet.accounts) + 1
        kept = ledger.grant_in_kind_lot(
            **{**self._terms("package", ends), "expires_at": ends},
            quantity=quantity,
            scope=replace(self.wallet.scope(scope), meter_id=self.wallet.market.meter.pk),
            starts_at=begins,
        )
        where, rank = SCOPES[scope]
        lot = self.model.grant(
            "in_kind", quantity, places=where, specificity=rank | 1, starts=begins, ends=ends
        )
        self.wallet.accounts[lot.number] = kept.account_id
        self.saw("grant_card_time: granted")

    def _terms(self, name: str, ends: datetime | None) -> dict[str, Any]:
        reference = f"{name}-{len(self.wallet.accounts)}"
        return {
            **self.wallet.parties,
            "reference": reference,
            "expires_at": ends,
            "now": self.now,
        }
