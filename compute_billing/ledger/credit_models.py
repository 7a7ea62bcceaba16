"""How tenants are to pay, and what they may owe, as people propose and decide it."""

from django.db import models

from compute_billing.ledger.models import NET_DAYS, NET_DAYS_MAX, Wallet
from kernel.identifiers import uuid7
from kernel.worlds import real_world


class CreditProposal(models.Model):
    """How a tenant is to pay, and what it may owe: proposed by one person, decided by another."""

    class Decision(models.TextChoices):
        APPROVED = "approved"
        REFUSED = "refused"
        WITHDRAWN = "withdrawn"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    mode = models.CharField(max_length=16, choices=Wallet.Mode)
    limit = models.BigIntegerField(help_text="Micro-yuan; zero for who pays in advance.")
    former_mode = models.CharField(max_length=16, choices=Wallet.Mode)
    former_limit = models.BigIntegerField()
    net_days = models.PositiveSmallIntegerField(default=NET_DAYS)
    former_net_days = models.PositiveSmallIntegerField(default=NET_DAYS)
    reason = models.CharField(max_length=500)
    maker = models.ForeignKey("accounts.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    decision = models.CharField(max_length=16, choices=Decision, blank=True)
    decider = models.ForeignKey("accounts.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "ledger_credit_proposal"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"],
                name="credit_proposal_one_open",
                condition=models.Q(decision=""),
            ),
            models.CheckConstraint(
                name="credit_proposal_limit_fits_its_mode",
                condition=models.Q(mode="prepaid", limit=0)
                | models.Q(mode="postpaid", limit__gte=0),
            ),
            models.CheckConstraint(
                name="credit_proposal_net_days_within_half_a_year",
                condition=models.Q(net_days__lte=NET_DAYS_MAX),
            ),
            models.CheckConstraint(
                name="credit_proposal_four_eyes",
                condition=~models.Q(decision="approved")
                | (models.Q(decider__isnull=False) & ~models.Q(decider=models.F("maker"))),
            ),
            models.CheckConstraint(
                name="credit_proposal_decided_by_somebody",
                condition=models.Q(decision="", decider=None, decided_at=None)
                | (
                    ~models.Q(decision="")
                    & models.Q(decider__isnull=False, decided_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="credit_proposal_of_no_sandbox", condition=real_world("tenant")
            ),
        ]
