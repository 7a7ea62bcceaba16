"""Every write to applications for subsidies."""

from compute_billing.applications.deciding import UnableToDecide, decide
from compute_billing.applications.declaring import (
    Declared,
    Findings,
    UnableToReadDeclaration,
)
from compute_billing.applications.editing import (
    PAPERS_MAX,
    ApplicationChanged,
    ApplicationLocked,
    AppliedAlready,
    UnableToAddPaper,
    UnableToApply,
    add_paper,
    begin,
    declare,
    remove_paper,
)
from compute_billing.applications.ending import (
    UnableToAppeal,
    UnableToAskSupplement,
    appeal,
    ask_supplement,
    expire_due,
    remind,
    withdraw,
)
from compute_billing.applications.gathering import ContractOutOfSight
from compute_billing.applications.hands import HandInBothInstances
from compute_billing.applications.noticing import (
    OBJECTION_LENGTH_MAX,
    UnableToAnswerObjection,
    UnableToObject,
    answer_objection,
    award_due,
    object_to,
)
from compute_billing.applications.paneling import (
    UnableToConvene,
    UnableToReview,
    convene,
    decline,
    replace_silent,
    score,
)
from compute_billing.applications.proposing import (
    Draft,
    UnableToProposeDecision,
    Verdict,
    propose,
)
from compute_billing.applications.review_models import ScoreRule, Track
from compute_billing.applications.submitting import UnableToSubmitApplication, submit

__all__ = [
    "OBJECTION_LENGTH_MAX",
    "PAPERS_MAX",
    "ApplicationChanged",
    "ApplicationLocked",
    "AppliedAlready",
    "ContractOutOfSight",
    "Declared",
    "Draft",
    "Findings",
    "HandInBothInstances",
    "ScoreRule",
    "Track",
    "UnableToAddPaper",
    "UnableToAnswerObjection",
    "UnableToAppeal",
    "UnableToApply",
    "UnableToAskSupplement",
    "UnableToConvene",
    "UnableToDecide",
    "UnableToObject",
    "UnableToProposeDecision",
    "UnableToReadDeclaration",
    "UnableToReview",
    "UnableToSubmitApplication",
    "Verdict",
    "add_paper",
    "answer_objection",
    "appeal",
    "ask_supplement",
    "award_due",
    "begin",
    "convene",
    "decide",
    "declare",
    "decline",
    "expire_due",
    "object_to",
    "propose",
    "remind",
    "remove_paper",
    "replace_silent",
    "score",
    "submit",
    "withdraw",
]
