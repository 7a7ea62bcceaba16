"""The commitment letter (承诺书) that an applicant consents to, by version. Pure.

A text is never edited: another one is the next version, and what was consented to stays readable.
"""

from collections.abc import Mapping
from typing import Final

CURRENT: Final = 1
TEXTS: Final[Mapping[int, str]] = {
    1: (
        "本单位承诺：一、所报材料真实、完整、有效；二、同一合同、同一费用未重复申报同类财政资金；"
        "三、与算力提供方不存在关联关系，或已如实申报；四、资金使用接受监督检查与绩效评价；"
        "五、如有虚报、骗取、挪用，退回全部资金，并承担相应法律责任。"
    ),
}
TEXTS_EN: Final[Mapping[int, str]] = {
    1: (
        "We undertake that: (1) all papers are true, complete and valid; (2) no other public money "
        "was asked for the same contract and cost; (3) we are not related to the provider, or have "
        "declared it; (4) we accept inspection and performance review; (5) in case of false "
        "statements, fraud or misuse we return all the money and answer for it by law."
    ),
}
