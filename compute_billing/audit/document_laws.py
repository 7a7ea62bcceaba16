"""Laws of programmes, packages, disputes and e-invoices: name, in Chinese, in English."""

from typing import Final

DOCUMENT_LAWS: Final = (
    (
        "programmes_in_force_one_at_a_time",
        "每个补贴项目在任一时刻至多一个版本生效，生效版本均经启用决定，其文本与哈希一致",
        (
            "At each instant at most one version of a programme is in force; each was activated, "
            "and its text is what was hashed"
        ),
    ),
    (
        "caps_are_counted",
        "每个补贴上限的预留与已付等于各项决定之和，从不超过上限，已结束的申请不再占用",
        (
            "What is reserved and paid of each cap is the sum of what decisions draw on it, "
            "within the cap, and an application that is over draws on none"
        ),
    ),
    (
        "awards_follow_their_decisions",
        "每项由申请而来的补贴均有足够审批、已期满且无未决异议的公示，金额、资金、比例与受益人与决定一致",
        (
            "Each award of an application has its approvals, a notice that ended without an "
            "open objection, and the amount, fund, rate and beneficiary that were decided"
        ),
    ),
    (
        "credit_is_paid_back_to_whom_it_is_owed",
        "偿还授信的资金从不超过对该运营方的已用授信",
        "Credit is paid back to whom it is owed, and never more than was used of it",
    ),
    (
        "credit_is_billed_or_waits",
        "已用授信要么在账单与调减单上，要么属于未结账的月份",
        "What was used on credit stands on bills and credit notes, or its month is not closed",
    ),
    (
        "reminders_repeat_their_items",
        "每份催款通知的金额等于其所列款项之和，级别为其中最高者",
        "A reminder asks for the sum of its items, at the highest of their levels",
    ),
    (
        "packages_are_billed_once",
        "套餐的每次购买、变更与退回在账单上各出现一次，金额、双方、集群与税类相符，已结账的月份无一遗漏",
        (
            "What was bought as a package or given back stands on a bill once, at its amount, and "
            "nothing of a closed month is left out"
        ),
    ),
    (
        "disputes_are_corrected_as_granted",
        "准予的用量异议均有对该记录相应时段的更正，已办结的异议必有准予",
        (
            "What was granted of a dispute is a correction of that record and time, and what is "
            "settled was granted"
        ),
    ),
    (
        "einvoices_repeat_their_bills",
        "数电票金额等于其账单之和，各行、不含税金额与税额逐分相加相符；一张账单至多有一张有效数电票",
        (
            "An e-invoice comes to what its bills ask for and adds up to the fen; a bill has at "
            "most one that is live"
        ),
    ),
    (
        "einvoices_stay_within_their_bills",
        "每张账单已开具的蓝字数电票减去已开具的红字，从不超过账单金额",
        "Per bill, issued blue e-invoices less issued red letters never come to more than the bill",
    ),
    (
        "red_letters_stay_within_the_blue",
        "红字从不超过蓝字发票每一行的金额与税额",
        "Red letters never take back more than each line of their blue e-invoice says",
    ),
    (
        "einvoice_files_are_what_was_handed_over",
        "交给税务系统的数电票文件逐字节保持原样，且恰含其所列发票",
        "A file handed to the tax bureau has its bytes for good, and holds what it says",
    ),
    (
        "reimbursements_follow_the_rule",
        "事后兑付的补贴等于规则在其净基数上给出的金额，每行均可由其计数位置单独重算",
        (
            "What an award pays on claims is what its rule gives on the net of the charges, and "
            "each line can be recomputed alone"
        ),
    ),
    (
        "clawbacks_add_up",
        "每项追回等于其明细与各资金份额之和，已结清部分均有凭据",
        "What is clawed back is the sum of its lines and of its funds' parts, settled by receipts",
    ),
    (
        "funds_owe_what_was_claimed",
        "资金欠租户的余额等于已申报未拨付的金额减去待退回的金额",
        "What a fund owes a tenant is what was claimed and not paid, less what is owed back",
    ),
)
