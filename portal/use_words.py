"""What notifications about use say: jobs out of money, budgets, disputes, refused usage."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.notifications.kinds import Kind
from portal.figures import amount_told
from portal.usage_dispute_words import ANSWERED, LEVELS

NAMES: Final[Mapping[Kind, Promise]] = {
    Kind.HOLD_EXHAUSTED: gettext_lazy("A running job is out of money"),
    Kind.BUDGET_REACHED: gettext_lazy("A budget runs out"),
    Kind.BUDGET_STOPPED: gettext_lazy("A budget stopped a job"),
    Kind.USAGE_DISPUTED: gettext_lazy("Use is disputed"),
    Kind.USAGE_DISPUTE_ANSWERED: gettext_lazy("A dispute about use was answered"),
    Kind.USAGE_DISPUTE_SETTLED: gettext_lazy("A dispute about use was settled"),
    Kind.USAGE_DISPUTE_DUE: gettext_lazy("A dispute about use is to be answered"),
    Kind.USAGE_DISPUTE_ESCALATED: gettext_lazy("A dispute about use came to the house"),
    Kind.USAGE_REJECTED: gettext_lazy("Usage was refused"),
}


def _exhausted(about: Mapping[str, Any]) -> tuple[str, str]:
    if about.get("cause") == "silence":
        text = _(
            "A job of %(tenant)s on %(cluster)s runs on although it is covered until %(until)s "
            "(UTC) only, and nobody asked for more. It is to be extended or stopped."
        )
    elif about.get("cause") == "budget":
        text = _(
            "A job of %(tenant)s on %(cluster)s is covered until %(until)s (UTC) only: a budget "
            "lacks %(shortfall)s for more. Raise the budget, or the job is to be stopped."
        )
    else:
        text = _(
            "A job of %(tenant)s on %(cluster)s is covered until %(until)s (UTC) only: "
            "%(shortfall)s are missing for more. Pay in, or it is to be stopped."
        )
    return text % _job(about), _where_to_act(about)


def _where_to_act(about: Mapping[str, Any]) -> str:
    """Return the hold for its tenant, and the jobs to be stopped for whoever runs the cluster."""
    if about["code"] == about["tenant"]:
        return reverse("tenant-hold", args=[about["hold"]])
    asked = urlencode({"tenant": about["tenant"], "cluster": about["cluster"]})
    return f"{reverse('operator-enforcement')}?{asked}"


def _job(about: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "tenant": about["tenant"],
        "cluster": about["cluster"],
        "until": f"{parse_datetime(about['exhausted_at']):%Y-%m-%d %H:%M}",
        "shortfall": amount_told(about["shortfall"]),
    }


def _budget(about: Mapping[str, Any]) -> dict[str, Any]:
    amounts = {
        name: amount_told(about[name])
        for name in ("amount", "spent", "held", "forecast", "shortfall")
        if name in about
    }
    return {
        "whose": about.get("project") or _("all projects"),
        "month": about["month"],
        "percent": about.get("percent"),
        **amounts,
    }


def _budget_reached(about: Mapping[str, Any]) -> tuple[str, str]:
    path = reverse("budget", args=[about["budget"]])
    if about["measure"] == "forecast":
        text = _(
            "Budget for %(whose)s, %(month)s: at the present pace it comes to %(forecast)s of "
            "%(amount)s, %(percent)s%% or more."
        ) % _budget(about)
        return text, path
    text = _(
        "Budget for %(whose)s, %(month)s: %(spent)s of %(amount)s are spent, %(percent)s%% or more."
    ) % _budget(about)
    return text, path


def _budget_stopped(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _(
        "Budget for %(whose)s, %(month)s: of %(amount)s, %(spent)s are spent and %(held)s set "
        "aside; a job that needs %(shortfall)s more was refused."
    ) % _budget(about)
    return text, reverse("budget", args=[about["budget"]])


def _usage(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("Of a delivery from %(source)s, %(rejected)s records were refused.") % {
        "source": about["source"],
        "rejected": about["rejected"] + about["conflict"],
    }
    return text, reverse("usage")


def _use_disputed(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("%(job)s of source %(source)s: answer by %(day)s.") % {
        "job": about["external_id"],
        "source": about["source"],
        "day": about["due_on"],
    }
    return text, reverse("operator-dispute", args=[about["dispute"]])


def _dispute_answered(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("%(job)s: %(level)s answered: %(verdict)s.") % {
        "job": about["external_id"],
        "level": LEVELS[about["level"]],
        "verdict": ANSWERED[about["verdict"]],
    }
    return text, reverse("own-dispute", args=[about["dispute"]])


def _dispute_settled(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("%(job)s cost %(before)s and costs %(after)s now.") % {
        "job": about["external_id"],
        "before": amount_told(about["before"]),
        "after": amount_told(about["after"]),
    }
    return text, reverse("own-dispute", args=[about["dispute"]])


def _dispute_due(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("It has to be answered by %(day)s.") % about
    return text, reverse("operator-dispute", args=[about["dispute"]])


def _dispute_escalated(about: Mapping[str, Any]) -> tuple[str, str]:
    text = _("The house decides by %(day)s.") % about
    return text, reverse("operator-dispute", args=[about["dispute"]])


TEXTS: Final[Mapping[Kind, Callable[[Mapping[str, Any]], tuple[str, str]]]] = {
    Kind.HOLD_EXHAUSTED: _exhausted,
    Kind.BUDGET_REACHED: _budget_reached,
    Kind.BUDGET_STOPPED: _budget_stopped,
    Kind.USAGE_DISPUTED: _use_disputed,
    Kind.USAGE_DISPUTE_ANSWERED: _dispute_answered,
    Kind.USAGE_DISPUTE_SETTLED: _dispute_settled,
    Kind.USAGE_DISPUTE_DUE: _dispute_due,
    Kind.USAGE_DISPUTE_ESCALATED: _dispute_escalated,
    Kind.USAGE_REJECTED: _usage,
}
