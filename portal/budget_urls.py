"""The addresses of budgets."""

from django.urls import path

from portal import budget_views

urlpatterns = [
    path("budgets", budget_views.BudgetsView.as_view(), name="budgets"),
    path("budgets/new", budget_views.NewBudgetView.as_view(), name="budget-new"),
    path("budgets/<uuid:budget_id>", budget_views.BudgetView.as_view(), name="budget"),
    path(
        "budgets/<uuid:budget_id>/edit",
        budget_views.EditBudgetView.as_view(),
        name="budget-edit",
    ),
    path("budgets/<uuid:budget_id>/end", budget_views.EndBudgetView.as_view(), name="budget-end"),
]
