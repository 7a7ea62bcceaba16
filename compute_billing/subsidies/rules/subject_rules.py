"""Rules about who applies. Pure."""

from datetime import date

from compute_billing.subsidies.rules.clauses import Rule, among, within
from compute_billing.subsidies.rules.facts import Facts, SizeClass, SubjectKind
from compute_billing.subsidies.rules.verdicts import Verdict


def years_before(day: date, years: int) -> date:
    """Return the same day `years` earlier; 29 February becomes 28 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


class SubjectKindIn(Rule, frozen=True, kw_only=True, tag="subject_kind"):
    """The applicant is a body of one of these kinds."""

    kinds: tuple[SubjectKind, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Compare the kind."""
        kind = facts.subject.kind
        return self.answer(
            holds=among(kind, self.kinds), needs="subject.kind", inputs={"kind": kind}
        )


class RegisteredIn(Rule, frozen=True, kw_only=True, tag="registered_in"):
    """The applicant is registered in an area (a GB/T 2260 code)."""

    region: str

    def judge(self, facts: Facts) -> Verdict:
        """Compare the code of the place of registration."""
        region = facts.subject.registered_region
        return self.answer(
            holds=within(region, self.region),
            needs="subject.registered_region",
            inputs={"registered_region": region, "area": self.region},
        )


class OperatesIn(Rule, frozen=True, kw_only=True, tag="operates_in"):
    """The applicant really works in an area, wherever it is registered."""

    region: str

    def judge(self, facts: Facts) -> Verdict:
        """Compare the code of the place of work."""
        region = facts.subject.operating_region
        return self.answer(
            holds=within(region, self.region),
            needs="subject.operating_region",
            inputs={"operating_region": region, "area": self.region},
        )


class IndustryIn(Rule, frozen=True, kw_only=True, tag="industry"):
    """The applicant's industry is one of these groups (工信部联企业〔2011〕300号 四)."""

    industries: tuple[str, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Compare the group."""
        industry = facts.subject.industry
        return self.answer(
            holds=among(industry, self.industries),
            needs="subject.industry",
            inputs={"industry": industry},
        )


class SizeClassIn(Rule, frozen=True, kw_only=True, tag="size_class"):
    """The applicant's size class is one of these."""

    classes: tuple[SizeClass, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Compare the class."""
        size_class = facts.subject.size_class
        return self.answer(
            holds=among(size_class, self.classes),
            needs="subject.size_class",
            inputs={"size_class": size_class},
        )


class LegalPerson(Rule, frozen=True, kw_only=True, tag="legal_person"):
    """The applicant is an independent legal person (独立法人)."""

    def judge(self, facts: Facts) -> Verdict:
        """Read the registration."""
        is_legal_person = facts.subject.is_legal_person
        return self.answer(
            holds=is_legal_person,
            needs="subject.is_legal_person",
            inputs={"is_legal_person": is_legal_person},
        )


class FoundedWithin(Rule, frozen=True, kw_only=True, tag="founded_within"):
    """The applicant is a young firm: founded not longer than so many years ago."""

    years: int

    def judge(self, facts: Facts) -> Verdict:
        """Compare the day of founding with the day as of which one asks."""
        founded_on = facts.subject.founded_on
        earliest = years_before(facts.as_of, self.years)
        return self.answer(
            holds=None if founded_on is None else founded_on >= earliest,
            needs="subject.founded_on",
            inputs={"founded_on": founded_on, "not_before": earliest},
        )


class CleanRecord(Rule, frozen=True, kw_only=True, tag="clean_record"):
    """No grave offence for so many years; known since the date that the evidence covers."""

    years: int

    def judge(self, facts: Facts) -> Verdict:
        """Compare the first day without offence."""
        since = facts.subject.clean_record_since
        wanted = years_before(facts.as_of, self.years)
        return self.answer(
            holds=None if since is None else since <= wanted,
            needs="subject.clean_record_since",
            inputs={"clean_record_since": since, "wanted_since": wanted},
        )


class NotDishonest(Rule, frozen=True, kw_only=True, tag="not_dishonest"):
    """The applicant stands on no list of the dishonest (失信被执行人, 经营异常)."""

    def judge(self, facts: Facts) -> Verdict:
        """Read the dated check."""
        is_listed = facts.subject.is_listed_as_dishonest
        return self.answer(
            holds=None if is_listed is None else not is_listed,
            needs="subject.is_listed_as_dishonest",
            inputs={"is_listed_as_dishonest": is_listed},
        )


class OnList(Rule, frozen=True, kw_only=True, tag="on_list"):
    """The applicant stands on a list that the authority keeps."""

    name: str

    def judge(self, facts: Facts) -> Verdict:
        """Look the applicant up."""
        is_listed = facts.subject.lists.get(self.name)
        return self.answer(
            holds=is_listed, needs=f"subject.lists.{self.name}", inputs={self.name: is_listed}
        )


class HoldsFiling(Rule, frozen=True, kw_only=True, tag="filing"):
    """The applicant has a filing of one of these kinds (算法备案, 生成式人工智能服务备案)."""

    kinds: tuple[str, ...]

    def judge(self, facts: Facts) -> Verdict:
        """Look for the filing."""
        filings = facts.subject.filings
        return self.answer(
            holds=None if filings is None else any(kind in filings for kind in self.kinds),
            needs="subject.filings",
            inputs={"filings": filings, "wanted": self.kinds},
        )


class YearsSupported(Rule, frozen=True, kw_only=True, tag="years_supported"):
    """The applicant has had the support in fewer than so many years, this one not counted."""

    years_max: int
    is_consecutive: bool = False

    def judge(self, facts: Facts) -> Verdict:
        """Count the other years of support, and see whether they are one run with this one."""
        years = facts.subject.years_supported
        return self.answer(
            holds=None if years is None else self._may_continue(years, facts.as_of.year),
            needs="subject.years_supported",
            inputs={"years_supported": years, "years_max": self.years_max},
        )

    def _may_continue(self, years: tuple[int, ...], this_year: int) -> bool:
        others = {year for year in years if year != this_year}
        if len(others) >= self.years_max:
            return False
        run = {*others, this_year}
        return not self.is_consecutive or max(run) - min(run) < self.years_max
