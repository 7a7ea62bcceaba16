"""Published programmes with what their texts leave open assumed by an officer."""

from compute_billing.subsidies.rules.assumptions import assume
from compute_billing.subsidies.rules.documents import ProgrammeDocument, unset_parts
from compute_billing.subsidies.rules.published import published_programme

BECAUSE = "an explicit assumption of the officer in this test"
USUAL = {
    "$.tax_basis": "with_tax",
    "$.rounding.mode": "down",
    "$.notice_working_days": 5,
    "$.retention_years": 10,
    "$.is_fair_competition_reviewed": True,
    "$.pool.amount_year": 100_000_000_000_000,
    "$.pool.exhaustion": "ranking",
    "$.caps[0].scope": "enterprise_year",
    "$.rate.levels[1].ppm": 0,
}


def activated(code: str, **assumed) -> ProgrammeDocument:
    """Return a programme of the library with the usual assumptions, and others by their paths."""
    document = published_programme(code)
    values = {**USUAL, **{f"$.{path}": value for path, value in assumed.items()}}
    for part in unset_parts(document):
        document = assume(
            document=document, path=part.path, value=values[part.path], because=BECAUSE
        )
    return document
