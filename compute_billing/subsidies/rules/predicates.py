"""All rules that a document may name. Pure."""

from compute_billing.subsidies.rules.clauses import Rule
from compute_billing.subsidies.rules.contract_rules import (
    ApplicationWindow,
    ContractSigned,
    ContractTerm,
    InForce,
    OneApplication,
    OrderedOnPlatform,
    PurposeIn,
    RedeemedWithin,
)
from compute_billing.subsidies.rules.facts import Facts
from compute_billing.subsidies.rules.funding_rules import (
    EvidenceFiled,
    NoOtherFunding,
    ReviewScore,
)
from compute_billing.subsidies.rules.provider_rules import (
    NotOwnUse,
    ProviderCapacity,
    ProviderHasNotClaimed,
    ProviderIn,
    ProviderLicence,
    ProviderOnList,
    Unrelated,
)
from compute_billing.subsidies.rules.settable import Open
from compute_billing.subsidies.rules.subject_rules import (
    CleanRecord,
    FoundedWithin,
    HoldsFiling,
    IndustryIn,
    LegalPerson,
    NotDishonest,
    OnList,
    OperatesIn,
    RegisteredIn,
    SizeClassIn,
    SubjectKindIn,
    YearsSupported,
)
from compute_billing.subsidies.rules.verdicts import Verdict


class Unseen(Rule, frozen=True, kw_only=True, tag="unseen"):
    """A condition that a text is known to have and that we did not see; never holds."""

    text: Open

    def judge(self, facts: Facts) -> Verdict:
        """Say which text is needed."""
        return self.answer(holds=None, needs=f"text: {self.text.unset}", inputs={})


AnyRule = (
    SubjectKindIn
    | RegisteredIn
    | OperatesIn
    | IndustryIn
    | SizeClassIn
    | LegalPerson
    | FoundedWithin
    | CleanRecord
    | NotDishonest
    | OnList
    | HoldsFiling
    | YearsSupported
    | ProviderIn
    | ProviderOnList
    | ProviderLicence
    | ProviderCapacity
    | Unrelated
    | NotOwnUse
    | ProviderHasNotClaimed
    | ContractSigned
    | ContractTerm
    | OneApplication
    | OrderedOnPlatform
    | PurposeIn
    | InForce
    | ApplicationWindow
    | RedeemedWithin
    | NoOtherFunding
    | EvidenceFiled
    | ReviewScore
    | Unseen
)
