"""Every write to algorithms, versions, proofs, reviews and listings."""

from marketplace.listings.drafting import (
    AlgorithmExists,
    Descent,
    Description,
    SellerNotVerified,
    UnableToDescend,
    UnableToDiscard,
    VersionExists,
    add_version,
    change_algorithm,
    change_dossier,
    create_algorithm,
    discard_version,
)
from marketplace.listings.noting import ChangedMeanwhile, VersionLocked
from marketplace.listings.proving import ProofNotFound, UnableToProve, add_proof, remove_proof
from marketplace.listings.reviewing import (
    REASON_LENGTH_MAX,
    ReviewerInvolved,
    UnableToDecideListing,
    change_standing,
    decide_listing,
    take_up,
)
from marketplace.listings.submitting import (
    UnableToSubmitVersion,
    submit_version,
    withdraw_version,
)

__all__ = [
    "REASON_LENGTH_MAX",
    "AlgorithmExists",
    "ChangedMeanwhile",
    "Descent",
    "Description",
    "ProofNotFound",
    "ReviewerInvolved",
    "SellerNotVerified",
    "UnableToDecideListing",
    "UnableToDescend",
    "UnableToDiscard",
    "UnableToProve",
    "UnableToSubmitVersion",
    "VersionExists",
    "VersionLocked",
    "add_proof",
    "add_version",
    "change_algorithm",
    "change_dossier",
    "change_standing",
    "create_algorithm",
    "decide_listing",
    "discard_version",
    "remove_proof",
    "submit_version",
    "take_up",
    "withdraw_version",
]
