"""Why a row is refused: the one table of reason codes, and the exceptions that carry them.

The order of the six interval reasons is settled: a row that could be refused for several counts
once, under the first.
"""

from typing import Final, NamedTuple

from kernel.errors import DomainError

INTERVAL_REASONS: Final = (
    "zero_cards",
    "missing_start_and_end",
    "missing_start",
    "missing_end",
    "negative_duration",
    "zero_duration",
)


class Reason(NamedTuple):
    """What a reason code says to people: English, Chinese, and what to do about it."""

    en: str
    zh: str
    mend: str


REASONS: Final[dict[str, Reason]] = {
    "zero_cards": Reason(
        "no card was in use",
        "卡数为零",
        "Nothing to do when the job used no card; meter it with --measure cores to bill cores.",
    ),
    "missing_start_and_end": Reason(
        "neither start nor end is known",
        "缺少开始和结束时间",
        "Report the job again once both times are known.",
    ),
    "missing_start": Reason(
        "the start is not known",
        "缺少开始时间",
        "Nothing to do when the job was cancelled before it ran; else report its start.",
    ),
    "missing_end": Reason(
        "the end is not known",
        "缺少结束时间",
        "Report the job again when it has ended, or report it as running with observed_at.",
    ),
    "negative_duration": Reason(
        "the end lies before the start",
        "结束时间早于开始时间",
        "Check the two columns, the zone of each, and the clock of the reporting node.",
    ),
    "zero_duration": Reason(
        "start and end are the same instant",
        "时长为零",
        "Nothing to do: no card-time was used.",
    ),
    "zero_quantity": Reason(
        "the job ran for no time between its start and end",
        "用量为零",
        "Nothing to do when it was suspended throughout; else check the elapsed time.",
    ),
    "missing_external_id": Reason(
        "the row has no id",
        "缺少外部编号",
        "Give each record an id that is single within its source and never used again.",
    ),
    "missing_account": Reason(
        "the row names no account",
        "缺少账户",
        "Fill in the account (tenant, subject) that used the cards.",
    ),
    "malformed_row": Reason(
        "the row does not have the shape of the format",
        "行格式错误",
        "Compare the row with the header: number of columns, closed quotes, types of values.",
    ),
    "malformed_text": Reason(
        "the row holds a NUL or bytes that are not UTF-8",
        "文本编码错误",
        "Export the file again as UTF-8.",
    ),
    "line_too_long": Reason(
        "the line is longer than any row may be",
        "行过长",
        "Check that lines end in LF or CRLF and that the file is text.",
    ),
    "value_too_long": Reason(
        "an id or a name is longer than 255 characters",
        "字段过长",
        "Shorten it; ids are kept as keys for ever.",
    ),
    "malformed_cards": Reason(
        "the number of cards is not an exact plain decimal",
        "卡数格式错误",
        "Write cards as a plain decimal, not negative, with at most 3 decimals, such as 0.22.",
    ),
    "malformed_time": Reason(
        "a time cannot be read as an exact instant",
        "时间格式错误",
        "Write RFC 3339 with Z or an offset and at most milliseconds: 2016-12-22T07:15:13Z.",
    ),
    "malformed_quantity": Reason(
        "the quantity is not an exact plain decimal",
        "用量格式错误",
        "Write card-seconds as a plain decimal with at most 6 decimals.",
    ),
    "quantity_exceeds_interval": Reason(
        "more card-time is claimed than the interval holds",
        "用量超出时间区间",
        "Check quantity or elapsed time against cards x (end - start), and the time zone.",
    ),
    "malformed_correction": Reason(
        "a correction must be negative and must name the record that it corrects",
        "更正记录格式错误",
        "Give a negative quantity together with `corrects`; more usage is a new record.",
    ),
    "malformed_licence": Reason(
        "the licence reference is not a UUID",
        "许可编号格式错误",
        "Use the id of the licence as issued, or leave the field empty.",
    ),
    "malformed_json": Reason(
        "the line is not JSON",
        "不是有效的 JSON",
        "Write one complete JSON object per line.",
    ),
    "unsupported_event": Reason(
        "the event is no usage event that is understood here",
        "不支持的事件",
        "Send CloudEvents 1.0 of type cn.suanji.usage.v1 with JSON data.",
    ),
    "cards_not_reported": Reason(
        "the job asked for cards, but its accounting shows none",
        "未上报卡数",
        "Set AccountingStorageTRES=gres/gpu (or gres/npu) in slurm.conf; report this job by CSV.",
    ),
    "missing_elapsed": Reason(
        "a running job without its elapsed time",
        "缺少运行时长",
        "Add ElapsedRaw to the columns of the pull.",
    ),
    "truncated_times": Reason(
        "a running job with an end: its times were cut to the query's window",
        "时间被截断",
        "Pull again without -T/--truncate (slurmrestd: disable_truncate_usage_time=true).",
    ),
}


class UnableToReadUsage(DomainError):
    """The whole input cannot be read: no row of it can be told from another."""

    code = "unreadable_usage"


class UnableToReadRow(Exception):
    """One row cannot be read; it becomes a Reject and the next row is read."""

    def __init__(self, reason: str, field: str, message: str) -> None:
        """Refuse a row for `reason`, a code of REASONS; `message` says what is wrong."""
        super().__init__(reason, field, message)
        self.reason = reason
        self.field = field
        self.message = message
