"""The addresses of e-invoices: the buyer's and the issuer's."""

from django.urls import path

from portal import einvoice_desk_views, einvoice_item_views, einvoice_views

urlpatterns = [
    path("invoices", einvoice_views.EInvoicesView.as_view(), name="einvoices"),
    path("invoices/new", einvoice_views.RequestView.as_view(), name="einvoice-request"),
    path("invoices/<uuid:einvoice_id>", einvoice_views.EInvoiceView.as_view(), name="einvoice"),
    path(
        "invoices/<uuid:einvoice_id>/withdrawal",
        einvoice_views.WithdrawView.as_view(),
        name="einvoice-withdraw",
    ),
    path("desk/invoices", einvoice_desk_views.DeskView.as_view(), name="einvoice-desk"),
    path("desk/invoices/export", einvoice_desk_views.ExportView.as_view(), name="einvoice-export"),
    path(
        "desk/invoices/answers", einvoice_desk_views.AnswersView.as_view(), name="einvoice-answers"
    ),
    path("desk/invoices/items", einvoice_item_views.ItemsView.as_view(), name="einvoice-items"),
    path(
        "desk/invoices/files/<uuid:file_id>.<str:form>",
        einvoice_desk_views.FileView.as_view(),
        name="einvoice-file",
    ),
    path(
        "desk/invoices/<uuid:einvoice_id>",
        einvoice_desk_views.OneView.as_view(),
        name="einvoice-desk-one",
    ),
    path(
        "desk/invoices/<uuid:einvoice_id>/answer",
        einvoice_desk_views.AnswerView.as_view(),
        name="einvoice-answer",
    ),
    path(
        "desk/invoices/<uuid:einvoice_id>/red",
        einvoice_desk_views.ReverseView.as_view(),
        name="einvoice-reverse",
    ),
]
