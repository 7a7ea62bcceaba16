"""The way of a version from registration to listing, as a table in the words of the field."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kernel.states import Transitions


class ListingState(StrEnum):
    """Where a version stands. A stored value: never rename one."""

    DRAFT = "draft"  # 登记
    SUBMITTED = "submitted"  # 待评估
    IN_REVIEW = "in_review"  # 合规评估
    RECTIFYING = "rectifying"  # 整改
    WITHDRAWN = "withdrawn"  # 撤回
    REJECTED = "rejected"  # 不予挂牌
    LISTED = "listed"  # 挂牌
    SUSPENDED = "suspended"  # 暂停
    DELISTED = "delisted"  # 摘牌


TRANSITIONS: Final = Transitions(
    {
        ListingState.DRAFT: frozenset({ListingState.SUBMITTED}),
        ListingState.SUBMITTED: frozenset({ListingState.IN_REVIEW, ListingState.WITHDRAWN}),
        ListingState.IN_REVIEW: frozenset(
            {ListingState.RECTIFYING, ListingState.REJECTED, ListingState.LISTED}
        ),
        ListingState.RECTIFYING: frozenset({ListingState.SUBMITTED, ListingState.WITHDRAWN}),
        ListingState.WITHDRAWN: frozenset({ListingState.SUBMITTED}),
        ListingState.REJECTED: frozenset(),
        ListingState.LISTED: frozenset({ListingState.SUSPENDED, ListingState.DELISTED}),
        ListingState.SUSPENDED: frozenset({ListingState.LISTED, ListingState.DELISTED}),
        ListingState.DELISTED: frozenset(),
    }
)
EDITABLE: Final = frozenset({ListingState.DRAFT, ListingState.RECTIFYING, ListingState.WITHDRAWN})
WITH_OFFICERS: Final = frozenset({ListingState.SUBMITTED, ListingState.IN_REVIEW})
# What has a certificate; anybody may look it up, whatever became of it.
REGISTERED: Final = frozenset({ListingState.LISTED, ListingState.SUSPENDED, ListingState.DELISTED})


class Outcome(StrEnum):
    """What a review ends with. A stored value."""

    APPROVED = "approved"
    RECTIFY = "rectify"
    REJECTED = "rejected"


STATE_AFTER: Final[Mapping[Outcome, ListingState]] = {
    Outcome.APPROVED: ListingState.LISTED,
    Outcome.RECTIFY: ListingState.RECTIFYING,
    Outcome.REJECTED: ListingState.REJECTED,
}


class LicenceEffect(StrEnum):
    """What a standing means for licences that run. A stored value of the answers, never renamed."""

    SOLD = "sold"
    RUN_ON_NONE_SOLD = "run_on_none_sold"
    RUN_OUT_NONE_RENEWED = "run_out_none_renewed"


# A suspension stops sales alone, since whoever paid has done nothing; after a delisting licences
# that run are kept until their term ends and are not renewed.
EFFECTS: Final[Mapping[ListingState, LicenceEffect]] = {
    ListingState.LISTED: LicenceEffect.SOLD,
    ListingState.SUSPENDED: LicenceEffect.RUN_ON_NONE_SOLD,
    ListingState.DELISTED: LicenceEffect.RUN_OUT_NONE_RENEWED,
}


class CheckItem(StrEnum):
    """What a reviewer looks at, each by itself. A stored value."""

    OWNERSHIP = "ownership"  # 权属证明与卖方一致
    PROOF_NUMBERS = "proof_numbers"  # 登记号、专利号、备案号在公开系统可查
    TRAINING_DATA = "training_data"  # 训练数据来源合法
    LINEAGE = "lineage"  # 派生来源及其许可已说明
    LIMITS_TOLD = "limits_told"  # 适用范围与局限已说明
    NO_FILING_AS_PRAISE = "no_filing_as_praise"  # 未将备案结果用于宣传
