"""Addresses of the marketplace below /api/v1/."""

from django.urls import path

from marketplace.api import handing_in, public, reviews, sellers

urlpatterns = [
    path("algorithms", sellers.Algorithms.as_view(), name="algorithms"),
    path("algorithms/<uuid:algorithm_id>", sellers.AlgorithmDetail.as_view(), name="algorithm"),
    path(
        "algorithms/<uuid:algorithm_id>/versions",
        sellers.AlgorithmVersions.as_view(),
        name="algorithm-versions",
    ),
    path(
        "algorithm-versions/<uuid:version_id>",
        sellers.AlgorithmVersionDetail.as_view(),
        name="algorithm-version",
    ),
    path(
        "algorithm-versions/<uuid:version_id>/proofs",
        handing_in.VersionProofs.as_view(),
        name="version-proofs",
    ),
    path(
        "algorithm-versions/<uuid:version_id>/proofs/<uuid:proof_id>",
        handing_in.VersionProof.as_view(),
        name="version-proof",
    ),
    path(
        "algorithm-versions/<uuid:version_id>/submit",
        handing_in.VersionSubmit.as_view(),
        name="version-submit",
    ),
    path(
        "algorithm-versions/<uuid:version_id>/withdraw",
        handing_in.VersionWithdraw.as_view(),
        name="version-withdraw",
    ),
    path("listing-reviews", reviews.ListingReviews.as_view(), name="listing-reviews"),
    path(
        "listing-reviews/<uuid:version_id>",
        reviews.ListingReview.as_view(),
        name="listing-review",
    ),
    path(
        "listing-reviews/<uuid:version_id>/start",
        reviews.ListingReviewStart.as_view(),
        name="listing-review-start",
    ),
    path(
        "listing-reviews/<uuid:version_id>/decide",
        reviews.ListingReviewDecide.as_view(),
        name="listing-review-decide",
    ),
    path(
        "listing-reviews/<uuid:version_id>/standing",
        reviews.ListingStanding.as_view(),
        name="listing-standing",
    ),
    path("listings", public.Listings.as_view(), name="listings"),
    path("listings/<str:number>", public.ListingDetail.as_view(), name="listing"),
    path("certificates/<str:number>", public.CertificateDetail.as_view(), name="certificate"),
    path("certificate-keys", public.SigningKeys.as_view(), name="certificate-keys"),
]
