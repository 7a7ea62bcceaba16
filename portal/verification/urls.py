"""The addresses of verification."""

from typing import Final

from django.urls import path

from portal.verification import desk_views, payment_views, step_views, views

OWN: Final = "organisations/<slug:code>/verification"
DESK: Final = "desk/verification"

urlpatterns = [
    path(OWN, views.VerificationView.as_view(), name="verification"),
    path(f"{OWN}/identity", step_views.IdentityView.as_view(), name="verification-identity"),
    path(f"{OWN}/size", step_views.SizeView.as_view(), name="verification-size"),
    path(f"{OWN}/papers", step_views.DocumentsView.as_view(), name="verification-documents"),
    path(f"{OWN}/papers/<uuid:document_id>", views.PaperView.as_view(), name="verification-paper"),
    path(
        f"{OWN}/papers/<uuid:document_id>/remove",
        step_views.RemoveDocumentView.as_view(),
        name="verification-paper-remove",
    ),
    path(f"{OWN}/account", step_views.AccountView.as_view(), name="verification-account"),
    path(
        f"{OWN}/account/cancel",
        step_views.CancelPaymentView.as_view(),
        name="verification-account-cancel",
    ),
    path(f"{OWN}/related", step_views.RelationsView.as_view(), name="verification-relations"),
    path(
        f"{OWN}/related/none",
        step_views.DeclareNoneView.as_view(),
        name="verification-none-related",
    ),
    path(
        f"{OWN}/related/<uuid:party_id>/remove",
        step_views.RemoveRelatedView.as_view(),
        name="verification-related-remove",
    ),
    path(f"{OWN}/review", views.ReviewView.as_view(), name="verification-review"),
    path(f"{OWN}/withdraw", views.WithdrawView.as_view(), name="verification-withdraw"),
    path(DESK, desk_views.QueueView.as_view(), name="verification-queue"),
    path(f"{DESK}/payments", payment_views.PaymentsView.as_view(), name="verification-payments"),
    path(
        f"{DESK}/payments/<uuid:payment_id>/sent",
        payment_views.SentView.as_view(),
        name="verification-payment-sent",
    ),
    path(
        f"{DESK}/payments/<uuid:payment_id>/bounced",
        payment_views.BouncedView.as_view(),
        name="verification-payment-bounced",
    ),
    path(f"{DESK}/<uuid:case_id>", desk_views.CaseDeskView.as_view(), name="verification-case"),
    path(
        f"{DESK}/<uuid:case_id>/papers/<uuid:document_id>",
        desk_views.CasePaperView.as_view(),
        name="verification-case-paper",
    ),
]
