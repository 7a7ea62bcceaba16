"""What every rule has in common: its clause, the stages it is asked at, how it answers. Pure."""

from collections.abc import Mapping

import msgspec

from compute_billing.subsidies.rules.facts import Facts, Stage
from compute_billing.subsidies.rules.verdicts import State, Verdict, text_of


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="rule"):
    """A named predicate over the facts; its parameters are its fields."""

    clause: str
    stages: tuple[Stage, ...] = (Stage.APPLY, Stage.CLAIM)

    def judge(self, facts: Facts) -> Verdict:
        """Say whether the rule holds for these facts."""
        raise NotImplementedError

    def answer(
        self, *, holds: bool | None, needs: str | tuple[str, ...], inputs: Mapping[str, object]
    ) -> Verdict:
        """Return the verdict; where `holds` is None, `needs` names the facts that are missing."""
        state = State.MISSING if holds is None else State.HOLDS if holds else State.FAILS
        return Verdict(
            rule=str(self.__struct_config__.tag),
            clause=self.clause,
            state=state,
            inputs={name: text_of(value) for name, value in inputs.items()},
            missing=() if holds is not None else (needs,) if isinstance(needs, str) else needs,
        )


def among(value: object, allowed: tuple[object, ...]) -> bool | None:
    """Say whether a value is one of those allowed; None where it is not known."""
    return None if value is None else value in allowed


def within(region: str | None, area: str) -> bool | None:
    """Say whether a GB/T 2260 code lies in the area of another: 110109 lies in 110000."""
    if region is None:
        return None
    prefix = area
    while prefix.endswith("00"):
        prefix = prefix[:-2]
    return region.startswith(prefix)
