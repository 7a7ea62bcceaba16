"""The operator's desk: conflicts are looked at side by side and decided."""

from collections.abc import Iterator
from typing import Final

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.api_paging import decoded
from compute_billing.metering import desk, operations
from compute_billing.metering.desk import ConflictLine
from compute_billing.metering.operations import Decision
from compute_billing.metering.queries import source_by_code
from kernel.clock import utc_now
from portal.conflict_pages import conflict_page, conflicts_table, word_of
from portal.exports import Cell, FileAnswer, file_response, wanted_kind
from portal.operator_desk import ActingView, DeskView, address_of, chosen_texts

PAGE_ROWS: Final = 50
FILE_ROWS: Final = 500
REASON_LENGTH_MAX: Final = 1_000
STATES: Final = {"": True, "decided": False, "any": None}
CONFLICT_COLUMNS: Final = (
    *("source", "external_id", "origin", "position", "times", "first_at", "decision"),
    *("decision_reason", "decided_at", "payload"),
)

Place = tuple[str, str, str]


class DecideForm(forms.Form):
    """What is decided about a conflict, and why."""

    decision = forms.TypedChoiceField(
        label=gettext_lazy("Decision"),
        choices=[
            (Decision.KEPT.value, gettext_lazy("Keep what came first")),
            (Decision.CORRECTED.value, gettext_lazy("Put the other content in its place")),
        ],
        coerce=Decision,
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=REASON_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("How you know; without names and addresses of people."),
    )


class ConflictsView(DeskView):
    """Conflicts that nobody has decided, or that somebody has."""

    def get(self, request: HttpRequest) -> HttpResponse | FileAnswer:
        """Show a page of them, or send all as a file."""
        chosen = chosen_texts(request, ("source", "state"))
        if chosen["state"] not in STATES:
            raise Http404
        kind = wanted_kind(request)
        if kind is not None:
            rows = (_cells(conflict) for conflict in _every(chosen))
            return file_response(name="conflicts", kind=kind, columns=CONFLICT_COLUMNS, rows=rows)
        cursor = request.GET.get("cursor", "")
        found = desk.conflicts(
            source=chosen["source"],
            is_open=STATES[chosen["state"]],
            after=_place(cursor) if cursor else None,
            limit=PAGE_ROWS + 1,
        )
        shown = found[:PAGE_ROWS]
        return self.page(
            request,
            "conflicts.html",
            table=conflicts_table(shown),
            sources=desk.source_names(),
            chosen=chosen,
            address=address_of(chosen),
            cursor=word_of(shown[-1]) if len(found) > PAGE_ROWS else "",
            is_first=not cursor,
        )


class ConflictView(DeskView):
    """Both contents of a conflict side by side, and what was decided."""

    def get(self, request: HttpRequest, word: str) -> HttpResponse:
        """Show them."""
        return _conflict(self, word, form=DecideForm(), status=200)


class DecideView(ActingView):
    """Decide about a conflict."""

    def post(self, request: HttpRequest, word: str) -> HttpResponse:
        """Decide it, or say why that cannot be."""
        source, external_id, payload_hash = _place(word)
        form = DecideForm(request.POST)
        conflict = _found((source, external_id, payload_hash))
        if not form.is_valid():
            return _conflict(self, word, form=form, status=422)
        try:
            operations.resolve_conflict(
                source_id=source_by_code(source).pk,
                external_id=conflict.external_id,
                payload_hash=payload_hash,
                decision=form.cleaned_data["decision"],
                reason=form.cleaned_data["reason"],
                decided_by_id=self.user_id,
                now=utc_now(),
            )
        except operations.ConflictResolvedAlready:
            messages.warning(request, _("Somebody has decided this conflict already."))
        except operations.UnableToCorrectConflict as error:
            form.add_error(
                None, _("The other content cannot take its place. %(why)s") % {"why": error}
            )
            return _conflict(self, word, form=form, status=409)
        else:
            messages.success(request, _("It is decided."))
        return redirect("operator-conflict", word=word)


def _place(word: str) -> Place:
    found = decoded(word, parts=3)
    if found is None:
        raise Http404
    return found[0], found[1], found[2]


def _found(place: Place) -> ConflictLine:
    source, external_id, payload_hash = place
    lines = desk.conflicts(
        source=source, is_open=None, after=None, limit=1, only=(external_id, payload_hash)
    )
    if not lines:
        raise Http404
    return lines[0]


def _conflict(view: DeskView, word: str, *, form: DecideForm, status: int) -> HttpResponse:
    conflict = _found(_place(word))
    page = conflict_page(
        conflict,
        first=desk.first_content(source=conflict.source, external_id=conflict.external_id),
        other=desk.other_content(conflict),
    )
    return view.page(view.request, "conflict.html", status=status, page=page, form=form)


def _every(chosen: dict[str, str]) -> Iterator[ConflictLine]:
    after: Place | None = None
    while page := desk.conflicts(
        source=chosen["source"], is_open=STATES[chosen["state"]], after=after, limit=FILE_ROWS
    ):
        yield from page
        after = page[-1].source, page[-1].external_id, page[-1].payload_hash


def _cells(conflict: ConflictLine) -> list[Cell]:
    return [
        conflict.source,
        conflict.external_id,
        conflict.origin,
        conflict.position,
        conflict.times,
        conflict.first_at,
        conflict.decision,
        conflict.decision_reason,
        conflict.decided_at,
        conflict.payload,
    ]
