"""Published programmes: readable without log-in, because they are public texts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View

from compute_billing.programmes.queries import (
    ProgrammeVersionNotFound,
    known_programme,
    known_programmes,
)
from kernel.clock import utc_now
from portal.exports import FileAnswer, file_response, wanted_kind
from portal.finding import looked_for, narrowed
from portal.operator_desk import address_of
from portal.programmes.desk_pages import assumed_parts
from portal.programmes.pages import (
    COLUMNS,
    RULE_COLUMNS,
    programme_cells,
    programme_page,
    programmes_table,
    rule_cells,
    rule_rows,
    rules_table,
)


class PublicView(View):
    """A page for everybody; it only reads."""

    http_method_names = ["get", "head", "options"]


class ProgrammesView(PublicView):
    """Every programme in force or published, with what its text leaves open."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show them, or send them as a file."""
        kind, text = wanted_kind(request), looked_for(request)
        found = narrowed(known_programmes(at=utc_now()), table_of=programmes_table, text=text)
        if kind is not None:
            return file_response(
                name="programmes", kind=kind, columns=COLUMNS, rows=programme_cells(found)
            )
        context = {
            "table": programmes_table(found),
            "text": text,
            "address": address_of({"text": text}),
        }
        return render(request, "portal/programmes/programmes.html", context)


class ProgrammeView(PublicView):
    """One programme in plain words: who, what, how much, and which official text is missing."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse | FileAnswer:
        """Show it, or send its conditions as a file."""
        try:
            known = known_programme(code=code, at=utc_now())
        except ProgrammeVersionNotFound as error:
            raise Http404 from error
        kind, rows = wanted_kind(request), rule_rows(known.document)
        if kind is not None:
            return file_response(name=code, kind=kind, columns=RULE_COLUMNS, rows=rule_cells(rows))
        context = {
            "programme": programme_page(known),
            "assumed": assumed_parts(known.document),
            "table": rules_table(rows),
        }
        return render(request, "portal/programmes/programme.html", context)
