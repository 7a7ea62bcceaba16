"""The addresses of the desk of cash: days, movements, differences."""

from django.urls import path

from portal import cash_decisions, cash_views

urlpatterns = [
    path("desk/cash", cash_views.DaysView.as_view(), name="cash"),
    path("desk/cash/differences", cash_views.DifferencesView.as_view(), name="cash-differences"),
    path(
        "desk/cash/differences/<uuid:difference_id>",
        cash_views.DifferenceView.as_view(),
        name="cash-difference",
    ),
    path(
        "desk/cash/differences/<uuid:difference_id>/pairing",
        cash_decisions.PairView.as_view(),
        name="cash-pair",
    ),
    path(
        "desk/cash/differences/<uuid:difference_id>/proposal",
        cash_decisions.ProposeView.as_view(),
        name="cash-propose",
    ),
    path(
        "desk/cash/proposals/<uuid:proposal_id>/approval",
        cash_decisions.ApproveView.as_view(),
        name="cash-approve",
    ),
    path(
        "desk/cash/proposals/<uuid:proposal_id>/refusal",
        cash_decisions.RefuseView.as_view(),
        name="cash-refuse",
    ),
    path("desk/cash/<uuid:account_id>/<str:day>", cash_views.DayView.as_view(), name="cash-day"),
]
