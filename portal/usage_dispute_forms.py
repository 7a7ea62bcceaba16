"""Forms of disputes about use: they read what was sent and know no rules."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from compute_billing.disputes.operations import WORDS_LENGTH_MAX, Reason, Verdict
from portal.usage_dispute_words import REASONS, VERDICTS

WITHOUT_NAMES: Final = _("How you know; without names and addresses of people.")
PAPER_HELP: Final = _("PDF, JPEG or PNG, at most 10 MB: a log, a picture of the screen.")


def _instant(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"
        ),
    )


def _words(label: Any, *, help_text: Any = WITHOUT_NAMES) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=WORDS_LENGTH_MAX,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=help_text,
    )


def _paper() -> forms.FileField:
    return forms.FileField(
        label=_("Paper"),
        required=False,
        allow_empty_file=True,
        help_text=PAPER_HELP,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class DisputeForm(forms.Form):
    """What is doubted of a record, and why."""

    reason = forms.ChoiceField(
        label=_("What is wrong"), choices=[(reason, REASONS[reason]) for reason in Reason]
    )
    words = _words(_("In your words"))
    starts_at = _instant(_("Doubtful from"))
    ends_at = _instant(_("until"))
    paper = _paper()


class EscalationForm(forms.Form):
    """What is wrong with the operator's answer."""

    words = _words(_("Why the answer is not right"))


class PaperForm(forms.Form):
    """Another paper for a dispute."""

    paper = forms.FileField(
        label=_("Paper"),
        allow_empty_file=True,
        help_text=PAPER_HELP,
        widget=forms.FileInput(attrs={"accept": ".pdf,.jpg,.jpeg,.png"}),
    )


class AnswerForm(forms.Form):
    """What is answered."""

    verdict = forms.ChoiceField(
        label=_("Answer"),
        choices=[(verdict, VERDICTS[verdict]) for verdict in Verdict],
        widget=forms.RadioSelect,
    )
    words = _words(_("Reason"))
    granted_from = _instant(_("Taken back from"))
    granted_until = _instant(_("until"))
    paper = _paper()
