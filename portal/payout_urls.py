"""The addresses of payouts: the payee's desk, and finance's."""

from django.urls import path

from portal import connect_views, payout_run_views, payout_views, reversal_views

urlpatterns = [
    path("operator/payouts", payout_views.PayoutsView.as_view(), name="operator-payouts"),
    path(
        "operator/payouts/account",
        payout_views.ProposeAccountView.as_view(),
        name="operator-payout-account",
    ),
    path("operator/connect", connect_views.ConnectView.as_view(), name="operator-connect"),
    path(
        "operator/connect/start",
        connect_views.StartView.as_view(),
        name="operator-connect-start",
    ),
    path("operator/connect/rail", connect_views.RailView.as_view(), name="operator-connect-rail"),
    path(
        "desk/payouts/<uuid:payout_id>/reversals",
        reversal_views.ReversalsView.as_view(),
        name="payout-reversals",
    ),
    path(
        "desk/payouts/<uuid:payout_id>/reversals/new",
        reversal_views.ProposeReversalView.as_view(),
        name="payout-reversal-propose",
    ),
    path(
        "desk/payouts/reversals/<uuid:reversal_id>/approval",
        reversal_views.ApproveReversalView.as_view(),
        name="payout-reversal-approve",
    ),
    path(
        "desk/payouts/reversals/<uuid:reversal_id>/refusal",
        reversal_views.RefuseReversalView.as_view(),
        name="payout-reversal-refuse",
    ),
    path(
        "operator/payouts/<uuid:payout_id>",
        payout_views.PayoutView.as_view(),
        name="operator-payout",
    ),
    path(
        "operator/payouts/<uuid:payout_id>/<str:language>.pdf",
        payout_views.PayoutDocumentView.as_view(),
        name="operator-payout-document",
    ),
    path("desk/payouts", payout_run_views.RunsView.as_view(), name="payout-runs"),
    path("desk/payouts/new", payout_run_views.ProposeRunView.as_view(), name="payout-propose"),
    path("desk/payouts/<uuid:run_id>", payout_run_views.RunView.as_view(), name="payout-run"),
    path(
        "desk/payouts/<uuid:run_id>/file",
        payout_run_views.RunFileView.as_view(),
        name="payout-file",
    ),
    path(
        "desk/payouts/<uuid:run_id>/approval",
        payout_run_views.ApproveRunView.as_view(),
        name="payout-approve",
    ),
    path(
        "desk/payouts/<uuid:run_id>/refusal",
        payout_run_views.RefuseRunView.as_view(),
        name="payout-refuse",
    ),
    path(
        "desk/payouts/<uuid:run_id>/results",
        payout_run_views.ResultView.as_view(),
        name="payout-result",
    ),
    path(
        "desk/payouts/accounts/<uuid:account_id>/approval",
        payout_run_views.ApproveAccountView.as_view(),
        name="payout-account-approve",
    ),
    path(
        "desk/payouts/accounts/<uuid:account_id>/refusal",
        payout_run_views.RefuseAccountView.as_view(),
        name="payout-account-refuse",
    ),
]
