"""What programme documents name, in the reader's words."""

from collections.abc import Mapping
from typing import Final

from django.utils.translation import gettext_lazy as _

from portal.verification.words import INDUSTRIES, KINDS, SIZES
from portal.wording import Text

MODES: Final[Mapping[str, Text]] = {
    "claim_then_redeem": _("applied for, then redeemed"),
    "voucher": _("voucher deducted on the bill"),
    "reimbursement": _("paid back after use"),
    "platform_metered": _("by the platform's meter"),
    "in_kind": _("card-hours in kind"),
    "award": _("one-off award"),
    "discount": _("discount of the provider"),
}
LEVELS: Final[Mapping[str, Text]] = {
    "nation": _("nation"),
    "province": _("province"),
    "city": _("city"),
    "district": _("district"),
    "zone": _("development zone"),
}
GRADES: Final[Mapping[str, Text]] = {
    "A": _("official text"),
    "B": _("press that quotes the text"),
    "C": _("a copy of the text elsewhere"),
    "D": _("weak: a blog or a repository"),
}
RULES: Final[Mapping[str, Text]] = {
    "subject_kind": _("Kind of applicant"),
    "registered_in": _("Registered in the area"),
    "operates_in": _("Works in the area"),
    "industry": _("Industry"),
    "size_class": _("Size of the firm"),
    "legal_person": _("Independent legal person"),
    "founded_within": _("Young firm"),
    "clean_record": _("Clean record"),
    "not_dishonest": _("On no list of the dishonest"),
    "on_list": _("On the authority's list"),
    "filing": _("Filing of a model or an algorithm"),
    "years_supported": _("Years of support"),
    "provider_in": _("Place of the centre"),
    "provider_on_list": _("Provider on the authority's list"),
    "provider_licence": _("Licence of the provider"),
    "provider_capacity": _("Capacity of the provider"),
    "unrelated": _("No related party"),
    "not_own_use": _("Not one's own facility"),
    "provider_has_not_claimed": _("Provider has not claimed"),
    "contract_signed": _("Day of signing"),
    "contract_term": _("Term of the contract"),
    "one_application_per_contract": _("One application for a contract"),
    "ordered_on_platform": _("Ordered on the platform"),
    "purpose": _("Purpose of the compute"),
    "in_force": _("Policy in force"),
    "application_window": _("Time to apply"),
    "redeemed_within": _("Time to redeem"),
    "no_other_funding": _("No other public money"),
    "evidence": _("Papers"),
    "review_score": _("Review"),
    "unseen": _("Condition not seen"),
}
COSTS: Final[Mapping[str, Text]] = {
    "kinds": _("What was bought"),
    "purposes": _("What it was used for"),
    "incurred": _("When it was used"),
    "settled": _("Really paid"),
}
BASES: Final[Mapping[str, Text]] = {
    "contract_amount": _("amount of the contract"),
    "settled_amount": _("what was really paid"),
    "metered_amount": _("what was metered"),
    "settled_days_share": _("what was really paid, by days"),
    "purchase_amount": _("price of the servers"),
    "card_time": _("card time"),
    "decided_amount": _("a figure that people decide"),
}
PARTS: Final[Mapping[str, Text]] = {
    "tax_basis": _("With or without tax"),
    "rounding": _("Rounding"),
    "notice_working_days": _("Working days of public notice"),
    "retention_years": _("Years to keep the papers"),
    "is_fair_competition_reviewed": _("Fair-competition review"),
    "pool": _("The pool, and what happens when it is used up"),
    "caps": _("Highest amount"),
    "rate": _("Rate"),
    "rules": _("Conditions"),
    "benefits": _("Other help"),
}
SCOPES: Final[Mapping[str, Text]] = {
    "application": _("an application"),
    "contract": _("a contract"),
    "enterprise": _("a firm"),
    "enterprise_year": _("a firm and year"),
    "pool_year": _("the pool and year"),
}
BENEFITS: Final[Mapping[str, Text]] = {
    "makers_space": _("Space for makers"),
    "residence": _("Residence permit"),
    "housing": _("Housing for talent"),
    "healthcare": _("Healthcare"),
    "schooling": _("Schools for children"),
    "compute": _("Compute"),
}
# What officers put where a text is silent.
VALUES: Final[Mapping[str, Text]] = {
    "with_tax": _("with tax"),
    "without_tax": _("without tax"),
    "down": _("rounded down"),
    "half_up": _("rounded half up"),
    "first_come": _("first come, first served"),
    "ranking": _("by the ranking of the review"),
    "pro_rata": _("all alike, pro rata"),
    **SCOPES,
}
# Facts that an evaluation may lack.
FACTS: Final[Mapping[str, Text]] = {
    "subject.kind": _("kind of applicant"),
    "subject.registered_region": _("place of registration"),
    "subject.operating_region": _("place of work"),
    "subject.industry": _("industry, by the verification"),
    "subject.size_class": _("size class, by the verification"),
    "subject.founded_on": _("day of founding"),
    "subject.is_legal_person": _("proof of legal personality"),
    "subject.clean_record_since": _("dated proof of a clean record"),
    "subject.is_listed_as_dishonest": _("dated check of the lists of the dishonest"),
    "subject.filings": _("filings of models and algorithms"),
    "subject.years_supported": _("years of support so far"),
    "subject.lists": _("the authority's list"),
    "provider.region": _("place of the centre"),
    "provider.lists": _("the authority's list of providers"),
    "provider.licences": _("licences of the centre"),
    "provider.capacity": _("capacity of the centre"),
    "provider.is_related": _("declarations of related parties by both sides"),
    "provider.is_own_facility": _("whose facility it is"),
    "provider.has_claimed": _("whether the centre claims for the same compute"),
    "contract.signed_on": _("a signed compute contract"),
    "contract.starts_on": _("a compute contract with a term"),
    "contract.ends_on": _("a compute contract with a term"),
    "contract.amount_micro": _("the contract's amount"),
    "contract.tax_micro": _("the tax in the contract's amount"),
    "contract.purpose": _("what the compute is used for"),
    "contract.is_ordered_on_platform": _("proof that it was ordered on the platform"),
    "contract.other_applications": _("whether others applied for this contract"),
    "costs.tax_micro": _("the tax in the costs"),
    "other_funding": _("other public money"),
    "decision.card_time": _("the decided card time"),
    "decision.amount_micro": _("the decided amount"),
    "decision.score": _("the score of the review"),
    "approved_on": _("day of approval"),
    "evidence": _("paper:"),
    "caps": _("use of the cap:"),
    "rate": _("rate:"),
}
STEPS: Final[Mapping[str, Text]] = {
    "basis": _("basis"),
    "rate": _("basis × rate"),
    "rounded": _("rounded"),
    "cap": _("below the cap"),
    "together": _("below all public money together"),
}
INPUTS: Final[Mapping[str, Text]] = {
    "kind": _("kind"),
    "registered_region": _("registered in"),
    "operating_region": _("works in"),
    "area": _("area"),
    "industry": _("industry"),
    "size_class": _("size class"),
    "signed_on": _("signed on"),
    "within": _("within"),
    "ends_on": _("ends on"),
    "latest": _("at the latest"),
    "on": _("looked at as of"),
    "windows": _("time to apply"),
    "years_supported": _("years of support"),
    "years_max": _("at most"),
    "region": _("place"),
    "is_related": _("related"),
    "is_own_facility": _("own facility"),
    "excluded_by": _("excluded by"),
    "amount": _("amount"),
    "minimum": _("minimum"),
}
INPUT_VALUES: Final[Mapping[str, Text]] = {
    "?": _("not known"),
    "true": _("yes"),
    "false": _("no"),
    **{str(kind): name for kind, name in KINDS.items()},
    **{str(industry): name for industry, name in INDUSTRIES.items()},
    **{str(size): name for size, name in SIZES.items()},
}
