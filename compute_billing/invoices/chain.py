"""What the next document of an issuer to a tenant carries on from; read under the tenant's lock."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from compute_billing.invoices.crediting import BilledKey, BilledLine
from compute_billing.invoices.lines import LineKey
from kernel.sql import rows, statement


@dataclass(frozen=True, slots=True, kw_only=True)
class BilledBefore:
    """The sum of an issuer's earlier documents to a tenant: as reckoned, and in whole fen.

    `taxed` holds the net amounts on them by tax class.
    """

    amount_micro: int
    total_fen: int
    taxed: Mapping[str, int]

    def with_bill(
        self, *, amount_micro: int, total_fen: int, taxed: Mapping[str, int]
    ) -> "BilledBefore":
        """Return what stands when one more document is issued."""
        summed = defaultdict(int, self.taxed)
        for tax_class, net in taxed.items():
            summed[tax_class] += net
        return BilledBefore(
            amount_micro=self.amount_micro + amount_micro,
            total_fen=self.total_fen + total_fen,
            taxed=summed,
        )


def billed_before(*, tenant_id: int, issuer_id: int) -> BilledBefore:
    """Return the sum of an issuer's documents to a tenant so far."""
    found = rows(
        statement(__package__, "billed_before.sql"), tenant_id=tenant_id, issuer_id=issuer_id
    )
    return BilledBefore(
        amount_micro=found[0]["amount_micro"],
        total_fen=found[0]["total_fen"],
        taxed={tax["tax_class"]: tax["net"] for tax in found if tax["tax_class"] is not None},
    )


def creditable_lines(
    *, tenant_id: int, issuer_id: int, keys: Iterable[LineKey]
) -> dict[BilledKey, Sequence[BilledLine]]:
    """Return what is left of the lines that these keys may take back from, oldest first."""
    wanted = list(keys)
    of_use = [key for key in wanted if key.package is None]
    terms = {key.package.term_id for key in wanted if key.package is not None}
    return {
        **(_lines_of_use(tenant_id, issuer_id, of_use) if of_use else {}),
        **(_lines_of_packages(tenant_id, issuer_id, terms) if terms else {}),
    }


def _lines_of_use(
    tenant_id: int, issuer_id: int, wanted: Sequence[LineKey]
) -> dict[BilledKey, Sequence[BilledLine]]:
    found = rows(
        statement(__package__, "creditable_lines.sql"),
        tenant_id=tenant_id,
        issuer_id=issuer_id,
        usage_months=sorted({key.usage_month for key in wanted}),
        price_ids=sorted({key.price_id for key in wanted if key.price_id is not None}),
    )
    lines: dict[BilledKey, list[BilledLine]] = defaultdict(list)
    for line in found:
        key = (
            *(line["usage_month"], line["price_id"], line["project_id"], line["cluster_id"]),
            line["payer_kind"],
        )
        lines[key].append(BilledLine(line_id=line["line_id"], left=line["left"]))
    return dict(lines)


def _lines_of_packages(
    tenant_id: int, issuer_id: int, term_ids: Collection[int]
) -> dict[BilledKey, Sequence[BilledLine]]:
    found = rows(
        statement(__package__, "creditable_packages.sql"),
        tenant_id=tenant_id,
        issuer_id=issuer_id,
        term_ids=sorted(term_ids),
    )
    lines: dict[BilledKey, list[BilledLine]] = defaultdict(list)
    for line in found:
        key = (line["term_id"], line["tax_class"], line["payer_kind"])
        lines[key].append(BilledLine(line_id=line["line_id"], left=line["left"]))
    return dict(lines)
