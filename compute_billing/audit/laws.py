"""The laws of the books: what must be true of every row, in one sentence and one question each.

A question returns the keys of what breaks the law, up to a limit. Questions in SQL read
the work tables of `sql/scope*.sql`, which say what is looked at row by row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from kernel import seals
from kernel.sql import rows, statement

ROOM: Final = "compute_billing.audit"

Offender = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How closely the books are looked at.

    `months` are the recorded months of which some rows are in scope: said beside the scope itself,
    so that the partitions of all others are left alone. `limit` is how many offenders are named.
    """

    full: bool
    months: tuple[date, ...]
    limit: int


Question = Callable[[Look], list[Offender]]


@dataclass(frozen=True, slots=True)
class Law:
    """A law, in both languages of the house, and the question that finds what breaks it."""

    name: str
    zh: str
    en: str
    question: Question


def _ask(name: str, look: Look) -> list[Offender]:
    return rows(
        statement(ROOM, f"law_{name}.sql"),
        full=look.full,
        months=list(look.months),
        limit=look.limit,
    )


def _altered_seals(look: Look) -> list[Offender]:
    return [
        {"seal_no": found.seal_no, "entry_id": found.entry_id, "problem": found.problem}
        for found in seals.verify()[: look.limit]
    ]


def _law(name: str, zh: str, en: str, question: Question | None = None) -> Law:
    return Law(name, zh, en, question or partial(_ask, name))


LAWS: Final = (
    # The books.
    _law(
        "posting_moves_between_two_accounts",
        "每笔分录在同一单位的两个不同账户之间转移正数金额，并属于一笔交易",
        "A posting moves a positive amount between two different accounts of one unit, "
        "in a transaction",
    ),
    _law(
        "books_are_append_only",
        "账簿、计费与用量只增不改：每张表及每个分区都有触发器，应用角色无修改权限",
        "Books, charges and usage are append-only: a trigger on every table and partition, and no "
        "right of the app role to change them",
    ),
    _law(
        "balance_is_sum_of_postings",
        "有下限账户的余额等于其分录之和",
        "A floored account's balance is the sum of its postings",
    ),
    _law(
        "held_is_sum_of_open_holds",
        "账户的冻结额等于未结冻结各部分之和",
        "What is held on an account is the sum of the open parts of its holds",
    ),
    _law(
        "wallet_never_below_its_floor",
        "钱包账户连同冻结额从不低于其下限",
        "No lot and no credit limit passes its floor, holds included",
    ),
    _law(
        "floored_accounts_have_balances",
        "有下限的账户有且只有它们才有余额行",
        "Floored accounts have a balance row, and no others have one",
    ),
    _law(
        "lots_hold_what_was_granted",
        "每个额度与补贴账户收到的金额等于其授予额",
        "What was granted to a lot or an award came into its account",
    ),
    _law(
        "units_sum_to_zero",
        "每个单位的全部余额之和为零",
        "Per unit, all balances sum to zero",
    ),
    # Use.
    _law(
        "usage_and_keys_pair_up",
        "每条用量记录有唯一键，每个键有其记录，租户一致",
        "Every usage record has its key and every key its record, of the same tenant",
    ),
    _law(
        "net_coverage_is_zero_or_one",
        "任一时刻，同一作业的带符号记录之和为 0 或 1",
        "At each instant the signed records of one allocation sum to 0 or 1",
    ),
    _law(
        "corrections_stay_within_the_original",
        "更正从不超过原记录的时段、卡数与数量",
        "Corrections never exceed what their original recorded",
    ),
    _law(
        "cards_in_use_within_the_cluster",
        "任一时刻使用的卡数不超过集群的卡数",
        "No more cards are in use than a cluster has",
    ),
    # Charges.
    _law(
        "usage_is_pending_or_charged",
        "每条用量要么待计费，要么已计费，二者恰居其一",
        "Usage is either pending or charged, never both and never neither",
    ),
    _law(
        "one_live_charge_at_each_instant",
        "已计费用量的每一时刻恰有一笔有效计费，分段无缺口、无重叠",
        "Each instant of charged use has exactly one live charge: no gap, no overlap",
    ),
    _law(
        "segments_sum_to_the_record",
        "各分段数量之和等于记录的数量",
        "The segments of a record sum to its quantity",
    ),
    _law(
        "reversals_stay_within_the_original",
        "冲销从不超过被冲销的计费，且价格与使用月份相同",
        "Reversals never take back more than their charge, at its price and in its month",
    ),
    _law(
        "gross_follows_the_price",
        "每笔计费金额等于累计价格之差 R(T(Q+q)) − R(T(Q))",
        "The gross of a charge is the difference of its rounded cumulative price",
    ),
    _law(
        "counters_hold_what_was_charged",
        "计数器的数量与金额等于计费之和，金额等于 R(T(数量))",
        "A counter holds the sums of its charges, and its amount is the price of its quantity",
    ),
    _law(
        "charge_parts_add_up",
        "计费总额 = 折扣 + 补贴 + 租户承担，且等于各份额之和",
        "Gross = discount + programme + tenant, and each is the sum of its shares",
    ),
    _law(
        "shares_name_their_payer",
        "每个份额的账户属于该付款方，类别与单位相符",
        "A share names an account of its payer, of its kind and unit",
    ),
    _law(
        "shares_equal_postings",
        "每笔交易、账户、单位的份额之和等于分录净额",
        "Per transaction, account and unit, shares sum to the net postings",
    ),
    # Prices and months.
    _law(
        "prices_never_overlap",
        "同一价目表、计量、集群与时段的价格从不重叠",
        "Prices of one list, meter, cluster and band never overlap",
    ),
    _law(
        "charges_use_valid_prices",
        "计费落在其价格的有效期内，已用价格从不修改",
        "Charges lie within the validity of their price, and a used price is never edited",
    ),
    _law(
        "charges_lie_in_their_months",
        "计费分段落在使用月份内，并记入当时首个未结账的月份",
        "A charge lies in its month of use and is booked there, or in the first open month after",
    ),
    _law(
        "closed_months_match_their_seal",
        "已结账租户月份的封存总额等于重新计算的结果",
        "The sealed totals of a closed month equal what is booked in it",
    ),
    _law(
        "nothing_booked_after_closing",
        "月份结账之后不再记入任何计费",
        "Nothing is booked in a month after its closing",
    ),
    # Public money.
    _law(
        "public_money_never_overdrawn",
        "资金与补贴账户从不透支",
        "No fund and no award account is ever overdrawn",
    ),
    _law(
        "awards_give_what_the_rule_says",
        "补贴已付额 = 其份额之和 = min(上限, 比例 × 基数)",
        "An award gave the sum of its shares = min(cap, rate × basis)",
    ),
    _law(
        "award_basis_is_what_was_asked",
        "补贴基数等于各笔计费轮到该补贴时的余额之和",
        "An award's basis is the sum of what charges left when its turn came",
    ),
    _law(
        "four_eyes",
        "无人批准自己经手的事项，受益单位成员不得批准",
        "Nobody approves what he made, nor what benefits his organisation",
    ),
    _law(
        "claim_lines_are_award_shares",
        "申领明细等于补贴份额，申领总额等于明细之和",
        "Claim lines are award shares, and a claim is the sum of its lines",
    ),
    _law(
        "charges_are_claimed_once",
        "每笔计费只申领一次",
        "A charge is claimed once",
    ),
    # Bills.
    _law(
        "invoice_lines_hold_their_shares",
        "账单行等于其键下全部份额之和",
        "A bill's lines are the sums of the shares of their key",
    ),
    _law(
        "invoices_add_up",
        "账单总额等于各行之和，整分金额为累计之差，余数结转",
        "A bill is the sum of its lines; its fen are a cumulative difference, the rest is carried",
    ),
    _law(
        "taxes_add_up",
        "账单税额等于各税类之和，各为累计之差",
        "A bill's tax is the sum of its classes, each a cumulative difference",
    ),
    _law(
        "invoice_numbers_without_gaps",
        "同一开具方同一系列的账单号连续无缺号",
        "The bill numbers of an issuer's series have no gaps",
    ),
    _law(
        "statements_repeat_their_bills",
        "运营方结算单等于其所列账单之和",
        "An operator's statement is the sum of the bills on it",
    ),
    _law(
        "statements_and_claims_agree",
        "结算单上的补贴金额等于向资金申领的金额",
        "What statements say that programmes bear is what was claimed from them",
    ),
    _law(
        "paid_claims_are_posted",
        "已拨付的申领如数入账，且入账的均有其申领",
        "A paid claim stands in the books in full, and no other payment of one does",
    ),
    # The log of decisions.
    _law(
        "audit_seals_verify",
        "审计日志的哈希链完整，封存内容未被改动",
        "The chain of audit seals holds, and nothing sealed was altered",
        _altered_seals,
    ),
)
