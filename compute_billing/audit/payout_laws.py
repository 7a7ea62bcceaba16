"""Laws of payouts and of where money lies: name, sentence in Chinese, sentence in English."""

from typing import Final

PAYOUT_LAWS: Final = (
    (
        "payees_money_adds_up",
        "收款方的每一步资金变动首尾相接，等于其收入明细之和，并与账簿的应付、保留、在途、欠款及佣金一致",
        (
            "Each step of a payee's money starts where the one "
            "before it ended and is the sum of its "
            "earnings, and the last is what the books hold"
        ),
    ),
    (
        "earnings_are_what_was_paid",
        "收款方的收入恰为租户实付并已消费的款项，每笔交易只计一次且无遗漏，佣金等于基数乘以费率",
        (
            "What a payee earned is what was really paid, "
            "each transaction once and none left out, and "
            "commission is the rate of its base"
        ),
    ),
    (
        "payouts_leave_once",
        "每笔付款从应付款中划出一次，到账或退回各至多一次，与其状态相符",
        ("A payout leaves what is payable once, and arrives or comes back once, by its state"),
    ),
    (
        "transfers_are_booked",
        "Connect 渠道的每笔付款对应一次转账，收回金额等于其各次冲回，且逐笔入账",
        (
            "A payout by Connect is one transfer, and what "
            "was taken back of it is what its reversals "
            "took, each booked once"
        ),
    ),
    (
        "money_lies_where_it_belongs",
        "现金账户写明资金存放处；许可费单独存管，与钱包及预付资金之间没有任何分录",
        (
            "Cash says where it lies; money paid for licences "
            "lies apart, and no posting takes it to "
            "or from a wallet"
        ),
    ),
)
