"""Forms of e-invoices: they read what was sent and know no rules."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from kernel.tax import RATES_PPM
from portal.einvoice_pages import KINDS, REASONS
from portal.wording import TAX_CLASSES, worded

TITLE_FIELDS: Final = (
    *("name", "uscc", "address", "phone", "bank", "bank_account", "email", "mobile"),
)


class TitleForm(forms.Form):
    """What stands on an invoice about its buyer."""

    name = forms.CharField(label=_("Title"), max_length=200)
    uscc = forms.CharField(
        label=_("Unified social credit code"),
        max_length=18,
        required=False,
        help_text=_("18 characters. Without it the title serves for ordinary invoices alone."),
    )
    address = forms.CharField(label=_("Registered address"), max_length=200, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=50, required=False)
    bank = forms.CharField(label=_("Bank"), max_length=100, required=False)
    bank_account = forms.CharField(label=_("Bank account"), max_length=64, required=False)
    email = forms.EmailField(
        label=_("E-mail for delivery"),
        required=False,
        help_text=_("The tax bureau sends the invoice there."),
    )
    mobile = forms.CharField(label=_("Mobile for delivery"), max_length=20, required=False)


class RequestForm(forms.Form):
    """Which bills, which kind, in whose name."""

    bills = forms.MultipleChoiceField(
        label=_("Bills"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Bills of one issuer come on one invoice."),
    )
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=list(KINDS.items()),
        help_text=_("The tax of a special invoice is deducted by the buyer himself, no other."),
    )
    title = forms.ChoiceField(label=_("Invoice title"))
    remarks = forms.CharField(
        label=_("Remarks"),
        max_length=100,
        required=False,
        help_text=_("Printed behind the numbers of the bills: a contract, a project."),
    )

    def __init__(
        self,
        *args: Any,
        bills: list[tuple[str, str]],
        titles: list[tuple[str, str]],
        **options: Any,
    ) -> None:
        """Offer these bills and titles."""
        super().__init__(*args, **options)
        self.fields["bills"].choices = bills  # type: ignore[attr-defined]
        self.fields["title"].choices = titles  # type: ignore[attr-defined]


class AnswersForm(forms.Form):
    """The file that the tax bureau's software hands back."""

    file = forms.FileField(
        label=_("Answers of the tax bureau"),
        allow_empty_file=True,
        help_text=_(
            "CSV with 单据号, 数电发票号码, 开票日期 and 失败原因. "
            "The same file again does no harm."
        ),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
    )


class AnswerForm(forms.Form):
    """A number with its day, or why there is none."""

    prefix = "answer"

    number = forms.CharField(
        label=_("Number"), max_length=24, required=False, help_text=_("20 digits.")
    )
    issued_on = forms.DateField(
        label=_("Issued on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    confirmation_no = forms.CharField(
        label=_("Red-letter confirmation"),
        max_length=40,
        required=False,
        help_text=_("Of a red letter alone."),
    )
    refusal = forms.CharField(
        label=_("Or why it is refused"),
        max_length=300,
        required=False,
        help_text=_("The buyer reads it and mends his request."),
    )


class RedForm(forms.Form):
    """What a red letter takes back, and why."""

    prefix = "red"

    credit_note = forms.ChoiceField(label=_("For"), required=False)
    reason = forms.ChoiceField(label=_("Reason"), choices=list(REASONS.items()))
    confirmation_no = forms.CharField(
        label=_("Red-letter confirmation"), max_length=40, required=False
    )

    def __init__(self, *args: Any, notes: list[tuple[str, str]], **options: Any) -> None:
        """Offer these credit notes, and all that is left."""
        super().__init__(*args, **options)
        whole = ("", _("all that is left: the invoice was wrong"))
        self.fields["credit_note"].choices = [*notes, whole]  # type: ignore[attr-defined]


class ItemForm(forms.Form):
    """Under which tax code an issuer sells what has a tax class."""

    issuer = forms.ChoiceField(label=_("Issued by"))
    tax_class = forms.ChoiceField(
        label=_("Tax class"),
        choices=[(name, worded(TAX_CLASSES, name)) for name in RATES_PPM],
        initial="vat_6",
    )
    name = forms.CharField(
        label=_("Item"), max_length=100, help_text=_("As printed: *信息技术服务*智能算力服务")
    )
    code = forms.RegexField(
        r"^[0-9]{19}$",
        label=_("Tax code"),
        help_text=_("商品和服务税收编码, 19 digits; an accountant decides which."),
    )
    preference = forms.CharField(label=_("Preference"), max_length=50, required=False)

    def __init__(self, *args: Any, issuers: list[tuple[str, str]], **options: Any) -> None:
        """Offer these issuers."""
        super().__init__(*args, **options)
        self.fields["issuer"].choices = issuers  # type: ignore[attr-defined]
