"""Addresses of compute billing below /api/v1/."""

from django.urls import path

from compute_billing.api import (
    audit,
    awards,
    bills,
    catalogue,
    charges,
    records,
    sources,
    statements,
    usage,
    wallet,
)

urlpatterns = [
    path("usage/records", usage.UsageRecords.as_view(), name="usage-records"),
    path("usage/records/<str:record_id>", records.UsageRecordDetail.as_view(), name="usage-record"),
    path("usage/imports/<uuid:import_id>", usage.UsageImportDetail.as_view(), name="usage-import"),
    path("audit", audit.Decisions.as_view(), name="audit-list"),
    path("charges", charges.Charges.as_view(), name="charges"),
    path("balance", wallet.Balance.as_view(), name="balance"),
    path("lots", wallet.Lots.as_view(), name="lots"),
    path("arrears", wallet.Arrears.as_view(), name="arrears"),
    path("invoices", bills.Invoices.as_view(), name="invoices"),
    path("invoices/<uuid:invoice_id>", bills.InvoiceDetail.as_view(), name="invoice"),
    path("months", bills.Months.as_view(), name="months"),
    path("awards", awards.Awards.as_view(), name="awards"),
    path("prices", catalogue.Prices.as_view(), name="prices"),
    path("projects", catalogue.Projects.as_view(), name="projects"),
    path("statements", statements.Statements.as_view(), name="statements"),
    path("statements/<uuid:statement_id>", statements.StatementDetail.as_view(), name="statement"),
    path("sources", sources.Sources.as_view(), name="sources"),
    path("sources/<slug:code>/rejects", sources.SourceRejects.as_view(), name="source-rejects"),
    path(
        "sources/<slug:code>/conflicts", sources.SourceConflicts.as_view(), name="source-conflicts"
    ),
    path("sources/<slug:code>/retry", sources.SourceRetry.as_view(), name="source-retry"),
    path(
        "sources/<slug:code>/retries/<uuid:retry_id>",
        sources.SourceRetryDetail.as_view(),
        name="source-retry-detail",
    ),
]
