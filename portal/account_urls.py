"""The addresses of signing in: what is not named here does not exist (docs/adr/0028)."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as sessions
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods

from portal.account_views import RemoveKeyView

# Django's form views take PUT for POST; nothing of ours sends it.
_page = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("login", _page(account.login), name="account_login"),
    path("login/passkey", _page(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("login/second-factor", _page(mfa.authenticate), name="mfa_authenticate"),
    path("logout", _page(account.logout), name="account_logout"),
    path("closed", _page(account.account_inactive), name="account_inactive"),
    path("sign-up", _page(account.signup), name="account_signup"),
    path("verify", _page(account.email_verification_sent), name="account_email_verification_sent"),
    re_path(
        r"^verify/(?P<key>[-:\w]+)$", _page(account.confirm_email), name="account_confirm_email"
    ),
    path("password/forgotten", _page(account.password_reset), name="account_reset_password"),
    path(
        "password/forgotten/sent",
        _page(account.password_reset_done),
        name="account_reset_password_done",
    ),
    re_path(
        r"^password/new/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        _page(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/changed",
        _page(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("account/confirm", _page(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code", _page(mfa.reauthenticate), name="mfa_reauthenticate"),
    path(
        "account/confirm/key",
        _page(webauthn.reauthenticate_webauthn),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/email", _page(account.email), name="account_email"),
    path("account/password", _page(account.password_change), name="account_change_password"),
    path("account/password/first", _page(account.password_set), name="account_set_password"),
    path("account/sessions", _page(sessions.list_usersessions), name="usersessions_list"),
    path("account/second-factor", _page(mfa.index), name="mfa_index"),
    path("account/second-factor/app", _page(totp.activate_totp), name="mfa_activate_totp"),
    path(
        "account/second-factor/app/remove", _page(totp.deactivate_totp), name="mfa_deactivate_totp"
    ),
    path("account/second-factor/keys", _page(webauthn.list_webauthn), name="mfa_list_webauthn"),
    path("account/second-factor/keys/add", _page(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "account/second-factor/keys/<int:pk>",
        _page(webauthn.edit_webauthn),
        name="mfa_edit_webauthn",
    ),
    path(
        "account/second-factor/keys/<int:pk>/remove",
        _page(RemoveKeyView.as_view()),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/second-factor/codes",
        _page(recovery_codes.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/second-factor/codes/new",
        _page(recovery_codes.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "account/second-factor/codes/download",
        _page(recovery_codes.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
