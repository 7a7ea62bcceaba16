"""Addresses of the desks of finance, of public money and of whoever audits."""

from django.urls import path

from portal import (
    audit_views,
    claim_views,
    clawback_views,
    credit_views,
    fund_views,
    settlement_views,
)

urlpatterns = [
    path("credit-limits", credit_views.CreditView.as_view(), name="credit-limits"),
    path(
        "credit-limits/<uuid:proposal_id>",
        credit_views.DecideCreditView.as_view(),
        name="credit-decide",
    ),
    path("settlement", settlement_views.SettlementRunView.as_view(), name="settlement-run"),
    path(
        "settlement/progress",
        settlement_views.SettlementProgressView.as_view(),
        name="settlement-progress",
    ),
    path(
        "settlement/start",
        settlement_views.StartSettlementView.as_view(),
        name="settlement-start",
    ),
    path("funds", fund_views.FundsView.as_view(), name="funds"),
    path(
        "funds/<slug:programme>/<str:level>/<int:year>",
        fund_views.FundView.as_view(),
        name="fund",
    ),
    path("claims", claim_views.ClaimsView.as_view(), name="claims"),
    path("claims/<uuid:claim_id>", claim_views.ClaimView.as_view(), name="claim"),
    path(
        "claims/<uuid:claim_id>/submission",
        claim_views.HandInView.as_view(),
        name="claim-hand-in",
    ),
    path("claims/<uuid:claim_id>/payment", claim_views.PayClaimView.as_view(), name="claim-pay"),
    path("clawbacks", clawback_views.ClawbacksView.as_view(), name="clawbacks"),
    path(
        "clawbacks/<uuid:clawback_id>/decision",
        clawback_views.DecideClawbackView.as_view(),
        name="clawback-decide",
    ),
    path(
        "clawbacks/<uuid:clawback_id>/receipt",
        clawback_views.ReceiveClawbackView.as_view(),
        name="clawback-receive",
    ),
    path("audit", audit_views.AuditView.as_view(), name="audit"),
    path("audit/<uuid:entry_id>", audit_views.AuditEntryView.as_view(), name="audit-entry"),
    path(
        "organisations/<slug:code>/audit",
        audit_views.OrganisationAuditView.as_view(),
        name="organisation-audit",
    ),
    path(
        "organisations/<slug:code>/audit/<uuid:entry_id>",
        audit_views.OrganisationAuditEntryView.as_view(),
        name="organisation-audit-entry",
    ),
]
