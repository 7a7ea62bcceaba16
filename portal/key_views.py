"""The desk of owners and developers: the keys of their organisation's programs."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from accounts.keys import operations
from accounts.keys.queries import UnknownApiKey
from accounts.keys.rights import may_give
from accounts.models import Organisation
from accounts.operations import IssuedApiKey
from accounts.permissions import Scope
from kernel.clock import utc_now
from kernel.worlds import is_sandbox
from portal.exports import FileAnswer, wanted_kind
from portal.finding import looked_for
from portal.key_pages import KeyForm, key_rows
from portal.organisation import KEY_HOLDERS, OrganisationView
from portal.organisation_tables import key_tables
from portal.page_tables import Tables, file_of, searching


class KeysView(OrganisationView):
    """The keys of an organisation; a form makes one."""

    allowed_roles = KEY_HOLDERS
    in_sandbox = True

    def offered(self, organisation: Organisation) -> frozenset[Scope]:
        """Return the scopes that the viewer may give."""
        return may_give(self.caller(organisation), in_sandbox=is_sandbox(organisation.pk))

    def tables(self, organisation: Organisation) -> Tables:
        """Return what the page lists."""
        return key_tables(organisation_id=organisation.pk, now=utc_now())

    def keys_page(
        self,
        request: HttpRequest,
        organisation: Organisation,
        *,
        form: KeyForm | None = None,
        issued: IssuedApiKey | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Show the keys, the form as it was typed, and a new key for the only time."""
        tables, text = self.tables(organisation), looked_for(request)
        answer = self.page(
            request,
            "portal/keys.html",
            organisation=organisation,
            context={
                **searching(tables, text=text),
                "keys": key_rows(tables["keys"].found(text=text), now=utc_now()),
                "form": form or KeyForm(offered=self.offered(organisation)),
                "issued": issued,
            },
            status=status,
        )
        if issued is not None:
            answer.headers["Cache-Control"] = "no-store"
        return answer


class KeyListView(KeysView):
    """All keys, and the form."""

    http_method_names = ["get", "post", "head", "options"]

    def get(self, request: HttpRequest, code: str) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        organisation, kind = self.own(code), wanted_kind(request)
        if kind is not None:
            return file_of(request, self.tables(organisation), name=code, kind=kind)
        return self.keys_page(request, organisation)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Make a key and show its text, which nobody can show again."""
        organisation, now = self.own(code), utc_now()
        caller = self.caller(organisation)
        form = KeyForm(request.POST, offered=self.offered(organisation))
        if not form.is_valid():
            return self.keys_page(request, organisation, form=form, status=422)
        issued = operations.create_key(
            caller=caller,
            organisation_id=organisation.pk,
            name=form.cleaned_data["name"],
            scopes=[Scope(scope) for scope in form.cleaned_data["scopes"]],
            expires_at=form.expires_at(now=now),
            now=now,
        )
        return self.keys_page(request, organisation, issued=issued, status=201)


class RevokeKeyView(KeysView):
    """End a key at once."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, key_id: UUID) -> HttpResponse:
        """End it; one of another organisation is absent."""
        organisation = self.own(code)
        try:
            operations.revoke_key(
                caller=self.caller(organisation),
                organisation_id=organisation.pk,
                public_id=key_id,
                now=utc_now(),
            )
        except UnknownApiKey as error:
            raise Http404 from error
        messages.success(request, _("The key is revoked. Nothing can use it any more."))
        return redirect("organisation-keys", code=code)


class RotateKeyView(KeysView):
    """Make a key in place of one that works for another day."""

    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, code: str, key_id: UUID) -> HttpResponse:
        """Make it and show its text, or say why not."""
        organisation = self.own(code)
        try:
            issued = operations.rotate_key(
                caller=self.caller(organisation),
                organisation_id=organisation.pk,
                public_id=key_id,
                now=utc_now(),
            )
        except UnknownApiKey as error:
            raise Http404 from error
        except (operations.UnableToRotateApiKey, operations.UnableToGiveScopes):
            messages.error(request, _("It has ended, or may do what you may not: make a new key."))
            return redirect("organisation-keys", code=code)
        return self.keys_page(request, organisation, issued=issued, status=201)
