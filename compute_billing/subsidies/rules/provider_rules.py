"""Rules about who sells the compute. Pure."""

from compute_billing.subsidies.rules.clauses import Rule, within
from compute_billing.subsidies.rules.facts import Facts
from compute_billing.subsidies.rules.verdicts import Verdict


class ProviderIn(Rule, frozen=True, kw_only=True, tag="provider_in"):
    """The compute stands in an area (a GB/T 2260 code)."""

    region: str

    def judge(self, facts: Facts) -> Verdict:
        """Compare the code of the centre's place."""
        region = facts.provider.region
        return self.answer(
            holds=within(region, self.region),
            needs="provider.region",
            inputs={"region": region, "area": self.region},
        )


class ProviderOnList(Rule, frozen=True, kw_only=True, tag="provider_on_list"):
    """The provider stands on a list that the authority keeps."""

    name: str

    def judge(self, facts: Facts) -> Verdict:
        """Look the provider up."""
        is_listed = facts.provider.lists.get(self.name)
        return self.answer(
            holds=is_listed, needs=f"provider.lists.{self.name}", inputs={self.name: is_listed}
        )


class ProviderLicence(Rule, frozen=True, kw_only=True, tag="provider_licence"):
    """The provider holds a licence, such as the national open-innovation platform's."""

    name: str

    def judge(self, facts: Facts) -> Verdict:
        """Look for the licence."""
        licences = facts.provider.licences
        return self.answer(
            holds=None if licences is None else self.name in licences,
            needs="provider.licences",
            inputs={"licences": licences, "wanted": self.name},
        )


class ProviderCapacity(Rule, frozen=True, kw_only=True, tag="provider_capacity"):
    """The provider has so many petaflops, or so many racks; or stands on a list by name."""

    petaflops_min: int | None = None
    racks_min: int | None = None
    or_list: str | None = None

    def judge(self, facts: Facts) -> Verdict:
        """Compare what is known of it; one that is enough is enough."""
        provider = facts.provider
        ways = (
            reaches(provider.capacity_petaflops, self.petaflops_min),
            reaches(provider.capacity_racks, self.racks_min),
            False if self.or_list is None else provider.lists.get(self.or_list),
        )
        return self.answer(
            holds=True if True in ways else None if None in ways else False,
            needs="provider.capacity",
            inputs={"petaflops": provider.capacity_petaflops, "racks": provider.capacity_racks},
        )


def reaches(value: int | None, minimum: int | None) -> bool | None:
    """Say whether a value reaches a minimum; no minimum is not a way to satisfy."""
    if minimum is None:
        return False
    return None if value is None else value >= minimum


class Unrelated(Rule, frozen=True, kw_only=True, tag="unrelated"):
    """Neither side owns or controls the other (非关联方), asked in both directions."""

    def judge(self, facts: Facts) -> Verdict:
        """Read the declarations of both."""
        is_related = facts.provider.is_related
        return self.answer(
            holds=None if is_related is None else not is_related,
            needs="provider.is_related",
            inputs={"is_related": is_related},
        )


class NotOwnUse(Rule, frozen=True, kw_only=True, tag="not_own_use"):
    """The compute is bought, not built for one's own use (自建自用除外)."""

    def judge(self, facts: Facts) -> Verdict:
        """Read whose facility it is."""
        is_own = facts.provider.is_own_facility
        return self.answer(
            holds=None if is_own is None else not is_own,
            needs="provider.is_own_facility",
            inputs={"is_own_facility": is_own},
        )


class ProviderHasNotClaimed(Rule, frozen=True, kw_only=True, tag="provider_has_not_claimed"):
    """Provider or consumer may claim for the same compute, not both."""

    def judge(self, facts: Facts) -> Verdict:
        """Read whether the provider did."""
        has_claimed = facts.provider.has_claimed
        return self.answer(
            holds=None if has_claimed is None else not has_claimed,
            needs="provider.has_claimed",
            inputs={"has_claimed": has_claimed},
        )
