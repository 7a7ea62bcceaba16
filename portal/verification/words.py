"""Codes of a verification in the reader's words."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganisationKind, SizeClass
from accounts.verification.kinds import (
    DocumentKind,
    Industry,
    Outcome,
    Relation,
    Scan,
    Step,
)
from accounts.verification.sizes import Figure
from accounts.verification.states import PaymentState, VerificationState
from kernel.uploads import Refusal

STEPS: Final[Mapping[Step, Promise]] = {
    Step.IDENTITY: _("Credit code and name"),
    Step.SIZE: _("Size of the enterprise"),
    Step.DOCUMENTS: _("Papers"),
    Step.ACCOUNT: _("Corporate account"),
    Step.RELATIONS: _("Related organisations"),
}
INDUSTRIES: Final[Mapping[Industry, Promise]] = {
    Industry.AGRICULTURE: _("agriculture, forestry, animal husbandry, fishery"),
    Industry.MANUFACTURING: _("mining, manufacturing, energy and water"),
    Industry.CONSTRUCTION: _("construction"),
    Industry.WHOLESALE: _("wholesale"),
    Industry.RETAIL: _("retail"),
    Industry.TRANSPORT: _("transport, without railways"),
    Industry.WAREHOUSING: _("warehousing"),
    Industry.POST: _("post"),
    Industry.LODGING: _("lodging"),
    Industry.CATERING: _("catering"),
    Industry.INFORMATION: _("telecommunications and internet services"),
    Industry.SOFTWARE: _("software and information technology services"),
    Industry.REAL_ESTATE: _("real estate development"),
    Industry.PROPERTY_MANAGEMENT: _("property management"),
    Industry.LEASING_AND_BUSINESS: _("leasing and business services"),
    Industry.OTHER: _("research, technical services and others not listed"),
}
SIZES: Final[Mapping[SizeClass, Promise]] = {
    SizeClass.MICRO: _("micro enterprise"),
    SizeClass.SMALL: _("small enterprise"),
    SizeClass.MEDIUM: _("medium enterprise"),
    SizeClass.LARGE: _("large enterprise"),
}
FIGURES: Final[Mapping[Figure, Promise]] = {
    Figure.EMPLOYEES: _("Employees"),
    Figure.REVENUE: _("Operating income"),
    Figure.ASSETS: _("Total assets"),
}
KINDS: Final[Mapping[OrganisationKind, Promise]] = {
    OrganisationKind.ENTERPRISE: _("enterprise"),
    OrganisationKind.UNIVERSITY: _("university"),
    OrganisationKind.INSTITUTE: _("research institute"),
    OrganisationKind.OPERATOR: _("operator of a compute centre"),
    OrganisationKind.GOVERNMENT: _("authority"),
}
DOCUMENTS: Final[Mapping[DocumentKind, Promise]] = {
    DocumentKind.LICENCE: _("business licence"),
    DocumentKind.AUTHORISATION: _("letter of authorisation, sealed"),
    DocumentKind.ACCOUNTS: _("annual accounts"),
    DocumentKind.STAFF: _("proof of the number of employees"),
    DocumentKind.OTHER: _("another paper"),
}
SCANS: Final[Mapping[Scan, Promise]] = {
    Scan.NOT_SCANNED: _("not scanned for viruses"),
    Scan.CLEAN: _("scanned, nothing found"),
}
RELATIONS: Final[Mapping[Relation, Promise]] = {
    Relation.PARENT: _("controls us"),
    Relation.SUBSIDIARY: _("is controlled by us"),
    Relation.COMMON_CONTROL: _("is controlled by the same as we"),
    Relation.SIGNIFICANT_INFLUENCE: _("joint venture or significant influence"),
    Relation.KEY_MANAGEMENT: _("has key managers in common with us"),
    Relation.OTHER: _("related in another way"),
}
STATES: Final[Mapping[VerificationState, Promise]] = {
    VerificationState.DRAFT: _("draft"),
    VerificationState.SUBMITTED: _("waits for a decision"),
    VerificationState.WITHDRAWN: _("taken back by the organisation"),
    VerificationState.RETURNED: _("returned for rectification"),
    VerificationState.APPROVED: _("approved"),
    VerificationState.REJECTED: _("rejected"),
}
OUTCOMES: Final[Mapping[Outcome, Promise]] = {
    Outcome.APPROVED: _("approved"),
    Outcome.RETURNED: _("returned for rectification"),
    Outcome.REJECTED: _("rejected"),
}
DECISIONS: Final[Mapping[Outcome, Promise]] = {
    Outcome.APPROVED: _("approve"),
    Outcome.RETURNED: _("return for rectification"),
    Outcome.REJECTED: _("reject"),
}
PAYMENTS: Final[Mapping[PaymentState, Promise]] = {
    PaymentState.REQUESTED: _("will be sent"),
    PaymentState.SENT: _("sent, waits for its amount"),
    PaymentState.CONFIRMED: _("confirmed"),
    PaymentState.FAILED: _("three wrong amounts"),
    PaymentState.EXPIRED: _("expired"),
    PaymentState.BOUNCED: _("refused by the bank"),
    PaymentState.CANCELLED: _("given up"),
}
LACKS: Final[Mapping[str, Promise]] = {
    "identity_missing": _("The credit code or the registered name is missing."),
    "size_missing": _("A figure that your industry is judged by, or its year, is missing."),
    "licence_missing": _("The business licence is missing."),
    "authorisation_missing": _("The sealed letter of authorisation is missing."),
    "payment_missing": _("The corporate account is not confirmed yet."),
    "holder_differs": _("The confirmed account is in another name than the registered one."),
    "declaration_missing": _("Name related organisations, or say that there is none."),
    "declaration_differs": _("Name related organisations, or say that there is none."),
}
REFUSALS: Final[Mapping[Refusal, Promise]] = {
    Refusal.EMPTY: _("The file is empty."),
    Refusal.TOO_LARGE: _("The file is larger than 10 MB. Scan it with less resolution."),
    Refusal.TYPE: _("This is neither a PDF nor a JPEG or PNG picture, whatever it is called."),
    Refusal.EXTENSION: _("The file's name must end in .pdf, .jpg or .png as its content does."),
    Refusal.INFECTED: _("The virus scanner refused this file."),
    Refusal.SCANNER_AWAY: _("The virus scanner cannot be asked just now. Try again later."),
}
