"""The addresses of what is owed."""

from django.urls import path

from portal import receivable_views

urlpatterns = [
    path("receivables", receivable_views.ReceivablesView.as_view(), name="receivables"),
    path(
        "account-statement",
        receivable_views.AccountStatementView.as_view(),
        name="account-statement",
    ),
    path(
        "account-statement/<str:language>.pdf",
        receivable_views.AccountDocumentView.as_view(),
        name="account-statement-document",
    ),
    path(
        "desk/receivables",
        receivable_views.ReceivablesDeskView.as_view(),
        name="receivables-desk",
    ),
    path(
        "desk/receivables/<str:tenant>/<str:operator>",
        receivable_views.ReceivableView.as_view(),
        name="receivable",
    ),
]
