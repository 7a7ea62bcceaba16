"""A tenant's month and its bill."""

from django.db import models

from compute_billing.invoices.procurement_models import ProcurementVersion
from kernel.identifiers import uuid7
from kernel.worlds import same_world


class TenantMonth(models.Model):
    """The state of one tenant's billing month; rating shares its lock, closing takes it alone."""

    class State(models.TextChoices):
        OPEN = "open"
        CLOSED = "closed"

    pk = models.CompositePrimaryKey("tenant_id", "month")
    tenant_id = models.BigIntegerField()
    month = models.DateField()
    state = models.CharField(max_length=16, choices=State, default=State.OPEN)
    parked_reason = models.CharField(max_length=200, blank=True)
    closed_at = models.DateTimeField(null=True)
    charge_count = models.BigIntegerField(null=True)
    quantity = models.DecimalField(max_digits=40, decimal_places=0, null=True)
    gross = models.BigIntegerField(null=True)
    discount = models.BigIntegerField(null=True)
    programme = models.BigIntegerField(null=True)
    tenant = models.BigIntegerField(null=True)
    arrears = models.BigIntegerField(null=True)
    # In which recorded months the charges lie, so that whoever reads them again finds them.
    recorded_from = models.DateField(null=True)
    recorded_to = models.DateField(null=True)

    class Meta:
        db_table = "invoices_tenant_month"
        indexes = [models.Index(fields=["month"], name="tenant_month_month")]
        constraints = [
            models.CheckConstraint(
                name="tenant_month_closed_is_sealed",
                condition=models.Q(
                    state="closed", closed_at__isnull=False, gross__isnull=False, parked_reason=""
                )
                | models.Q(state="open", closed_at=None),
            ),
        ]


class InvoiceSeries(models.Model):
    """The last bill number given in an issuer's series; locked in the issuing transaction."""

    issuer = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    series = models.CharField(max_length=32)
    last_number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "invoices_series"
        constraints = [
            models.UniqueConstraint(fields=["issuer", "series"], name="invoice_series_unique"),
        ]


class Invoice(models.Model):
    """A bill (账单) or a credit note (账单调减单), inserted once at issue and never changed.

    A credit note is a bill of what is taken back: the same key, chain of totals and tax, numbers
    of its own, and each line tied to the lines that billed it.

    `total_fen` is F(cumulative net) - F(previously billed) in whole fen; what is below a fen is
    carried in `carried_micro` to the tenant's next bill of the same issuer. `net` holds its tax.
    """

    class Kind(models.TextChoices):
        BILL = "bill"
        CREDIT_NOTE = "credit_note"

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.BILL)
    issuer = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    period = models.DateField()
    sequence = models.PositiveSmallIntegerField()
    series = models.CharField(max_length=32)
    number = models.BigIntegerField()
    issued_at = models.DateTimeField()
    due_on = models.DateField(
        null=True, help_text="When what was used on credit is to be paid; nothing is where null."
    )
    quantity = models.DecimalField(max_digits=40, decimal_places=0)
    gross = models.BigIntegerField()
    discount = models.BigIntegerField()
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    programme = models.BigIntegerField()
    tenant_paid = models.BigIntegerField()
    arrears = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    carried_micro = models.BigIntegerField()
    # As they were at issue, so that the document of a bill never changes; empty on older bills.
    issuer_name = models.CharField(max_length=200, default="")
    issuer_uscc = models.CharField(max_length=18, default="")
    tenant_name = models.CharField(max_length=200, default="")
    tenant_uscc = models.CharField(max_length=18, default="")
    seal_head = models.CharField(max_length=100, default="", help_text="of the log, at issue")
    # What its buyer's purchase was called at issue: versions never change.
    procurement = models.ForeignKey(
        ProcurementVersion, models.PROTECT, null=True, db_index=False, related_name="+"
    )

    class Meta:
        db_table = "invoices_invoice"
        indexes = [models.Index(fields=["period"], name="invoice_period")]
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "tenant", "period", "sequence"], name="invoice_once_per_period"
            ),
            models.UniqueConstraint(
                fields=["issuer", "series", "number"], name="invoice_number_unique"
            ),
            models.CheckConstraint(
                name="invoice_number_positive", condition=models.Q(number__gt=0, sequence__gt=0)
            ),
            models.CheckConstraint(
                name="invoice_credit_note_takes_back",
                condition=models.Q(kind="bill", sequence=1)
                | models.Q(kind="credit_note", sequence=2, gross__lte=0, net__lte=0),
            ),
            models.CheckConstraint(
                name="invoice_adds_up",
                condition=models.Q(gross=models.F("discount") + models.F("net"))
                & models.Q(
                    net=models.F("programme") + models.F("tenant_paid") + models.F("arrears")
                ),
            ),
            models.CheckConstraint(
                name="invoice_of_one_world", condition=same_world("issuer", "tenant")
            ),
        ]


class InvoiceLine(models.Model):
    """A line is a key, not a list of charges: all charges of its price, project and payer.

    Or it is what one change of a package came to, as far as one payer bore it: then it has no
    price and no quantity, because use of the package has its own lines of card time.
    """

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    issuer_id = models.BigIntegerField()
    tenant_id = models.BigIntegerField()
    booked_month = models.DateField()
    usage_month = models.DateField()
    price_id = models.BigIntegerField(null=True)
    project_id = models.BigIntegerField(null=True)
    # Null on bills from before lines named their cluster.
    cluster_id = models.BigIntegerField(null=True)
    payer_kind = models.CharField(max_length=16)
    package_change = models.ForeignKey(
        "PackageChange", models.PROTECT, null=True, db_index=False, related_name="+"
    )
    unit = models.CharField(max_length=80)
    quantity = models.DecimalField(max_digits=40, decimal_places=0)
    amount = models.BigIntegerField()
    tax_class = models.CharField(max_length=32)
    sequence = models.PositiveSmallIntegerField()

    class Meta:
        db_table = "invoices_invoice_line"
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "position"], name="invoice_line_position_unique"
            ),
            models.CheckConstraint(
                name="invoice_line_of_one_world",
                condition=same_world("issuer_id", "tenant_id", "price_id", "cluster_id"),
            ),
            models.UniqueConstraint(
                fields=[
                    "issuer_id",
                    "tenant_id",
                    "booked_month",
                    "usage_month",
                    "price_id",
                    "project_id",
                    "cluster_id",
                    "payer_kind",
                    "package_change",
                    "sequence",
                ],
                name="invoice_line_key_unique",
                nulls_distinct=False,
            ),
            models.UniqueConstraint(
                fields=["package_change", "payer_kind"],
                condition=models.Q(package_change__isnull=False),
                name="invoice_line_package_billed_once",
            ),
            models.CheckConstraint(
                name="invoice_line_of_use_or_of_a_package",
                condition=models.Q(price_id__isnull=False, package_change=None)
                | models.Q(
                    price_id=None,
                    package_change__isnull=False,
                    project_id=None,
                    quantity=0,
                    unit="CNY",
                    payer_kind__in=["paid", "credit"],
                ),
            ),
        ]


class InvoiceCredit(models.Model):
    """How much of an earlier line a line of a credit note takes back, in the line's unit."""

    credit_line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="takes_back")
    corrected_line = models.ForeignKey(InvoiceLine, models.PROTECT, related_name="taken_back")
    amount = models.BigIntegerField()

    class Meta:
        db_table = "invoices_credit"
        constraints = [
            models.UniqueConstraint(
                fields=["credit_line", "corrected_line"], name="invoice_credit_unique"
            ),
            models.CheckConstraint(
                name="invoice_credit_takes_back", condition=models.Q(amount__gt=0)
            ),
        ]


class InvoiceCredited(models.Model):
    """How much credit notes have taken back from a line: never more than it billed."""

    line = models.OneToOneField(
        InvoiceLine, models.PROTECT, primary_key=True, related_name="credited"
    )
    billed = models.BigIntegerField()
    credited = models.BigIntegerField()

    class Meta:
        db_table = "invoices_credited"
        constraints = [
            models.CheckConstraint(
                name="invoice_credited_within_what_was_billed",
                condition=models.Q(credited__gt=0, credited__lte=models.F("billed")),
            ),
        ]


class InvoiceTax(models.Model):
    """The tax of one class within a bill's net, by cumulative differences like every amount."""

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="taxes")
    tax_class = models.CharField(max_length=32)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()

    class Meta:
        db_table = "invoices_tax"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "tax_class"], name="invoice_tax_unique"),
        ]
