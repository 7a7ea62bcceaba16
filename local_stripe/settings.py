"""What a run of this process is told: keys, the country, fees, delays. All of it is in one file.

Amounts are in the smallest unit of a currency, rates in millionths, times in seconds.
"""

import json
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

DAY: Final = 86_400
PLATFORM: Final = "acct_1LocalPlatform000"


@dataclass(frozen=True, kw_only=True)
class Fee:
    """What Stripe keeps of a payment: a rate, and a fixed part by currency."""

    rate_millionths: int
    fixed: dict[str, int] = field(default_factory=dict)


def _fees() -> dict[str, Fee]:
    # The shape of a public price list: cards dearer than wallets, a fixed part on each.
    fixed = {"hkd": 235, "cny": 215, "usd": 30, "jpy": 45}
    return {
        "card": Fee(rate_millionths=34_000, fixed=fixed),
        "alipay": Fee(rate_millionths=22_000, fixed=fixed),
        "wechat_pay": Fee(rate_millionths=22_000, fixed=fixed),
    }


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one process."""

    keys: tuple[str, ...] = ("sk_test_local",)
    account: str = PLATFORM
    country: str = "HK"
    fees: dict[str, Fee] = field(default_factory=_fees)
    dispute_fee: dict[str, int] = field(
        default_factory=lambda: {"hkd": 8500, "cny": 7800, "usd": 1500, "jpy": 1500}
    )
    # Seconds until a payment shows its balance transaction: Stripe captures asynchronously.
    balance_transaction_seconds: int = 0
    # When the net of a payment can be paid out.
    available_after_seconds: int = 2 * DAY
    payout_seconds: int = 2 * DAY
    session_seconds: int = DAY
    processing_seconds: int = 3
    pending_refund_seconds: int = 5
    dispute_answer_days: int = 10
    idempotency_seconds: int = DAY
    # Pauses before an event that was not heard is sent again.
    webhook_retry_seconds: tuple[int, ...] = (1, 5, 30, 120, 600, 3600, 6 * 3600, DAY)
    webhook_timeout_seconds: int = 10


def read(path: Path | None) -> Settings:
    """Return the settings of a JSON file; what it does not name keeps its default.

    Raises:
        ValueError: the file names a setting that there is not.
    """
    if path is None:
        return Settings()
    told = json.loads(path.read_text(encoding="utf-8"))
    return changed(Settings(), told)


def changed(settings: Settings, told: dict[str, Any]) -> Settings:
    """Return the settings with some of them changed, as JSON writes them.

    Raises:
        ValueError: there is no such setting.
    """
    known = {each.name for each in fields(Settings)}
    if unknown := sorted(set(told) - known):
        message = f"There is no setting {unknown[0]!r}."
        raise ValueError(message)
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in told.items()
    }
    if "fees" in told:
        values["fees"] = {method: Fee(**fee) for method, fee in told["fees"].items()}
    return replace(settings, **values)


def written(settings: Settings) -> dict[str, Any]:
    """Return the settings as JSON writes them."""
    return asdict(settings)
