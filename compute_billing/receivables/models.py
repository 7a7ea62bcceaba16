"""What was asked for and when, and where asking rests."""

from django.db import models
from django.db.models import Q

from kernel.identifiers import uuid7
from kernel.worlds import real_world


class DunningNotice(models.Model):
    """A reminder to a tenant of what it owes an operator: at most one a day, never changed."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    day = models.DateField()
    level = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField(help_text="Micro-yuan, of all its items.")
    disputed = models.BigIntegerField(help_text="Micro-yuan in dispute, which is not asked for.")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "receivables_notice"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "operator", "day"], name="dunning_notice_once_a_day"
            ),
            models.UniqueConstraint(
                fields=["id", "tenant", "operator"], name="dunning_notice_key_to_copy"
            ),
            models.CheckConstraint(
                name="dunning_notice_asks_for_something",
                condition=Q(amount__gt=0, disputed__gte=0, level__gte=1, level__lte=5),
            ),
            models.CheckConstraint(
                name="dunning_notice_of_no_sandbox", condition=real_world("tenant", "operator")
            ),
        ]


class DunningStep(models.Model):
    """An item at a level: asked for once."""

    notice = models.ForeignKey(DunningNotice, models.PROTECT, related_name="steps")
    tenant_id = models.BigIntegerField()
    operator_id = models.BigIntegerField()
    item = models.CharField(max_length=100)
    level = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    open = models.BigIntegerField(help_text="Micro-yuan that were open.")

    class Meta:
        db_table = "receivables_step"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant_id", "operator_id", "item", "level"], name="dunning_step_once"
            ),
            models.CheckConstraint(name="dunning_step_asks", condition=Q(open__gt=0)),
            models.CheckConstraint(
                name="dunning_step_of_no_sandbox",
                condition=real_world("tenant_id", "operator_id"),
            ),
        ]


class DunningPause(models.Model):
    """Nothing is asked of a tenant for an operator up to and with a day, for a reason."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    operator = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    until = models.DateField()
    reason = models.CharField(max_length=500)
    made_by = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "receivables_pause"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "operator"],
                name="dunning_pause_one_at_a_time",
                condition=Q(ended_at=None),
            ),
            models.CheckConstraint(name="dunning_pause_says_why", condition=~Q(reason="")),
            models.CheckConstraint(
                name="dunning_pause_of_no_sandbox", condition=real_world("tenant", "operator")
            ),
        ]
