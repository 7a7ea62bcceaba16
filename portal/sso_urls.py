"""The addresses of single sign-on: they exist only where a server is named."""

from allauth.socialaccount import views as social
from allauth.socialaccount.providers.openid_connect import views as openid_connect
from django.conf import settings
from django.urls import URLPattern, path

SINGLE_SIGN_ON: list[URLPattern] = [
    path("sso/<slug:provider_id>", openid_connect.login, name="openid_connect_login"),
    path("sso/<slug:provider_id>/back", openid_connect.callback, name="openid_connect_callback"),
    path("sso-cancelled", social.login_cancelled, name="socialaccount_login_cancelled"),
    path("sso-failed", social.login_error, name="socialaccount_login_error"),
    path("sso-sign-up", social.signup, name="socialaccount_signup"),
    path("account/sso", social.connections, name="socialaccount_connections"),
]

urlpatterns = SINGLE_SIGN_ON if settings.OIDC_SERVER_URL else []
