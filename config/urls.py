"""Every address the service answers."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from compute_billing.api.stripe_webhook import stripe_webhook
from config import health
from config.api_schema import Schema
from portal.reference import Reference

# The admin site's own log-in knows neither lock-out nor second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]

urlpatterns = [
    path("", include("portal.urls")),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("webhooks/stripe", stripe_webhook, name="stripe-webhook"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("api/v1/", include("accounts.api_urls")),
    path("api/v1/", include("compute_billing.api.urls")),
    path("api/v1/", include("marketplace.api.urls")),
    path("api/v1/schema", Schema.as_view(), name="api-schema"),
    path("api/v1/reference", Reference.as_view(), name="api-reference"),
]

handler404 = "config.api_errors.page_not_found"
handler500 = "config.api_errors.server_error"
