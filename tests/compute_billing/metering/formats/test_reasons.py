import re
import subprocess
import sys
from pathlib import Path

from compute_billing.metering import formats
from compute_billing.metering.formats import INTERVAL_REASONS, REASONS

ROOT = Path(__file__).resolve().parents[4]
PACKAGE = Path(formats.__file__).parent


def test_every_reason_is_raised_and_every_raised_reason_is_known() -> None:
    sources = "".join(
        path.read_text() for path in PACKAGE.glob("*.py") if path.name != "reasons.py"
    )
    raised = set(re.findall(r'UnableToReadRow\(\s*"(\w+)"', sources))
    assert raised == set(REASONS)
    assert set(INTERVAL_REASONS) <= raised


def test_every_reason_is_told_in_both_languages() -> None:
    for reason in REASONS.values():
        assert reason.mend.endswith(".")
        assert re.search(r"[\u4e00-\u9fff]", reason.zh)


def test_the_page_on_formats_tells_every_reason() -> None:
    page = (ROOT / "docs" / "formats.md").read_text()
    told = set(re.findall(r"^\| `(\w+)` \| ", page, flags=re.MULTILINE))
    assert told >= set(REASONS)
    for code, reason in REASONS.items():
        assert f"| `{code}` | {reason.en}; {reason.zh} | {reason.mend} |" in page


def test_the_readers_run_without_django() -> None:
    script = (
        "import sys, compute_billing.metering.formats; "
        "sys.exit('django' in sys.modules or 'psycopg' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0
