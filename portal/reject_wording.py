"""Why a record was not accepted, in the reader's words: what is wrong, and how to mend it.

The codes are those of metering; a code without words is shown as it is.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from portal.wording import Text


class Wording(NamedTuple):
    """What a reason means, and what to do about it."""

    what: Text
    mend: Text


REASONS: Final[Mapping[str, Wording]] = {
    "zero_cards": Wording(
        _("no card was in use"),
        _("Nothing to do when the job used no card; meter it with --measure cores to bill cores."),
    ),
    "missing_start_and_end": Wording(
        _("neither start nor end is known"),
        _("Report the job again once both times are known."),
    ),
    "missing_start": Wording(
        _("the start is not known"),
        _("Nothing to do when the job was cancelled before it ran; else report its start."),
    ),
    "missing_end": Wording(
        _("the end is not known"),
        _("Report the job again when it has ended, or report it as running with observed_at."),
    ),
    "negative_duration": Wording(
        _("the end lies before the start"),
        _("Check the two columns, the zone of each, and the clock of the reporting node."),
    ),
    "zero_duration": Wording(
        _("start and end are the same instant"),
        _("Nothing to do: no card-time was used."),
    ),
    "zero_quantity": Wording(
        _("the job ran for no time between its start and end"),
        _("Nothing to do when it was suspended throughout; else check the elapsed time."),
    ),
    "missing_external_id": Wording(
        _("the row has no id"),
        _("Give each record an id that is single within its source and never used again."),
    ),
    "missing_account": Wording(
        _("the row names no account"),
        _("Fill in the account (tenant, subject) that used the cards."),
    ),
    "malformed_row": Wording(
        _("the row does not have the shape of the format"),
        _("Compare the row with the header: number of columns, closed quotes, types of values."),
    ),
    "malformed_text": Wording(
        _("the row holds a NUL or bytes that are not UTF-8"),
        _("Export the file again as UTF-8."),
    ),
    "line_too_long": Wording(
        _("the line is longer than any row may be"),
        _("Check that lines end in LF or CRLF and that the file is text."),
    ),
    "value_too_long": Wording(
        _("an id or a name is longer than 255 characters"),
        _("Shorten it; ids are kept as keys for ever."),
    ),
    "malformed_cards": Wording(
        _("the number of cards is not an exact plain decimal"),
        _("Write cards as a plain decimal, not negative, with at most 3 decimals, such as 0.22."),
    ),
    "malformed_time": Wording(
        _("a time cannot be read as an exact instant"),
        _("Write RFC 3339 with Z or an offset and at most milliseconds: 2016-12-22T07:15:13Z."),
    ),
    "malformed_quantity": Wording(
        _("the quantity is not an exact plain decimal"),
        _("Write card-seconds as a plain decimal with at most 6 decimals."),
    ),
    "quantity_exceeds_interval": Wording(
        _("more card-time is claimed than the interval holds"),
        _("Check quantity or elapsed time against cards x (end - start), and the time zone."),
    ),
    "malformed_correction": Wording(
        _("a correction must be negative and must name the record that it corrects"),
        _("Give a negative quantity together with `corrects`; more usage is a new record."),
    ),
    "malformed_licence": Wording(
        _("the licence reference is not a UUID"),
        _("Use the id of the licence as issued, or leave the field empty."),
    ),
    "malformed_json": Wording(
        _("the line is not JSON"),
        _("Write one complete JSON object per line."),
    ),
    "unsupported_event": Wording(
        _("the event is no usage event that is understood here"),
        _("Send CloudEvents 1.0 of type cn.suanji.usage.v1 with JSON data."),
    ),
    "cards_not_reported": Wording(
        _("the job asked for cards, but its accounting shows none"),
        _("Set AccountingStorageTRES=gres/gpu in slurm.conf, or report this job by CSV."),
    ),
    "missing_elapsed": Wording(
        _("a running job without its elapsed time"),
        _("Add ElapsedRaw to the columns of the pull."),
    ),
    "truncated_times": Wording(
        _("a running job with an end: its times were cut to the query's window"),
        _("Pull again without -T/--truncate (slurmrestd: disable_truncate_usage_time=true)."),
    ),
    "unknown_account": Wording(
        _("the account belongs to no tenant at that time"),
        _("Say whose the account is, then try again."),
    ),
    "unknown_cluster": Wording(
        _("there is no such cluster"),
        _("Add the cluster to the catalogue, then try again."),
    ),
    "unknown_card_type": Wording(
        _("the card type is not metered here"),
        _("Add the card type, or set the source's default, then try again."),
    ),
    "unknown_project": Wording(
        _("the tenant has no such project"),
        _("Add the project, then try again."),
    ),
    "in_the_future": Wording(
        _("the use ends in the future"),
        _("Check the clock of the source; report it once it has happened."),
    ),
    "before_billing_began": Wording(
        _("the use began before the first billing month"),
        _("Check the year of the times."),
    ),
    "not_storable": Wording(
        _("the record holds what no column can keep"),
        _("Export it again without NUL and with smaller numbers."),
    ),
    "overlaps_recorded_use": Wording(
        _("part of this time is recorded for the job already"),
        _("Send a correction of the recorded use first."),
    ),
    "allocation_of_another_tenant": Wording(
        _("the job is recorded for another tenant"),
        _("Send a correction of the recorded use first."),
    ),
    "ends_before_metered": Wording(
        _("the job was metered beyond this end while it ran"),
        _("Send a correction of the slices that did not happen."),
    ),
    "observed_after_end": Wording(
        _("the job has ended before that"),
        _("Check the clock of the source, or correct the finished record."),
    ),
    "elapsed_went_back": Wording(
        _("the job ran longer in an earlier report"),
        _("Check the clock of the source."),
    ),
    "unknown_original": Wording(
        _("there is no record to correct"),
        _("Check the id that the correction names."),
    ),
    "corrects_a_correction": Wording(
        _("it corrects a correction"),
        _("Correct the original, and record the use anew."),
    ),
    "differs_from_original": Wording(
        _("it speaks of another tenant, cluster, card type or number of cards"),
        _("Say of these what the original says."),
    ),
    "leaves_quantity_without_time": Wording(
        _("what is left would not fit into the time that is left"),
        _("Take the whole interval back and record what happened as a new record."),
    ),
    "exceeds_original": Wording(
        _("it takes back more than is left"),
        _("Check what was corrected before."),
    ),
}


def worded_reason(code: str) -> Wording:
    """Return the words of a reason."""
    return REASONS.get(code, Wording(code, ""))
