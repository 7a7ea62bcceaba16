"""Load the library of programmes, and put a few into force with what is assumed said aloud."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from compute_billing.programmes import operations as programmes
from compute_billing.programmes import queries
from compute_billing.programmes.operations import Filling
from compute_billing.subsidies.rules.documents import unset_parts

IN_FORCE: Final = ("beijing-2023", "etown-2024", "qingyang-2024")
WAITING: Final = "nanning-2025"
BECAUSE: Final = "演示用假设：已见文本未写明，以主管部门书面答复为准"
ASSUMED: Final[Mapping[str, object]] = {
    "$.tax_basis": "without_tax",
    "$.rounding.mode": "down",
    "$.notice_working_days": 5,
    "$.retention_years": 10,
    "$.is_fair_competition_reviewed": True,
    "$.pool.amount_year": 100_000_000_000_000,
    "$.pool.exhaustion": "first_come",
    "$.caps[0].scope": "enterprise_year",
}


def put_into_force(*, officer_id: int, approver_id: int, now: datetime) -> None:
    """Propose the whole library; fill and activate a few, and leave one that is filled waiting."""
    loaded = {made.code: made for made in programmes.load_library(maker_id=officer_id, now=now)}
    for code in (*IN_FORCE, WAITING):
        open_parts = unset_parts(queries.document_of(loaded[code]))
        filled = programmes.fill(
            version=loaded[code],
            fillings=[
                Filling(path=part.path, value=ASSUMED[part.path], because=BECAUSE)
                for part in open_parts
            ],
            reason="补齐文本未写明的事项",
            maker_id=officer_id,
            now=now,
        )
        if code != WAITING:
            programmes.activate(
                version_id=filled.public_id,
                reason="已与公开文本核对",
                decider_id=approver_id,
                now=now,
            )
