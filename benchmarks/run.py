"""What `make bench` runs: every benchmark in order, one table, one result file each.

With names as arguments only those (`make bench ARGS="ledger closing"`). Exits with 1 when a bar is
missed or a benchmark breaks.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Final

from benchmarks import closing, harness, ingest, ledger, pages, rating

# Each measures on a fresh database of its own.
BENCHMARKS: Final[dict[str, Callable[[], harness.Report]]] = {
    "ingest": ingest.measure,
    "ledger": ledger.measure,
    "rating": rating.measure,
    "closing": closing.measure,
    "pages": pages.measure,
}


def main() -> int:
    """Run the benchmarks; return the exit code."""
    names = _parse()
    reports = []
    broken = []
    for name in names:
        report = _measure(name)
        if report is None:
            broken.append(name)
        else:
            report.write()
            reports.append(report)
    for report in reports:
        harness.print_report(report)
    missed = [report.name for report in reports if not report.holds]
    print(_verdict(measured=len(reports), missed=missed, broken=broken))
    return 1 if missed or broken else 0


def _parse() -> Sequence[str]:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("name", nargs="*", choices=[[], *BENCHMARKS], help="which; all by default")
    arguments = parser.parse_args()
    return arguments.name or list(BENCHMARKS)


def _measure(name: str) -> harness.Report | None:
    """Measure one, so that a broken one does not keep the others from being measured."""
    print(f"{name} …", file=sys.stderr, flush=True)
    started = perf_counter()
    try:
        with harness.fresh_database():
            report = BENCHMARKS[name]()
    except Exception:  # noqa: BLE001 - whatever it is, the next benchmark can still run
        traceback.print_exc()
        return None
    print(f"{name}: {perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return report


def _verdict(*, measured: int, missed: Sequence[str], broken: Sequence[str]) -> str:
    parts = [f"\n{measured} benchmarks measured, results in docs/results"]
    if missed:
        parts.append(f"below a bar: {', '.join(missed)}")
    if broken:
        parts.append(f"broken: {', '.join(broken)}")
    return "; ".join(parts)


if __name__ == "__main__":
    sys.exit(main())
