"""The addresses of an organisation's own desk, below its code."""

from django.urls import path

from portal import (
    key_views,
    member_views,
    own_payout_views,
    procurement_views,
    sandbox_views,
    title_views,
    webhook_delivery_views,
    webhook_views,
)

urlpatterns = [
    path("webhooks", webhook_views.WebhooksView.as_view(), name="webhooks"),
    path("webhooks/<uuid:endpoint_id>", webhook_views.WebhookView.as_view(), name="webhook"),
    path(
        "webhooks/<uuid:endpoint_id>/secret",
        webhook_views.RotateWebhookView.as_view(),
        name="webhook-secret",
    ),
    path(
        "webhooks/<uuid:endpoint_id>/try",
        webhook_views.PingWebhookView.as_view(),
        name="webhook-try",
    ),
    path(
        "webhooks/<uuid:endpoint_id>/switch",
        webhook_views.SwitchWebhookView.as_view(),
        name="webhook-switch",
    ),
    path(
        "webhooks/<uuid:endpoint_id>/delete",
        webhook_views.DeleteWebhookView.as_view(),
        name="webhook-delete",
    ),
    path(
        "deliveries/<uuid:delivery_id>",
        webhook_delivery_views.DeliveryView.as_view(),
        name="webhook-delivery",
    ),
    path(
        "deliveries/<uuid:delivery_id>/again",
        webhook_views.RedeliverView.as_view(),
        name="webhook-again",
    ),
    path("members", member_views.MembersView.as_view(), name="members"),
    path(
        "members/<uuid:person_id>/role", member_views.ChangeRoleView.as_view(), name="member-role"
    ),
    path("members/<uuid:person_id>/end", member_views.EndRoleView.as_view(), name="member-end"),
    path(
        "invitations/<uuid:invitation_id>/revoke",
        member_views.RevokeInvitationView.as_view(),
        name="invitation-revoke",
    ),
    path("sandbox", sandbox_views.SandboxView.as_view(), name="own-sandbox"),
    path("sandbox/enter", sandbox_views.EnterSandboxView.as_view(), name="sandbox-enter"),
    path("sandbox/fill", sandbox_views.FillSandboxView.as_view(), name="sandbox-fill"),
    path(
        "sandbox/close",
        sandbox_views.CloseSandboxMonthView.as_view(),
        name="sandbox-close-month",
    ),
    path("sandbox/renew", sandbox_views.RenewSandboxView.as_view(), name="sandbox-renew"),
    path("payouts", own_payout_views.OwnPayoutsView.as_view(), name="own-payouts"),
    path(
        "payouts/<uuid:payout_id>/<str:language>.pdf",
        own_payout_views.OwnPayoutDocumentView.as_view(),
        name="own-payout-document",
    ),
    path(
        "payouts/accounts/<uuid:account_id>/stop",
        own_payout_views.StopAccountView.as_view(),
        name="own-payout-account-stop",
    ),
    path("procurement", procurement_views.ProcurementView.as_view(), name="procurement"),
    path("titles", title_views.TitlesView.as_view(), name="invoice-titles"),
    path("titles/<uuid:title_id>", title_views.TitleView.as_view(), name="invoice-title"),
    path(
        "titles/<uuid:title_id>/default",
        title_views.DefaultTitleView.as_view(),
        name="invoice-title-default",
    ),
    path(
        "titles/<uuid:title_id>/retirement",
        title_views.RetireTitleView.as_view(),
        name="invoice-title-retire",
    ),
    path("keys", key_views.KeyListView.as_view(), name="organisation-keys"),
    path(
        "keys/<uuid:key_id>/rotate",
        key_views.RotateKeyView.as_view(),
        name="organisation-key-rotate",
    ),
    path(
        "keys/<uuid:key_id>/revoke",
        key_views.RevokeKeyView.as_view(),
        name="organisation-key-revoke",
    ),
]
