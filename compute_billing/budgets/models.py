"""What a tenant means to spend in a month or over a term, what it has spent, and whom it told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from kernel.identifiers import uuid7
from kernel.worlds import same_world


class Budget(models.Model):
    """An amount for whole billing months of use: each month anew, or once for all of a term.

    It is of all of a tenant's use, or of one project's. Thresholds are per cent of the amount.
    With `stops` no hold is given that it could not pay.
    """

    class Kind(models.TextChoices):
        MONTHLY = "monthly"
        TERM = "term"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    project = models.ForeignKey("Project", models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=16, choices=Kind)
    first_month = models.DateField()
    last_month = models.DateField(null=True)
    amount = models.BigIntegerField(help_text="Micro-yuan.")
    actual_percents = ArrayField(models.PositiveSmallIntegerField(), size=10)
    forecast_percents = ArrayField(models.PositiveSmallIntegerField(), size=10)
    stops = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "budgets_budget"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name"],
                name="budget_name_unique",
                condition=models.Q(ended_at=None),
            ),
            models.CheckConstraint(name="budget_amount_positive", condition=models.Q(amount__gt=0)),
            models.CheckConstraint(
                name="budget_months_in_order",
                condition=models.Q(last_month=None, kind="monthly")
                | models.Q(last_month__gte=models.F("first_month")),
            ),
            models.CheckConstraint(
                name="budget_of_one_world", condition=same_world("tenant", "project")
            ),
        ]


class MonthSpend(models.Model):
    """What a tenant itself bore of a month's use in a project (0: in none), in micro-yuan.

    Rating adds to it in the transaction of its charges, under the lock of the wallet.
    """

    pk = models.CompositePrimaryKey("tenant_id", "project_id", "month")
    tenant_id = models.BigIntegerField()
    project_id = models.BigIntegerField()
    month = models.DateField(help_text="The billing month of the use.")
    spent = models.BigIntegerField(default=0)

    class Meta:
        db_table = "budgets_month_spend"


class BudgetAlert(models.Model):
    """That a threshold was reached in a period, or that a hold was refused: told once."""

    class Measure(models.TextChoices):
        ACTUAL = "actual"
        FORECAST = "forecast"
        STOP = "stop"

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="+")
    month = models.DateField(help_text="The first month of the period.")
    measure = models.CharField(max_length=16, choices=Measure)
    percent = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField(help_text="The budget's, when it was told.")
    spent = models.BigIntegerField()
    held = models.BigIntegerField()
    forecast = models.BigIntegerField()
    told_at = models.DateTimeField()

    class Meta:
        db_table = "budgets_alert"
        constraints = [
            models.UniqueConstraint(
                fields=["budget", "month", "measure", "percent"], name="budget_alert_once"
            ),
        ]
