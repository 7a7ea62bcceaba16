"""The addresses of payments."""

from django.urls import path

from portal import auto_top_up_views, payment_views, warning_views

urlpatterns = [
    path("top-up", payment_views.PayInView.as_view(), name="pay-in"),
    path("balance/warning", warning_views.LowAmountView.as_view(), name="low-amount"),
    path("top-up/automatic", auto_top_up_views.AutoTopUpView.as_view(), name="auto-top-up"),
    path("payments", payment_views.PaymentsView.as_view(), name="payments"),
    path("payments/<uuid:payment_id>", payment_views.PaymentView.as_view(), name="top-up"),
    path(
        "payments/<uuid:payment_id>/progress",
        payment_views.PaymentProgressView.as_view(),
        name="top-up-progress",
    ),
    path(
        "payments/<uuid:payment_id>/stop",
        payment_views.StopPaymentView.as_view(),
        name="top-up-stop",
    ),
    path(
        "payments/<uuid:payment_id>/refund",
        payment_views.RefundPaymentView.as_view(),
        name="top-up-refund",
    ),
    path(
        "operator/payments",
        auto_top_up_views.PaymentTroubleView.as_view(),
        name="operator-payments",
    ),
    path(
        "operator/payments/calls/<uuid:call_id>",
        auto_top_up_views.RetryCallView.as_view(),
        name="operator-payment-call",
    ),
    path(
        "operator/payments/events/<slug:event_id>",
        auto_top_up_views.RetryEventView.as_view(),
        name="operator-payment-event",
    ),
]
