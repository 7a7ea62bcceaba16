"""What a buyer wants to read on its bills to pay them, in versions that never change."""

from django.conf import settings
from django.db import models


class ProcurementVersion(models.Model):
    """References of a tenant's purchase from one change to the next; a bill keeps its version."""

    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    purchase_order = models.CharField(max_length=100, blank=True, help_text="采购单号")
    contract = models.CharField(max_length=100, blank=True, help_text="采购合同号")
    fund = models.CharField(max_length=100, blank=True, help_text="经费号")
    project = models.CharField(max_length=100, blank=True, help_text="课题号")
    cost_centre = models.CharField(max_length=100, blank=True, help_text="成本中心")
    contact = models.CharField(max_length=100, blank=True, help_text="采购联系处, no person")
    acceptance = models.CharField(max_length=200, blank=True, help_text="验收说明")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField()

    class Meta:
        db_table = "invoices_procurement"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "version"], name="procurement_version"),
            models.CheckConstraint(
                condition=models.Q(version__gt=0), name="procurement_version_from_one"
            ),
        ]
