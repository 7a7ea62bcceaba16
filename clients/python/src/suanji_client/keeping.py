"""What keepers of money and machines tell: banks, reconciled cash, funds, clusters."""

from collections.abc import Iterator
from datetime import date
from typing import cast
from urllib.parse import quote

from suanji_client import shapes
from suanji_client.connection import Connection


class Keeping(Connection):
    """The part of the client that reads how money and machines stand, for whose they are."""

    # Bank accounts of an operator

    def bank_accounts(self) -> Iterator[shapes.BankAccount]:
        """Yield an operator's bank accounts, and what waits on each."""
        return self._rows("bank/accounts")

    def bank_lines(
        self,
        *,
        account: str | None = None,
        state: str | None = None,
        match: str | None = None,
        text: str | None = None,
        booked_from: date | None = None,
        booked_until: date | None = None,
    ) -> Iterator[shapes.BankLine]:
        """Yield lines of statements, those booked last first; those of state `waiting` wait."""
        return self._rows(
            "bank/lines",
            account=account,
            state=state,
            match=match,
            text=text,
            booked_from=booked_from,
            booked_until=booked_until,
        )

    def bank_line(self, line_id: str) -> shapes.BankLine:
        """Return a line, and what became of it."""
        return cast("shapes.BankLine", self._get(f"bank/lines/{quote(line_id, safe='')}"))

    def bank_statements(self, *, account: str | None = None) -> Iterator[shapes.BankStatement]:
        """Yield imported files, the newest first."""
        return self._rows("bank/statements", account=account)

    def bank_refusals(self, statement_id: str) -> Iterator[shapes.BankRefusal]:
        """Yield the lines of a file that could not be read."""
        return self._rows(f"bank/statements/{quote(statement_id, safe='')}/refusals")

    # Reconciled cash

    def cash_days(
        self, *, account: str | None = None, state: str | None = None
    ) -> Iterator[shapes.CashDay]:
        """Yield reconciled days, the newest first; those of state `open` end with differences."""
        return self._rows("cash/days", account=account, state=state)

    def cash_movements(self, account_id: str, day: date) -> Iterator[shapes.CashMovement]:
        """Yield what keeper and books say of a day, movement by movement."""
        return self._rows(f"cash/days/{quote(account_id, safe='')}/{day.isoformat()}/movements")

    def cash_differences(
        self,
        *,
        account: str | None = None,
        state: str | None = None,
        kind: str | None = None,
        day: date | None = None,
    ) -> Iterator[shapes.CashDifference]:
        """Yield movements on which keeper and books do not agree, the newest first."""
        return self._rows("cash/differences", account=account, state=state, kind=kind, day=day)

    def cash_difference(self, difference_id: str) -> shapes.CashDifferenceDetail:
        """Return a difference, and what is proposed for it."""
        place = f"cash/differences/{quote(difference_id, safe='')}"
        return cast("shapes.CashDifferenceDetail", self._get(place))

    # Funds of an authority

    def funds(
        self, *, programme: str | None = None, budget_year: int | None = None
    ) -> Iterator[shapes.Fund]:
        """Yield an authority's funds, the newest budget year first."""
        return self._rows("funds", programme=programme, budget_year=budget_year)

    def fund(self, programme: str, level: str, budget_year: int) -> shapes.Fund:
        """Return a fund, and what was drawn of it by month."""
        return cast("shapes.Fund", self._get(_fund(programme, level, budget_year)))

    def fund_awards(
        self, programme: str, level: str, budget_year: int, *, phase: str | None = None
    ) -> Iterator[shapes.FundAward]:
        """Yield the awards that draw on a fund, by reference."""
        return self._rows(f"{_fund(programme, level, budget_year)}/awards", phase=phase)

    # Programmes

    def programmes(self) -> Iterator[shapes.Programme]:
        """Yield subsidy programmes, and which version of each is in force, by code."""
        return self._rows("programmes")

    def programme(self, code: str) -> shapes.ProgrammeDetail:
        """Return a programme: what it says, what is assumed, which text is missing."""
        return cast("shapes.ProgrammeDetail", self._get(_programme(code)))

    def programme_versions(self, code: str) -> Iterator[shapes.ProgrammeVersion]:
        """Yield versions of a programme that are or were in force, the newest first."""
        return self._rows(f"{_programme(code)}/versions")

    def programme_version(self, code: str, number: int) -> shapes.ProgrammeVersionDetail:
        """Return a version of a programme, with its document and what it changed."""
        place = f"{_programme(code)}/versions/{number}"
        return cast("shapes.ProgrammeVersionDetail", self._get(place))

    # Clusters of an operator

    def clusters(self) -> Iterator[shapes.Cluster]:
        """Yield an operator's clusters, and what runs on them."""
        return self._rows("clusters")

    def cluster_days(
        self, code: str, *, month: str | None = None, card_type: str | None = None
    ) -> Iterator[shapes.ClusterDay]:
        """Yield card time of a cluster by card type and day; of the present month without one."""
        place = f"clusters/{quote(code, safe='')}/days"
        return self._rows(place, month=month, card_type=card_type)


def _fund(programme: str, level: str, budget_year: int) -> str:
    return f"funds/{quote(programme, safe='')}/{quote(level, safe='')}/{budget_year}"


def _programme(code: str) -> str:
    return f"programmes/{quote(code, safe='')}"
