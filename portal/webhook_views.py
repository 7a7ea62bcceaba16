"""The desk of owners and developers: where their programs hear what happens."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.keys.rights import may_give
from accounts.models import Organisation
from accounts.webhooks import operations, queries
from accounts.webhooks.operations import IssuedEndpoint
from accounts.webhooks.queries import WebhookEndpoint
from kernel.clock import utc_now
from kernel.errors import DomainError
from portal.exports import Row, file_response, wanted_kind
from portal.finding import looked_for
from portal.organisation import KEY_HOLDERS, OrganisationView
from portal.organisation_tables import endpoint_tables
from portal.page_tables import file_of, searching
from portal.webhook_pages import (
    DISABLED,
    KINDS,
    STATES,
    EndpointForm,
    deliveries_table,
    kind_names,
)
from portal.wording import worded

DELIVERIES_MAX: Final = 50
EXPORTED_MAX: Final = 10_000
FILE_COLUMNS: Final = (
    "delivery",
    "event",
    "kind",
    "state",
    "attempts",
    "created_at",
    "last_attempt_at",
    "delivered_at",
    "failure",
    "response_status",
    "duration_ms",
)


class WebhooksDesk(OrganisationView):
    """Pages about the endpoints of an organisation."""

    allowed_roles = KEY_HOLDERS
    in_sandbox = True

    def found(self, code: str, endpoint_id: UUID) -> tuple[Organisation, WebhookEndpoint]:
        """Return the organisation and its endpoint.

        Raises:
            Http404: there is none, or it is not the viewer's.
        """
        organisation = self.own(code)
        try:
            endpoint = queries.own_endpoint(
                organisation_ids=[organisation.pk], public_id=endpoint_id
            )
        except queries.UnknownEndpoint as error:
            raise Http404 from error
        return organisation, endpoint

    def refusal(self, error: DomainError) -> str:
        """Return why something was refused, in the reader's language."""
        return {
            "webhook_url_refused": _(
                "Name a public HTTPS address, such as https://example.org/suanji."
            ),
            "unable_to_listen": _("You may not read what some of this tells: choose other kinds."),
            "too_many_webhook_endpoints": _("There are too many endpoints: delete one first."),
            "unable_to_redeliver": _("It waits already, or nothing is sent to this endpoint."),
        }.get(error.code, _("It could not be done. Look at the page again, then try once more."))


class WebhooksView(WebhooksDesk):
    """All endpoints, and the form that makes one."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Show them, or send them as a file."""
        organisation, kind = self.own(code), wanted_kind(request)
        if kind is not None:
            tables = endpoint_tables(organisation_id=organisation.pk)
            return file_of(request, tables, name=code, kind=kind)
        return self.list_page(request, organisation)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Make an endpoint and show its secret, which nobody can show again."""
        organisation = self.own(code)
        caller = self.caller(organisation)
        form = EndpointForm(request.POST, readable=may_give(caller))
        if not form.is_valid():
            return self.list_page(request, organisation, form=form, status=422)
        try:
            issued = operations.create_endpoint(
                caller=caller,
                organisation_id=organisation.pk,
                url=form.cleaned_data["url"],
                kinds=form.chosen(),
                description=form.cleaned_data["description"],
                now=utc_now(),
            )
        except DomainError as error:
            form.add_error(None, self.refusal(error))
            return self.list_page(request, organisation, form=form, status=422)
        return self.list_page(request, organisation, issued=issued, status=201)

    def list_page(
        self,
        request: HttpRequest,
        organisation: Organisation,
        *,
        form: EndpointForm | None = None,
        issued: IssuedEndpoint | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the endpoints, the form as it was typed, and a new secret for the only time."""
        tables, text = endpoint_tables(organisation_id=organisation.pk), looked_for(request)
        endpoints = [
            {
                "id": one.public_id,
                "url": one.url,
                "description": one.description,
                "kinds": kind_names(one.kinds),
                "disabled": worded(DISABLED, one.disabled_reason),
                "waiting": one.waiting,
                "dead": one.dead,
            }
            for one in tables["endpoints"].found(text=text)
        ]
        readable = may_give(self.caller(organisation))
        answer = self.page(
            request,
            "portal/webhooks.html",
            organisation=organisation,
            context={
                **searching(tables, text=text),
                "endpoints": endpoints,
                "form": form or EndpointForm(readable=readable),
                "issued": issued,
            },
            status=status,
        )
        if issued is not None:
            answer.headers["Cache-Control"] = "no-store"
        return answer


class WebhookView(WebhooksDesk):
    """One endpoint: what it hears, what was sent, and what may be done with it."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, code: str, endpoint_id: UUID) -> HttpResponseBase:
        """Show it, or its deliveries as a file."""
        organisation, endpoint = self.found(code, endpoint_id)
        kind = wanted_kind(request)
        if kind is not None:
            found = self.deliveries(organisation, endpoint, limit=EXPORTED_MAX)
            return file_response(
                name="deliveries", kind=kind, columns=FILE_COLUMNS, rows=_cells(found)
            )
        return self.endpoint_page(request, organisation, endpoint)

    def post(self, request: HttpRequest, code: str, endpoint_id: UUID) -> HttpResponse:
        """Change the address, the name and what it hears."""
        organisation, endpoint = self.found(code, endpoint_id)
        caller = self.caller(organisation)
        form = EndpointForm(request.POST, readable=may_give(caller), kept=endpoint.kinds)
        if not form.is_valid():
            return self.endpoint_page(request, organisation, endpoint, form=form, status=422)
        try:
            operations.change_endpoint(
                caller=caller,
                endpoint=endpoint,
                url=form.cleaned_data["url"],
                kinds=form.chosen(),
                description=form.cleaned_data["description"],
                now=utc_now(),
            )
        except DomainError as error:
            form.add_error(None, self.refusal(error))
            return self.endpoint_page(request, organisation, endpoint, form=form, status=422)
        messages.success(request, _("The endpoint is changed."))
        return redirect("webhook", code=code, endpoint_id=endpoint_id)

    def deliveries(
        self, organisation: Organisation, endpoint: WebhookEndpoint, *, limit: int
    ) -> list[queries.WebhookDelivery]:
        """Return the newest deliveries of the endpoint that fit the filters."""
        chosen = self.chosen()
        return queries.delivery_page(
            organisation_id=organisation.pk,
            endpoint=endpoint.public_id,
            state=chosen["state"],
            kind=chosen["kind"],
            limit=limit,
        )

    def chosen(self) -> dict[str, str]:
        """Return the filters; what there is not is not filtered by."""
        asked, known = self.request.GET, {"state": STATES, "kind": KINDS}
        return {
            name: asked[name] if asked.get(name) in words else "" for name, words in known.items()
        }

    def endpoint_page(
        self,
        request: HttpRequest,
        organisation: Organisation,
        endpoint: WebhookEndpoint,
        *,
        form: EndpointForm | None = None,
        issued: IssuedEndpoint | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the endpoint, its newest deliveries, and a new secret for the only time."""
        shown = form or EndpointForm(
            initial={
                "url": endpoint.url,
                "description": endpoint.description,
                "kinds": endpoint.kinds,
            },
            readable=may_give(self.caller(organisation)),
            kept=endpoint.kinds,
        )
        chosen = self.chosen()
        now = utc_now()
        answer = self.page(
            request,
            "portal/webhook.html",
            organisation=organisation,
            context={
                "endpoint": endpoint,
                "disabled": worded(DISABLED, endpoint.disabled_reason),
                "kinds": kind_names(endpoint.kinds),
                "table": deliveries_table(
                    self.deliveries(organisation, endpoint, limit=DELIVERIES_MAX),
                    code=organisation.code,
                ),
                "chosen": chosen,
                "is_filtered": any(chosen.values()),
                "states": list(STATES.items()),
                "event_kinds": list(KINDS.items()),
                "address": urlencode({name: text for name, text in chosen.items() if text}),
                "waits_until": _ahead(endpoint.waits_until, now=now),
                "form": shown,
                "issued": issued,
                "has_two_secrets": _ahead(endpoint.previous_until, now=now) is not None,
            },
            status=status,
        )
        if issued is not None:
            answer.headers["Cache-Control"] = "no-store"
        return answer


class RotateWebhookView(WebhookView):
    """Give the endpoint a new secret."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, endpoint_id: UUID) -> HttpResponse:
        """Make it and show it this once; the old one signs for another day."""
        organisation, endpoint = self.found(code, endpoint_id)
        issued = operations.rotate_secret(
            caller=self.caller(organisation), endpoint=endpoint, now=utc_now()
        )
        return self.endpoint_page(request, organisation, issued.endpoint, issued=issued, status=201)


class PingWebhookView(WebhooksDesk):
    """Try the endpoint."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, endpoint_id: UUID) -> HttpResponse:
        """Put a ping into the queue."""
        organisation, endpoint = self.found(code, endpoint_id)
        try:
            operations.ping(caller=self.caller(organisation), endpoint=endpoint, now=utc_now())
        except DomainError as error:
            messages.error(request, self.refusal(error))
        else:
            messages.success(request, _("A ping is on its way: its delivery stands below."))
        return redirect("webhook", code=code, endpoint_id=endpoint_id)


class SwitchWebhookView(WebhooksDesk):
    """Switch the endpoint on or off."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, endpoint_id: UUID) -> HttpResponse:
        """Do what the button says; once more changes nothing."""
        organisation, endpoint = self.found(code, endpoint_id)
        operations.change_endpoint(
            caller=self.caller(organisation),
            endpoint=endpoint,
            is_enabled=request.POST.get("to") == "on",
            now=utc_now(),
        )
        return redirect("webhook", code=code, endpoint_id=endpoint_id)


class DeleteWebhookView(WebhooksDesk):
    """Delete the endpoint."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, endpoint_id: UUID) -> HttpResponse:
        """Delete it for good."""
        organisation, endpoint = self.found(code, endpoint_id)
        operations.delete_endpoint(
            caller=self.caller(organisation), endpoint=endpoint, now=utc_now()
        )
        messages.success(request, _("The endpoint is deleted."))
        return redirect("webhooks", code=code)


class RedeliverView(WebhooksDesk):
    """Send an event again."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, delivery_id: UUID) -> HttpResponse:
        """Put it back into the queue; one of another organisation is absent."""
        organisation = self.own(code)
        try:
            delivery = queries.own_delivery(
                organisation_ids=[organisation.pk], public_id=delivery_id
            )
            operations.redeliver(
                caller=self.caller(organisation),
                organisation_ids=[organisation.pk],
                public_id=delivery_id,
                now=utc_now(),
            )
        except queries.UnknownDelivery as error:
            raise Http404 from error
        except operations.UnableToRedeliver as error:
            messages.error(request, self.refusal(error))
        else:
            messages.success(request, _("It is sent again, under the same id."))
        return redirect(reverse("webhook", args=[code, delivery.endpoint.public_id]))


def _ahead(at: datetime | None, *, now: datetime) -> datetime | None:
    """Return an instant that is still to come."""
    return at if at is not None and at > now else None


def _cells(deliveries: list[queries.WebhookDelivery]) -> Iterator[Row]:
    for one in deliveries:
        yield (
            str(one.public_id),
            str(one.event.public_id),
            one.event.kind,
            one.state,
            one.attempts,
            one.created_at,
            one.last_attempt_at,
            one.delivered_at,
            one.failure,
            one.response_status,
            one.duration_ms,
        )
