"""Pages of one organisation for its own people: who they are, and the menu beside each page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import queries
from accounts.models import Organisation, OrganisationKind
from accounts.permissions import Caller, Role
from kernel.worlds import is_sandbox
from portal.access import GuardedView, rights_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A page of the menu, the pages below it, and who of the organisation may see them.

    What is `for_operators` stands in the menus of those alone who are paid: whose compute is sold.
    """

    name: str
    text: Promise
    roles: Collection[Role]
    below: Collection[str] = ()
    in_sandbox: bool = False
    for_operators: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MenuLink:
    """An entry as the menu shows it."""

    text: Promise
    url: str
    is_current: bool


KEY_HOLDERS: Final = frozenset({Role.OWNER, Role.DEVELOPER})
MENU: Final = (
    Entry(name="members", text=_("Members"), roles={Role.OWNER}),
    Entry(name="verification", text=_("Verification"), roles={Role.OWNER}),
    Entry(
        name="invoice-titles",
        text=_("Invoice titles"),
        roles={Role.OWNER, Role.FINANCE},
        below={"invoice-title"},
    ),
    Entry(
        name="procurement",
        text=_("Procurement"),
        roles={Role.OWNER, Role.FINANCE},
        in_sandbox=True,
    ),
    Entry(
        name="own-payouts",
        text=_("Payouts"),
        roles={Role.OWNER, Role.FINANCE},
        for_operators=True,
    ),
    Entry(name="organisation-keys", text=_("API keys"), roles=KEY_HOLDERS, in_sandbox=True),
    Entry(
        name="webhooks",
        text=_("Webhooks"),
        roles=KEY_HOLDERS,
        below={"webhook", "webhook-secret", "webhook-delivery"},
        in_sandbox=True,
    ),
    Entry(
        name="own-sandbox",
        text=_("Sandbox"),
        roles=KEY_HOLDERS,
        below={"sandbox-renew"},
        in_sandbox=True,
    ),
    Entry(name="organisation-audit", text=_("Decisions"), roles={Role.OWNER}, in_sandbox=True),
)


class OrganisationView(GuardedView):
    """A page about an organisation that the viewer has one of the page's roles in.

    A sandbox borrows people and identity from its organisation: a page has it only where it says
    so by `in_sandbox`.
    """

    in_sandbox: ClassVar[bool] = False

    def own(self, code: str) -> Organisation:
        """Return the organisation.

        Raises:
            Http404: there is none, or the viewer has none of the page's roles in it.
        """
        among = self.viewer.tenant_ids or []
        organisation = queries.organisation_among(code=code, organisation_ids=among)
        if organisation is None or (is_sandbox(organisation.pk) and not self.in_sandbox):
            raise Http404
        return organisation

    def caller(self, organisation: Organisation) -> Caller:
        """Return the viewer with what he may for the organisation."""
        return Caller(
            user_id=self.user_id,
            organisation_id=organisation.pk,
            roles=self._roles(organisation),
        )

    def _roles(self, organisation: Organisation) -> frozenset[Role]:
        return rights_of(self.request).roles_by_organisation.get(organisation.pk, frozenset())

    def page(
        self,
        request: HttpRequest,
        template: str,
        *,
        organisation: Organisation,
        context: Mapping[str, object],
        status: int = 200,
    ) -> HttpResponse:
        """Show a page beside the menu of the organisation."""
        shell = {
            "organisation": organisation.name,
            "code": organisation.code,
            "organisation_menu": self._menu(organisation),
        }
        return render(request, template, {**shell, **context}, status=status)

    def _menu(self, organisation: Organisation) -> list[MenuLink]:
        match = self.request.resolver_match
        current = match.url_name if match is not None else ""
        roles = self._roles(organisation)
        return [
            MenuLink(
                text=entry.text,
                url=reverse(entry.name, args=[organisation.code]),
                is_current=entry.name == current or current in entry.below,
            )
            for entry in MENU
            if not roles.isdisjoint(entry.roles)
            and (entry.in_sandbox or not is_sandbox(organisation.pk))
            and (not entry.for_operators or organisation.kind == OrganisationKind.OPERATOR)
        ]
