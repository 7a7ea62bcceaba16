"""What holds for every page: Chinese first, and nothing loaded from anywhere else."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

# No script and no style inside a page, nothing from other hosts, no frames around it. Forms go
# to this house, and by way of it to the provider of single sign-on where there is one.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action {forms}; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# Django's admin and its theme bring scripts inside their pages, but none from elsewhere.
ADMIN: Final = "/admin/"
ADMIN_POLICY: Final = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'unsafe-inline' 'unsafe-eval'; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

Respond = Callable[[HttpRequest], HttpResponse]


class ChineseFirst:
    """Speak the language that somebody chose by the switch, else Chinese.

    Unlike Django's LocaleMiddleware it does not guess from the browser: an office computer's
    settings say little about who sits before it.
    """

    def __init__(self, get_response: Respond) -> None:
        """Wrap what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the chosen language."""
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        known = {code for code, _ in settings.LANGUAGES}
        language = chosen if chosen in known else settings.LANGUAGE_CODE
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


class ContentSecurityPolicy:
    """Send the policy with every page."""

    def __init__(self, get_response: Respond) -> None:
        """Wrap what answers."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with the policy."""
        response = self.get_response(request)
        forms = " ".join(["'self'", *settings.FORM_TARGETS])
        ours = CONTENT_SECURITY_POLICY.format(forms=forms)
        policy = ADMIN_POLICY if request.path.startswith(ADMIN) else ours
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
