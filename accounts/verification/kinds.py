"""What the parts of a verification may be. Pure."""

from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """A page of the wizard, in the order in which they are walked."""

    IDENTITY = "identity"
    SIZE = "size"
    DOCUMENTS = "documents"
    ACCOUNT = "account"
    RELATIONS = "relations"


class Industry(StrEnum):
    """The sixteen groups of 工信部联企业〔2011〕300号 四, by their order there."""

    AGRICULTURE = "agriculture"
    MANUFACTURING = "manufacturing"
    CONSTRUCTION = "construction"
    WHOLESALE = "wholesale"
    RETAIL = "retail"
    TRANSPORT = "transport"
    WAREHOUSING = "warehousing"
    POST = "post"
    LODGING = "lodging"
    CATERING = "catering"
    INFORMATION = "information"
    SOFTWARE = "software"
    REAL_ESTATE = "real_estate"
    PROPERTY_MANAGEMENT = "property_management"
    LEASING_AND_BUSINESS = "leasing_and_business"
    OTHER = "other"


class DocumentKind(StrEnum):
    """What a paper is."""

    LICENCE = "licence"
    AUTHORISATION = "authorisation"
    ACCOUNTS = "accounts"
    STAFF = "staff"
    OTHER = "other"


# 营业执照 (or 法人证书) says who it is, 授权书 that he who asks may speak for it.
REQUIRED_DOCUMENTS: Final = (DocumentKind.LICENCE, DocumentKind.AUTHORISATION)


class Scan(StrEnum):
    """What the virus scanner said of a file; what it refuses is not kept."""

    NOT_SCANNED = "not_scanned"
    CLEAN = "clean"


class Declaration(StrEnum):
    """Whether related organisations exist: said, never assumed."""

    NOT_MADE = ""
    NONE = "none"
    NAMED = "named"


class Relation(StrEnum):
    """How an organisation is related, after 企业会计准则第36号 第四条."""

    PARENT = "parent"
    SUBSIDIARY = "subsidiary"
    COMMON_CONTROL = "common_control"
    SIGNIFICANT_INFLUENCE = "significant_influence"
    KEY_MANAGEMENT = "key_management"
    OTHER = "other"


class Reminder(StrEnum):
    """Of what somebody is reminded: officers of a case, an organisation of its term."""

    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    ENDING = "ending"
    ENDED = "ended"


class Outcome(StrEnum):
    """What an officer decides."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
