"""Collects the models of every marketplace room, so that Django finds them."""

from marketplace.listings.models import (
    Algorithm,
    AlgorithmVersion,
    Certificate,
    ListingDecision,
    ListingSubmission,
    Proof,
    SigningKey,
    StandingChange,
)

__all__ = [
    "Algorithm",
    "AlgorithmVersion",
    "Certificate",
    "ListingDecision",
    "ListingSubmission",
    "Proof",
    "SigningKey",
    "StandingChange",
]
