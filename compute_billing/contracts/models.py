"""Who agreed with whom: compute contracts, and the projects that a tenant splits its use by."""

from django.db import models

from kernel.identifiers import uuid7
from kernel.worlds import same_world


class Project(models.Model):
    """A cost unit of a tenant; usage and bill lines carry it."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=200)

    class Meta:
        db_table = "contracts_project"
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="project_code_unique"),
        ]


class ComputeContract(models.Model):
    """A signed agreement on compute between a tenant and an operator (算力服务合同)."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    contract_no = models.CharField(max_length=64, unique=True)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    provider = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    signed_on = models.DateField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    amount_micro = models.BigIntegerField()

    class Meta:
        db_table = "contracts_compute_contract"
        constraints = [
            models.CheckConstraint(
                name="compute_contract_between_two_parties",
                condition=~models.Q(tenant=models.F("provider")),
            ),
            models.CheckConstraint(
                name="compute_contract_dates_in_order",
                condition=models.Q(starts_on__lt=models.F("ends_on"), amount_micro__gte=0),
            ),
            models.CheckConstraint(
                name="compute_contract_of_one_world", condition=same_world("tenant", "provider")
            ),
        ]
