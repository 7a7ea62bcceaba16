"""The addresses of the desk of transfers by bank."""

from django.urls import path

from portal import bank_views

urlpatterns = [
    path("desk/bank", bank_views.BankView.as_view(), name="bank"),
    path("desk/bank/statements", bank_views.ImportView.as_view(), name="bank-import"),
    path("desk/bank/lines/<uuid:line_id>", bank_views.LineView.as_view(), name="bank-line"),
    path(
        "desk/bank/proposals/<uuid:proposal_id>/approval",
        bank_views.ApproveView.as_view(),
        name="bank-approve",
    ),
    path(
        "desk/bank/proposals/<uuid:proposal_id>/refusal",
        bank_views.RefuseView.as_view(),
        name="bank-refuse",
    ),
]
