"""Pictures of the pages: `make screenshots` runs the demonstration and looks at it.

Writes PNG files at two widths, light and dark, in both languages, into a folder that git ignores.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Browser, Page

from demo.browser import NoBrowser, browser, find, sign_in
from demo.cast import MAIL, PASSWORD
from local_services import processes

ROOT: Final = Path(__file__).resolve().parent.parent
SIZES: Final = {"390": (390, 844), "1440": (1440, 900)}
SCHEMES: Final = ("light", "dark")
LANGUAGES: Final = {"zh": None, "en": "English"}
# What staff see of one tenant; the record and the bill are the first of their lists.
TENANT: Final = "lixing-driving"
PAGES: Final = {
    "usage": f"/usage?tenant={TENANT}&month=2026-10",
    "why": f"/usage?tenant={TENANT}&month=2026-10",
    "balance": f"/balance?tenant={TENANT}",
    "bills": f"/statements?tenant={TENANT}",
    "bill": f"/statements?tenant={TENANT}",
}
FIRST_OF_LIST: Final = frozenset({"why", "bill"})
SERVING: Final = "Serving "
END_SECONDS: Final = 40.0


def main() -> int:
    """Take the pictures; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m demo.screenshots", description=__doc__)
    parser.add_argument("--folder", type=Path, default=ROOT / "screenshots")
    parser.add_argument("--base", help="of a demonstration that runs already")
    arguments = parser.parse_args()
    try:
        find()
    except NoBrowser as error:
        print(f"make screenshots: {error}", file=sys.stderr)
        return 1
    arguments.folder.mkdir(parents=True, exist_ok=True)
    running = contextlib.nullcontext(arguments.base) if arguments.base else _demonstration()
    with running as base, browser() as chromium:
        for path in take(chromium, base=base, folder=arguments.folder):
            print(path)
    return 0


@contextlib.contextmanager
def _demonstration() -> Iterator[str]:
    """Run the demonstration for the block and return its address."""
    port = processes.free_port()
    child = subprocess.Popen(
        [sys.executable, "-m", "demo", "--port", str(port)],
        cwd=ROOT,
        env=dict(os.environ),
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if not any(line.startswith(SERVING) for line in child.stdout or ()):
            message = "The demonstration ended before it served anything; see above."
            raise SystemExit(message)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.send_signal(signal.SIGINT)
        child.wait(timeout=END_SECONDS)


def take(chromium: Browser, *, base: str, folder: Path) -> Iterator[Path]:
    """Take every picture and return where it is."""
    for size, (width, height) in SIZES.items():
        for scheme in SCHEMES:
            context = chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
                device_scale_factor=2,
            )
            page = context.new_page()
            page.goto(f"{base}/")
            yield _picture(page, folder / f"sign-in-{size}-{scheme}.png")
            sign_in(page, base=base, email=f"finance@{MAIL}", password=PASSWORD)
            for language, switch in LANGUAGES.items():
                if switch is not None:
                    page.get_by_role("button", name=switch).click()
                    page.wait_for_load_state()
                yield _picture(page, folder / f"overview-{size}-{scheme}-{language}.png")
                for name, path in PAGES.items():
                    page.goto(f"{base}{path}")
                    if name in FIRST_OF_LIST:
                        page.locator("tbody th a").first.click()
                        page.wait_for_load_state()
                    yield _picture(page, folder / f"{name}-{size}-{scheme}-{language}.png")
            context.close()


def _picture(page: Page, path: Path) -> Path:
    page.screenshot(path=path, full_page=True)
    return path


if __name__ == "__main__":
    sys.exit(main())
