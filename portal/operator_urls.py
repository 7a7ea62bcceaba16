"""The addresses of the operator's desk."""

from django.urls import path

from portal import conflict_views, price_views, reject_views, source_views

urlpatterns = [
    path("operator/sources", source_views.SourcesView.as_view(), name="operator-sources"),
    path("operator/deliveries", source_views.DeliveriesView.as_view(), name="operator-deliveries"),
    path("operator/rejects", reject_views.RejectsView.as_view(), name="operator-rejects"),
    path(
        "operator/rejects/<uuid:import_id>/<int:position>",
        reject_views.RejectView.as_view(),
        name="operator-reject",
    ),
    path(
        "operator/rejects/<uuid:import_id>/<int:position>/account",
        reject_views.MapAccountView.as_view(),
        name="operator-map-account",
    ),
    path("operator/retries", reject_views.AskRetryView.as_view(), name="operator-ask-retry"),
    path(
        "operator/retries/<uuid:retry_id>", reject_views.RetryView.as_view(), name="operator-retry"
    ),
    path("operator/conflicts", conflict_views.ConflictsView.as_view(), name="operator-conflicts"),
    path(
        "operator/conflicts/<str:word>",
        conflict_views.ConflictView.as_view(),
        name="operator-conflict",
    ),
    path(
        "operator/conflicts/<str:word>/decision",
        conflict_views.DecideView.as_view(),
        name="operator-decide",
    ),
    path("operator/prices", price_views.PricesView.as_view(), name="operator-prices"),
    path(
        "operator/prices/new",
        price_views.ProposePriceView.as_view(),
        name="operator-propose-price",
    ),
    path(
        "operator/prices/drafts/<uuid:draft_id>",
        price_views.DraftView.as_view(),
        name="operator-draft",
    ),
    path(
        "operator/prices/drafts/<uuid:draft_id>/approval",
        price_views.ApprovePriceView.as_view(),
        name="operator-approve-price",
    ),
    path(
        "operator/prices/drafts/<uuid:draft_id>/refusal",
        price_views.RefusePriceView.as_view(),
        name="operator-refuse-price",
    ),
]
