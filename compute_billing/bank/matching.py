"""Whose money a line is: by the code in its remark and by the payer's name, which must agree."""

from dataclasses import dataclass
from functools import cached_property

from compute_billing.bank.lines import StatementLine
from compute_billing.bank.models import Match, RemittanceCode
from compute_billing.bank.remittance import codes_in, same_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """How well a line names a tenant, and which."""

    match: Match
    tenant_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """A tenant that has a code for the operator."""

    tenant_id: int
    name: str


class Payers:
    """The tenants that have codes for an operator, read when they are first asked for."""

    def __init__(self, *, operator_id: int) -> None:
        """Name the operator."""
        self.operator_id = operator_id

    @cached_property
    def by_code(self) -> dict[str, Payer]:
        """Return the tenant of each code."""
        rows = RemittanceCode.objects.filter(operator_id=self.operator_id).values_list(
            "code", "tenant_id", "tenant__name"
        )
        return {code: Payer(tenant_id=tenant_id, name=name) for code, tenant_id, name in rows}

    def named(self, name: str) -> list[Payer]:
        """Return the tenants of a name."""
        return [payer for payer in self.by_code.values() if same_name(payer.name, name)]


def match(line: StatementLine, payers: Payers) -> Found:
    """Say whose a line is.

    Exact is one known code and the name of its tenant as the payer: a third party that pays
    with somebody's code, or a code that somebody copied, is for a person to judge.
    """
    if not line.is_incoming:
        return Found(match=Match.OUTGOING)
    known = [payers.by_code[code] for code in codes_in(line.remark) if code in payers.by_code]
    if len(known) == 1:
        is_same = same_name(known[0].name, line.payer_name)
        return Found(match=Match.EXACT if is_same else Match.PARTIAL, tenant_id=known[0].tenant_id)
    named = payers.named(line.payer_name)
    if known or len(named) == 1:
        tenant = named[0].tenant_id if len(named) == 1 else None
        return Found(match=Match.PARTIAL, tenant_id=tenant)
    return Found(match=Match.UNKNOWN)
