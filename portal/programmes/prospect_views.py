"""Which programmes a firm could use on its real use of the last three months."""

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse

from compute_billing.audit.usage import UsageTenant
from compute_billing.prospects.queries import Prospect, Prospects, prospects_of
from kernel.clock import utc_now
from kernel.worlds import is_sandbox
from portal import figures
from portal.bill_views import BillReadersView
from portal.exports import FileAnswer, file_response
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.programmes import prospect_pages as pages
from portal.programmes.pages import named
from portal.tenant_view import TenantPage


def _asked(tenant: UsageTenant) -> Prospects:
    """Return a firm's prospects; a sandbox has none.

    Raises:
        Http404: the tenant is a sandbox.
    """
    if is_sandbox(tenant.tenant_id):
        raise Http404
    return prospects_of(tenant_id=tenant.tenant_id, now=utc_now())


def _found(request: HttpRequest, tenant: UsageTenant, asked: Prospects) -> list[Prospect]:
    table = partial(pages.prospects_table, tenant=tenant.code)
    return narrowed(asked.prospects, table_of=table, text=looked_for(request))


class ProspectsView(BillReadersView, TenantPage):
    """Programmes in force, what each would bring a firm, what is missing, the best together."""

    template = "portal/programmes/prospects.html"

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return those that say what is looked for."""
        asked, text = _asked(tenant), looked_for(request)
        return {
            "page": {"tenant": tenant},
            "since": asked.since,
            "as_of": asked.as_of,
            "net": figures.money(asked.net),
            "best": figures.money(asked.best),
            "has_any": bool(asked.prospects),
            "table": pages.prospects_table(_found(request, tenant, asked), tenant=tenant.code),
            "text": text,
            "address": address_of({"tenant": tenant.code, "text": text}),
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return them as a file, filtered as the page is."""
        return file_response(
            name=f"subsidies-{tenant.code}",
            kind=kind,
            columns=pages.PROSPECT_COLUMNS,
            rows=pages.prospect_cells(_found(request, tenant, _asked(tenant))),
        )


class ProspectView(BillReadersView, TenantPage):
    """One programme for each contract of a firm: every condition, and the arithmetic."""

    template = "portal/programmes/prospect.html"
    code: str

    def get(self, request: HttpRequest, code: str = "") -> HttpResponse | FileAnswer:
        """Show it, or send one of its tables as a file."""
        self.code = code
        return super().get(request)

    def _prospects(self, tenant: UsageTenant) -> list[Prospect]:
        every = _asked(tenant).prospects
        found = [each for each in every if each.document.code == self.code]
        if not found:
            raise Http404
        return found

    def shown(self, request: HttpRequest, tenant: UsageTenant) -> dict[str, object]:
        """Return its conditions and its arithmetic."""
        found = self._prospects(tenant)
        text = {"tenant": tenant.code}
        return {
            "page": {"tenant": tenant},
            "code": self.code,
            "name": named(found[0].document.names),
            "number": found[0].number,
            "contracts": [
                {
                    "number": each.engagement.contract_no,
                    "provider": each.engagement.provider,
                    "outcome": pages.OUTCOMES[each.assessment.outcome],
                    "missing": [pages.missing_words(name) for name in each.assessment.missing],
                    "table": pages.verdicts_table(each),
                    "steps": pages.steps_table(each),
                }
                for each in found
            ],
            "addresses": {
                name: address_of({**text, "table": name}) for name in ("conditions", "steps")
            },
        }

    def file(self, request: HttpRequest, tenant: UsageTenant, *, kind: str) -> FileAnswer:
        """Return its conditions or its arithmetic as a file.

        Raises:
            Http404: there is no such table, or no such programme.
        """
        found, table = self._prospects(tenant), request.GET.get("table", "conditions")
        name = f"{self.code}-{tenant.code}-{table}"
        if table == "conditions":
            return file_response(
                name=name, kind=kind, columns=pages.VERDICT_COLUMNS, rows=pages.verdict_cells(found)
            )
        if table == "steps":
            return file_response(
                name=name, kind=kind, columns=pages.STEP_COLUMNS, rows=pages.step_cells(found)
            )
        raise Http404
