"""Who checks organisations, and who pays what proves their accounts."""

from typing import Final

from accounts.permissions import Rule, Staff

OFFICERS: Final = Rule(
    allowed_staff_roles={Staff.SUBSIDY_OFFICER, Staff.SUBSIDY_APPROVER, Staff.AUDITOR}
)
# Who reads a case may not decide it: the approver decides on money, the auditor on nothing.
DECIDERS: Final = Rule(allowed_staff_roles={Staff.SUBSIDY_OFFICER})
PAYERS: Final = Rule(allowed_staff_roles={Staff.FINANCE})
