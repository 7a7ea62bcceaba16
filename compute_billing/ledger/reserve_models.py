"""The table of money that is on its way out of a lot."""

from django.db import models

from compute_billing.ledger.models import LedgerAccount


class LotReserve(models.Model):
    """Money of one lot that is on its way elsewhere: a refund that nobody has confirmed yet.

    It is part of what the balance holds, and ends with the answer, however late.
    """

    account = models.ForeignKey(LedgerAccount, models.PROTECT, related_name="+")
    reference = models.CharField(max_length=200)
    amount = models.BigIntegerField()
    reserved_at = models.DateTimeField()

    class Meta:
        db_table = "ledger_lot_reserve"
        constraints = [
            models.UniqueConstraint(fields=["account", "reference"], name="lot_reserved_once"),
            models.CheckConstraint(name="lot_reserve_positive", condition=models.Q(amount__gt=0)),
        ]
