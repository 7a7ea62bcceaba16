"""Every write of e-invoices: titles, tax codes, requests, files, answers, red letters."""

from compute_billing.einvoices.answering import (
    Answer,
    EInvoiceAnswered,
    Outcome,
    UnableToRecordAnswer,
    record_answer,
    record_answers,
)
from compute_billing.einvoices.composing import UnableToInvoiceCredit
from compute_billing.einvoices.exporting import NothingToExport, export_einvoices
from compute_billing.einvoices.items import UnableToSetTaxItem, set_tax_item
from compute_billing.einvoices.numbering import MalformedEInvoiceNumber
from compute_billing.einvoices.requesting import (
    AlreadyInvoiced,
    TaxItemMissing,
    UnableToRequestEInvoice,
    UnableToWithdraw,
    UnknownEInvoice,
    Wish,
    request_einvoice,
    withdraw_einvoice,
)
from compute_billing.einvoices.reversing import (
    AlreadyReversed,
    Correction,
    UnableToReverse,
    request_red_letter,
)
from compute_billing.einvoices.titles import (
    TitleSaid,
    UnableToKeepTitle,
    UnknownTitle,
    add_title,
    change_title,
    make_default,
    retire_title,
)

__all__ = [
    "AlreadyInvoiced",
    "AlreadyReversed",
    "Answer",
    "Correction",
    "EInvoiceAnswered",
    "MalformedEInvoiceNumber",
    "NothingToExport",
    "Outcome",
    "TaxItemMissing",
    "TitleSaid",
    "UnableToInvoiceCredit",
    "UnableToKeepTitle",
    "UnableToRecordAnswer",
    "UnableToRequestEInvoice",
    "UnableToReverse",
    "UnableToSetTaxItem",
    "UnableToWithdraw",
    "UnknownEInvoice",
    "UnknownTitle",
    "Wish",
    "add_title",
    "change_title",
    "export_einvoices",
    "make_default",
    "record_answer",
    "record_answers",
    "request_einvoice",
    "request_red_letter",
    "retire_title",
    "set_tax_item",
    "withdraw_einvoice",
]
