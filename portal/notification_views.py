"""What somebody was told: his inbox, and what he wants to be told."""

from typing import Final, cast
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from accounts.api_paging import CursorMalformed, uuid_of
from accounts.models import User
from accounts.notifications import operations, queries
from accounts.notifications.kinds import RULES, Channel, Kind, Rule, kinds_for
from accounts.queries import staff_roles_of
from kernel.clock import utc_now
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.notification_words import NAMES, words
from portal.operator_desk import address_of
from portal.sandbox_pages import sandbox_page_of

ROWS_MAX: Final = 50
FILE_ROWS_MAX: Final = 10_000
# `?state=` of those that were not read.
NEW: Final = "new"
COLUMNS: Final = ("id", "kind", "title", "text", "organisation", "created_at", "read_at")


class InboxView(LoginRequiredMixin, View):
    """One's own notifications, the newest first."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show a page of them, or send all; they are real: nobody reads them in a sandbox."""
        inside = sandbox_page_of(request)
        if inside is not None:
            return inside
        file_kind = wanted_kind(request)
        if file_kind is not None:
            rows = (_cells(one) for one in _found(request, limit=FILE_ROWS_MAX))
            return file_response(name="notifications", kind=file_kind, columns=COLUMNS, rows=rows)
        found = _found(request, limit=ROWS_MAX + 1)
        shown = [_shown(one) for one in found[:ROWS_MAX]]
        chosen = _chosen(request)
        context = {
            "notifications": shown,
            "kinds": NAMES.items(),
            "chosen": chosen,
            "is_filtered": any(chosen.values()),
            "address": address_of(chosen),
            "after": shown[-1]["id"] if len(found) > ROWS_MAX else None,
            "is_first": "after" not in request.GET,
        }
        return render(request, "portal/notifications.html", context)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """Return the filters; what there is not is not filtered by."""
    kind, state = request.GET.get("kind", ""), request.GET.get("state", "")
    return {
        "kind": kind if kind in list(Kind) else "",
        "state": state if state == NEW else "",
    }


def _found(request: HttpRequest, *, limit: int) -> list[queries.Notification]:
    chosen = _chosen(request)
    return queries.inbox_page(
        user_id=request.user.pk or 0,
        after=_after(request),
        kind=chosen["kind"],
        only_unread=chosen["state"] == NEW,
        limit=limit,
    )


def _shown(one: queries.Notification) -> dict[str, object]:
    return {
        "id": one.public_id,
        "words": words(kind=one.kind, about=one.about, code=_code(one)),
        "organisation": "" if one.organisation is None else one.organisation.name,
        "created_at": one.created_at,
        "is_new": one.read_at is None,
    }


def _cells(one: queries.Notification) -> list[Cell]:
    said = words(kind=one.kind, about=one.about, code=_code(one))
    return [
        *(str(one.public_id), one.kind, said.title, said.text, _code(one)),
        *(one.created_at, one.read_at),
    ]


def _code(notification: queries.Notification) -> str:
    return "" if notification.organisation is None else notification.organisation.code


def _after(request: HttpRequest) -> UUID | None:
    text = request.GET.get("after", "")
    try:
        return uuid_of(text) if text else None
    except CursorMalformed as error:
        raise Http404 from error


class OpenNotificationView(LoginRequiredMixin, View):
    """Follow a notification to what it is about."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, notification_id: UUID) -> HttpResponse:
        """Note that it was read; somebody else's is as absent as one that never was."""
        user_id = request.user.pk or 0
        found = queries.own_notification(user_id=user_id, public_id=notification_id)
        if found is None:
            raise Http404
        operations.mark_read(user_id=user_id, public_id=notification_id, now=utc_now())
        return redirect(words(kind=found.kind, about=found.about, code=_code(found)).path)


class ReadAllView(LoginRequiredMixin, View):
    """Note that all was read."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest) -> HttpResponse:
        """Note it."""
        operations.mark_read(user_id=request.user.pk or 0, now=utc_now())
        return redirect("notifications")


class LanguageForm(forms.Form):
    """In which language somebody is written to."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language of messages"), choices=settings.LANGUAGES
    )


class PreferencesView(LoginRequiredMixin, View):
    """What somebody wants to be told, how, and in which language."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show it."""
        user = cast("User", request.user)
        return _preferences(request, form=LanguageForm(initial={"language": user.language}))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep it."""
        form = LanguageForm(request.POST)
        if not form.is_valid():
            return _preferences(request, form=form, status=422)
        operations.keep_preferences(
            user_id=request.user.pk or 0,
            language=form.cleaned_data["language"],
            wanted=_wanted(request),
        )
        messages.success(request, _("Your choices are kept."))
        return redirect(reverse("notification-preferences"))


def _preferences(request: HttpRequest, *, form: LanguageForm, status: int = 200) -> HttpResponse:
    wanted = queries.preferences(user_id=request.user.pk or 0)
    kinds = [
        {
            "name": NAMES[kind],
            "may_be_refused": rule.may_be_refused,
            "channels": [
                {
                    "field": f"{kind}.{channel}",
                    "is_wanted": wanted[kind, channel],
                    "is_email": channel is Channel.EMAIL,
                }
                for channel in Channel
            ],
        }
        for kind, rule in _rules_of(request)
    ]
    context = {"form": form, "kinds": kinds}
    return render(request, "portal/notification_preferences.html", context, status=status)


def _rules_of(request: HttpRequest) -> list[tuple[Kind, Rule]]:
    """Return what the reader may be told of: of what officers do, officers alone choose."""
    staff_roles = staff_roles_of(user_id=request.user.pk or 0)
    return [(kind, RULES[kind]) for kind in kinds_for(staff_roles)]


def _wanted(request: HttpRequest) -> dict[tuple[Kind, Channel], bool]:
    return {
        (kind, channel): f"{kind}.{channel}" in request.POST
        for kind, rule in _rules_of(request)
        for channel in Channel
        if rule.may_be_refused
    }
