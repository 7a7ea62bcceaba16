"""The laws of the books: what must be true of every row, in one sentence and one question each.

A question returns the keys of what breaks the law, up to a limit. Questions in SQL read
the work tables of `sql/scope*.sql`, which say what is looked at row by row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from compute_billing.applications.replaying import misreplayed
from compute_billing.audit.document_laws import DOCUMENT_LAWS
from compute_billing.audit.payout_laws import PAYOUT_LAWS
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


def _misreplayed(look: Look) -> list[Offender]:
    return misreplayed(limit=look.limit)


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
        "账户的冻结额等于未结冻结各部分与预留之和",
        "What is held on an account is the sum of the parts of its holds and its reserves",
    ),
    _law(
        "closed_holds_hold_nothing",
        "已结束的冻结不再占用任何资金：每部分要么已支付，要么已释放",
        "A hold that is over holds nothing: each part was used or released",
    ),
    _law(
        "captures_are_shares",
        "冻结已支付的金额等于逐笔记录之和，每笔均为对应计费份额的一部分",
        "What a hold has paid is noted charge by charge, each as a part of the charge's share",
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
        "breakage_is_of_expired_lots",
        "到期核销只来自已到期的额度，记入其运营方对应类别的核销账户，且该账户无其他分录",
        "What is booked out as breakage left an expired lot, for its operator and stage, and "
        "nothing else moves there",
    ),
    _law(
        "lots_pay_their_operator",
        "额度只购买其运营方的算力，欠费只由付给该运营方的资金清偿",
        "A lot buys its operator's compute alone, and arrears are paid by money of whom they are "
        "owed to",
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
        "months_hold_what_was_spent",
        "预算所比对的每月支出等于该项目该月计费中租户承担部分之和",
        "What a month is said to have cost a tenant is the sum of its own part of its charges",
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
        "charges_name_their_cluster",
        "每笔计费所记的集群即其用量所在的集群",
        "A charge names the cluster of its use",
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
        "credit_notes_stay_within_their_bills",
        "账单调减从不超过原账单行所计金额，且每行等于其所调减各行之和",
        "Credit notes never take back more than a line billed, and each line is the sum of what "
        "it takes back",
    ),
    *(_law(*told) for told in DOCUMENT_LAWS),
    _law(
        "decisions_replay",
        "每份提交与每项建议按其所存事实与评估器重算，逐字节一致",
        "Each submission and each proposal gives the same bytes again from its stored facts, by "
        "the evaluator that made it",
        _misreplayed,
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
    # Payments.
    _law(
        "payments_are_booked",
        "每笔充值、退款、争议与手续费各入账一次且金额相符，支付账户的其余分录一概没有",
        "What came in by payment, went back or was kept as a fee stands in the books once each, "
        "and nothing else does",
    ),
    _law(
        "refunds_stay_within_payments",
        "退款从不超过到账金额，途中的退款如数冻结",
        "Refunds never pass what came in, and the money of one that is on its way is held",
    ),
    _law(
        "stripe_is_heard_once",
        "支付机构的事件、付款、扣款、退款与资金流水各只出现一次",
        "An event, payment, charge, refund or balance entry of Stripe stands here once",
    ),
    # Packages.
    _law(
        "packages_within_capacity",
        "每日售出的包卡数等于各套餐变更之和，且从不超过可售卡数",
        "The cards sold as packages on a day are those of its packages, and never more than are "
        "sellable",
    ),
    _law(
        "packages_hold_their_card_time",
        "套餐每个月的卡时额度之和等于卡数乘以时长，退回的卡时如数入账",
        "The lots of a package's months are its cards for its time, less what was taken back",
    ),
    _law(
        "packages_money_adds_up",
        "套餐实付 = 已确认收入 + 待确认 + 已退回，且与账簿一致",
        "What was paid for a package = what it earned + what waits + what was given back",
    ),
    # The bank.
    _law(
        "bank_lines_are_credited_once",
        "银行流水记为租户款项的，恰好形成一笔同额、存于该账户的已付额度；无对应流水则无此额度",
        "A bank line that became a tenant's money is one paid lot of its amount in its custody, "
        "and no lot came from the bank without a line",
    ),
    *(_law(*told) for told in PAYOUT_LAWS),
    # Where the money lies.
    _law(
        "cash_days_add_up",
        "每个资金账户每日期初加变动等于期末；当日无未决差异时，存管方余额等于账簿余额加另列款项",
        "A day of a cash account closes on the sums of both sides, and where no difference stands "
        "its keeper has what the books and what is set aside explain",
    ),
    _law(
        "cash_items_repeat_their_sides",
        "对账所取的每一笔与支付机构、银行及账簿所载相同，账簿无一遗漏，不符者均列为差异",
        "What is reconciled repeats Stripe, the bank and the books, leaves no posting out, and "
        "lists what parts as a difference",
    ),
    # Sandboxes.
    _law(
        "worlds_never_meet",
        "任何分录、额度、用量、计费、份额与账单都只属于一个世界：沙箱与真实账簿互不相连，沙箱之间也互不相连",
        "No posting, lot, use, charge, share or bill connects a sandbox with the real world, or "
        "with another sandbox",
    ),
    # The log of decisions.
    _law(
        "audit_seals_verify",
        "审计日志的哈希链完整，封存内容未被改动",
        "The chain of audit seals holds, and nothing sealed was altered",
        _altered_seals,
    ),
)
