"""The addresses of the operator's desk."""

from django.urls import path

from portal import (
    cluster_views,
    conflict_views,
    dispute_desk_views,
    enforcement_views,
    operator_package_views,
    price_views,
    reconciliation_views,
    reject_views,
    source_views,
    statement_views,
)

urlpatterns = [
    path("operator/disputes", dispute_desk_views.QueueView.as_view(), name="operator-disputes"),
    path(
        "operator/disputes/<uuid:dispute_id>",
        dispute_desk_views.DeskDisputeView.as_view(),
        name="operator-dispute",
    ),
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
    path("operator/packages", operator_package_views.SalesView.as_view(), name="operator-packages"),
    path(
        "operator/packages/capacity",
        operator_package_views.SetCapacityView.as_view(),
        name="operator-package-capacity",
    ),
    path(
        "operator/packages/offers/new",
        operator_package_views.ProposeOfferView.as_view(),
        name="operator-propose-package",
    ),
    path(
        "operator/packages/offers/<uuid:draft_id>",
        operator_package_views.OfferView.as_view(),
        name="operator-package-offer",
    ),
    path(
        "operator/packages/offers/<uuid:draft_id>/approval",
        operator_package_views.ApproveOfferView.as_view(),
        name="operator-approve-package",
    ),
    path(
        "operator/packages/offers/<uuid:draft_id>/refusal",
        operator_package_views.RefuseOfferView.as_view(),
        name="operator-refuse-package",
    ),
    path("operator/clusters", cluster_views.ClustersView.as_view(), name="operator-clusters"),
    path(
        "operator/enforcement",
        enforcement_views.EnforcementView.as_view(),
        name="operator-enforcement",
    ),
    path(
        "operator/reconciliation",
        reconciliation_views.ReconciliationView.as_view(),
        name="operator-reconciliation",
    ),
    path(
        "operator/reconciliation/totals",
        reconciliation_views.DeliverTotalsView.as_view(),
        name="operator-deliver-totals",
    ),
    path(
        "operator/reconciliation/<uuid:totals_id>",
        reconciliation_views.TotalsView.as_view(),
        name="operator-totals",
    ),
    path(
        "operator/reconciliation/<uuid:totals_id>/explanation",
        reconciliation_views.ExplainView.as_view(),
        name="operator-explain",
    ),
    path(
        "operator/statements", statement_views.StatementsView.as_view(), name="operator-statements"
    ),
    path(
        "operator/statements/<uuid:statement_id>",
        statement_views.StatementView.as_view(),
        name="operator-statement",
    ),
]
