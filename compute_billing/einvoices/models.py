"""Tables of e-invoices (数电票): titles, tax codes, requests with lines, files and answers."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from kernel.identifiers import uuid7
from kernel.worlds import real_world

USCC: Final = r"^[0-9A-HJ-NPQRTUWXY]{18}$"
NAME_LENGTH_MAX: Final = 200


class Kind(models.TextChoices):
    """81 增值税专用发票, whose tax the buyer deducts; 82 普通发票."""

    SPECIAL = "special"
    ORDINARY = "ordinary"


class Colour(models.TextChoices):
    """A blue one says what was sold, a red one (红字) takes of a blue one back."""

    BLUE = "blue"
    RED = "red"


class State(models.TextChoices):
    """How far an e-invoice is; what is refused or withdrawn leaves its bills free."""

    REQUESTED = "requested"
    EXPORTED = "exported"
    ISSUED = "issued"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Reason(models.TextChoices):
    """Why a red letter is due, by the codes of the 红字确认单."""

    WRONG = "01"
    RETURNED = "02"
    ENDED = "03"
    ALLOWED = "04"


WAITING: Final = (State.REQUESTED, State.EXPORTED)
LIVE: Final = (*WAITING, State.ISSUED)


class InvoiceTitle(models.Model):
    """An entry of an organisation's title book (抬头簿); what it says stands on its versions."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    is_default = models.BooleanField(default=False)
    added_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "einvoices_title"
        constraints = [
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(is_default=True), name="einvoice_title_one_default"
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(retired_at=None),
                name="einvoice_title_default_is_in_use",
            ),
            models.CheckConstraint(
                condition=real_world("tenant"), name="einvoice_title_of_no_sandbox"
            ),
        ]


class InvoiceTitleVersion(models.Model):
    """What a title says, from one change to the next; a request keeps the one it was made with."""

    title = models.ForeignKey(InvoiceTitle, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    uscc = models.CharField(max_length=18, blank=True)
    address = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    bank = models.CharField(max_length=100, blank=True)
    bank_account = models.CharField(max_length=64, blank=True)
    email = models.EmailField(blank=True)
    mobile = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "einvoices_title_version"
        constraints = [
            models.UniqueConstraint(fields=["title", "version"], name="einvoice_title_version"),
            models.CheckConstraint(
                condition=Q(uscc="") | Q(uscc__regex=USCC), name="einvoice_title_uscc_form"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="einvoice_title_has_a_name"),
        ]


class TaxItem(models.Model):
    """How an issuer names what he sells under a tax class: 商品和服务税收编码 and 项目名称."""

    issuer = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    tax_class = models.CharField(max_length=32)
    version = models.PositiveIntegerField()
    name = models.CharField(max_length=100)
    code = models.CharField(max_length=19)
    preference = models.CharField(max_length=50, blank=True, help_text="优惠政策标识")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "einvoices_item"
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "tax_class", "version"], name="einvoice_item_version"
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[0-9]{19}$"), name="einvoice_item_code_form"
            ),
            models.CheckConstraint(
                condition=real_world("issuer"), name="einvoice_item_of_no_sandbox"
            ),
        ]


class EInvoiceFile(models.Model):
    """What was handed to the tax bureau at once, to the byte."""

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    issuer = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    einvoices = models.PositiveIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "einvoices_file"
        constraints = [
            models.CheckConstraint(
                condition=real_world("issuer"), name="einvoice_file_of_no_sandbox"
            ),
            models.CheckConstraint(
                condition=Q(einvoices__gt=0), name="einvoice_file_holds_something"
            ),
        ]


class EInvoice(models.Model):
    """A 数电票 from its request to the tax bureau's answer. Amounts are whole fen, above zero.

    A red one says how much it takes back; its document shows it below zero. `amount_fen` is
    without tax (合计金额), `total_fen` with it (价税合计).
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    colour = models.CharField(max_length=8, choices=Colour, default=Colour.BLUE)
    kind = models.CharField(max_length=16, choices=Kind)
    issuer = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    tenant = models.ForeignKey("accounts.Organisation", models.PROTECT, related_name="+")
    issuer_name = models.CharField(max_length=NAME_LENGTH_MAX)
    issuer_uscc = models.CharField(max_length=18)
    title = models.ForeignKey(InvoiceTitleVersion, models.PROTECT, related_name="+")
    seller = models.ForeignKey(InvoiceTitleVersion, models.PROTECT, null=True, related_name="+")
    remarks = models.CharField(max_length=230, blank=True)
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="red_letters")
    credit_note = models.ForeignKey(
        "compute_billing.Invoice", models.PROTECT, null=True, related_name="+"
    )
    reason = models.CharField(max_length=2, choices=Reason, blank=True)
    state = models.CharField(max_length=16, choices=State, default=State.REQUESTED)
    requested_at = models.DateTimeField()
    file = models.ForeignKey(EInvoiceFile, models.PROTECT, null=True, related_name="contents")
    number = models.CharField(max_length=20, null=True, unique=True)  # noqa: DJ001 - unique
    issued_on = models.DateField(null=True)
    confirmation_no = models.CharField(max_length=40, blank=True, help_text="红字确认单编号")
    refusal = models.CharField(max_length=300, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "einvoices_einvoice"
        indexes = [models.Index(fields=["issuer", "state"], name="einvoice_queue")]
        constraints = [
            models.CheckConstraint(
                condition=Q(total_fen=F("amount_fen") + F("tax_fen"))
                & Q(total_fen__gt=0, tax_fen__gte=0),
                name="einvoice_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(state="issued", number__isnull=False, issued_on__isnull=False)
                | (~Q(state="issued") & Q(number=None, issued_on=None)),
                name="einvoice_issued_has_a_number",
            ),
            models.CheckConstraint(
                condition=Q(number__regex=r"^[0-9]{20}$"), name="einvoice_number_form"
            ),
            models.CheckConstraint(
                condition=~Q(state="exported") | Q(file__isnull=False),
                name="einvoice_exported_in_a_file",
            ),
            models.CheckConstraint(
                condition=Q(colour="blue", corrects=None, credit_note=None, reason="")
                | (Q(colour="red", corrects__isnull=False) & ~Q(reason="")),
                name="einvoice_red_corrects_a_blue",
            ),
            models.CheckConstraint(
                condition=(Q(state="refused") & ~Q(refusal=""))
                | (~Q(state="refused") & Q(refusal="")),
                name="einvoice_refused_says_why",
            ),
            models.UniqueConstraint(
                fields=["corrects", "credit_note"],
                condition=Q(state__in=["requested", "exported", "issued"]),
                name="einvoice_red_once_for_a_credit_note",
            ),
            models.CheckConstraint(
                condition=real_world("issuer", "tenant"), name="einvoice_of_no_sandbox"
            ),
        ]

    @property
    def document_no(self) -> str:
        """Return the 单据号 by which the tax bureau's answer is known."""
        return f"SJ{self.pk:012d}"


class EInvoiceBill(models.Model):
    """A bill on a blue e-invoice; at most one of a bill is live, the others have ended."""

    einvoice = models.ForeignKey(EInvoice, models.PROTECT, related_name="bills")
    invoice = models.ForeignKey("compute_billing.Invoice", models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "einvoices_bill"
        constraints = [
            models.UniqueConstraint(fields=["einvoice", "invoice"], name="einvoice_bill_once"),
            models.UniqueConstraint(
                fields=["invoice"],
                condition=Q(ended_at__isnull=True),
                name="einvoice_one_live_for_a_bill",
            ),
        ]


class EInvoiceLine(models.Model):
    """A line as it is printed, in whole fen; `net` is what the books say, in micro-yuan."""

    einvoice = models.ForeignKey(EInvoice, models.PROTECT, related_name="lines")
    position = models.PositiveIntegerField()
    item = models.ForeignKey(TaxItem, models.PROTECT, related_name="+")
    rate_ppm = models.PositiveIntegerField()
    specification = models.CharField(max_length=200, blank=True)
    quantity = models.DecimalField(max_digits=40, decimal_places=0)
    net = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    total_fen = models.BigIntegerField()
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")

    class Meta:
        db_table = "einvoices_line"
        constraints = [
            models.UniqueConstraint(fields=["einvoice", "position"], name="einvoice_line_position"),
            # What the counter of red letters copies down.
            models.UniqueConstraint(
                fields=["id", "amount_fen", "tax_fen", "net"], name="einvoice_line_and_its_amounts"
            ),
            models.CheckConstraint(
                condition=Q(total_fen=F("amount_fen") + F("tax_fen"))
                & Q(amount_fen__gte=0, tax_fen__gte=0, net__gt=0),
                name="einvoice_line_adds_up",
            ),
        ]


class EInvoiceLinePart(models.Model):
    """A bill's line that an e-invoice's line is made of: payers of one price stand together."""

    line = models.ForeignKey(EInvoiceLine, models.PROTECT, related_name="parts")
    invoice_line = models.ForeignKey(
        "compute_billing.InvoiceLine", models.PROTECT, related_name="+"
    )

    class Meta:
        db_table = "einvoices_line_part"
        constraints = [
            models.UniqueConstraint(fields=["line", "invoice_line"], name="einvoice_part_once"),
        ]


class EInvoiceReversed(models.Model):
    """What live red letters take back of a blue line: never more than it says."""

    line = models.OneToOneField(
        EInvoiceLine, models.PROTECT, primary_key=True, related_name="reversed"
    )
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField()
    net = models.BigIntegerField()
    reversed_amount_fen = models.BigIntegerField(default=0)
    reversed_tax_fen = models.BigIntegerField(default=0)
    reversed_net = models.BigIntegerField(default=0)

    class Meta:
        db_table = "einvoices_reversed"
        constraints = [
            models.CheckConstraint(
                name="einvoice_reversed_within_the_line",
                condition=Q(
                    reversed_amount_fen__gte=0,
                    reversed_amount_fen__lte=F("amount_fen"),
                    reversed_tax_fen__gte=0,
                    reversed_tax_fen__lte=F("tax_fen"),
                    reversed_net__gte=0,
                    reversed_net__lte=F("net"),
                ),
            ),
        ]
