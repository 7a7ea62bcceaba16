"""The addresses of the portal."""

from django.urls import include, path

from portal import (
    account_views,
    bank_views,
    bill_views,
    estimate_views,
    notification_views,
    package_views,
    sandbox_views,
    style_views,
    usage_views,
    views,
    wallet_views,
)

urlpatterns = [
    path("", views.OverviewView.as_view(), name="overview"),
    path("usage", usage_views.UsageView.as_view(), name="usage"),
    path("usage/<str:record_id>", usage_views.WhyView.as_view(), name="usage-why"),
    path("balance", wallet_views.WalletView.as_view(), name="wallet"),
    path("balance/transfer", bank_views.TransferView.as_view(), name="bank-transfer"),
    path("packages", package_views.PackagesView.as_view(), name="packages"),
    path("packages/new", package_views.OrderView.as_view(), name="package-order"),
    path("packages/<uuid:package_id>", package_views.PackageView.as_view(), name="package"),
    path(
        "packages/<uuid:package_id>/resize",
        package_views.ResizeView.as_view(),
        name="package-resize",
    ),
    path(
        "packages/<uuid:package_id>/renewal",
        package_views.RenewView.as_view(),
        name="package-renewal",
    ),
    path("packages/<uuid:package_id>/end", package_views.EndView.as_view(), name="package-end"),
    path("estimate", estimate_views.EstimateView.as_view(), name="estimate"),
    path("statements", bill_views.BillsView.as_view(), name="bills"),
    path("statements/<uuid:bill_id>", bill_views.BillView.as_view(), name="bill"),
    path(
        "statements/<uuid:bill_id>/<str:language>.pdf",
        bill_views.BillDocumentView.as_view(),
        name="bill-document",
    ),
    path("style", style_views.StyleView.as_view(), name="style"),
    path("account", account_views.AccountView.as_view(), name="account"),
    path(
        "account/invitations/<uuid:invitation_id>/accept",
        account_views.AcceptInvitationView.as_view(),
        name="invitation-accept",
    ),
    path("notifications", notification_views.InboxView.as_view(), name="notifications"),
    path("notifications/read", notification_views.ReadAllView.as_view(), name="notifications-read"),
    path(
        "notifications/<uuid:notification_id>",
        notification_views.OpenNotificationView.as_view(),
        name="notification",
    ),
    path(
        "account/notifications",
        notification_views.PreferencesView.as_view(),
        name="notification-preferences",
    ),
    path("invitations/<str:token>", account_views.InvitationView.as_view(), name="invitation"),
    path(
        "account/sessions/<int:session_id>/end",
        account_views.EndSessionView.as_view(),
        name="usersessions_end",
    ),
    path("sandbox/leave", sandbox_views.LeaveSandboxView.as_view(), name="sandbox-leave"),
    path("organisations/<slug:code>/", include("portal.organisation_urls")),
    path("", include("portal.payment_urls")),
    path("", include("portal.operator_urls")),
    path("", include("portal.verification.urls")),
    path("", include("portal.officer_urls")),
    path("", include("portal.bank_urls")),
    path("", include("portal.cash_urls")),
    path("", include("portal.account_urls")),
    path("", include("portal.sso_urls")),
]
