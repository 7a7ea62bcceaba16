"""Asking for a second factor again, with the way back to what was begun (docs/adr/0051)."""

from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import second_factor
from accounts.models import User
from kernel.clock import utc_now
from portal.resuming import READING, page_of, suspend


def staff_question(request: HttpRequest, *, user: User, now: datetime) -> HttpResponse:
    """Ask somebody of the house."""
    words = _(
        "Staff confirm their second factor every %(hours)s hours. Nothing was done yet; you come "
        "back to where you were."
    )
    told = words % {"hours": settings.STAFF_FACTOR_HOURS}
    return _question(request, user=user, words=told, now=now)


def money_question(request: HttpRequest) -> HttpResponse | None:
    """Ask who lets money out; None where nothing is done, or the factor was just shown."""
    user, now = request.user, utc_now()
    if request.method in READING or not isinstance(user, User):
        return None
    if second_factor.lets_money_out(request=request, user=user, now=now):
        return None
    if not settings.STAFF_NEED_SECOND_FACTOR and second_factor.is_required(user=user):
        return None  # The demonstration's staff have none.
    words = _(
        "Money leaves only with a second factor shown in the last %(minutes)s minutes. Nothing "
        "was done yet; what you typed is kept."
    )
    told = words % {"minutes": settings.MONEY_OUT_FACTOR_MINUTES}
    return _question(request, user=user, words=told, now=now)


def _question(request: HttpRequest, *, user: User, words: str, now: datetime) -> HttpResponse:
    back = _way_back(request, now=now)
    if not second_factor.exists(user=user):
        set_up = _("Set up a second factor first. These pages then lead back to what you began.")
        messages.info(request, set_up)
        return _lead(request, reverse("mfa_index"))
    messages.info(request, words)
    return _lead(request, f"{reverse('mfa_reauthenticate')}?{urlencode({'next': back})}")


def _way_back(request: HttpRequest, *, now: datetime) -> str:
    """Keep what was asked for, and return where to go on with it."""
    resume = reverse("resume")
    if request.path == resume or suspend(request, now=now).is_form:
        return resume
    return page_of(request)


def _lead(request: HttpRequest, address: str) -> HttpResponse:
    """Lead the whole page there, also where only a part of it was asked for by htmx."""
    if "HX-Request" in request.headers:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return redirect(address)
