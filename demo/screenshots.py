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
from itertools import product
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Browser, Page

from demo.browser import NoBrowser, browser, find
from demo.pages import PAGES, enter, show, speak
from local_services import processes

ROOT: Final = Path(__file__).resolve().parent.parent
SIZES: Final = {"390": (390, 844), "1440": (1440, 900)}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
LANGUAGES: Final = {"zh": "zh-hans", "en": "en"}
PEOPLE: Final = tuple(dict.fromkeys(shown.who for shown in PAGES))
SERVING: Final = "Serving "
# Every child of the demonstration ends its work first, also on a busy machine.
END_SECONDS: Final = 120.0


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
    for (size, (width, height)), scheme, who in product(SIZES.items(), SCHEMES, PEOPLE):
        context = chromium.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            device_scale_factor=2,
        )
        page = context.new_page()
        enter(page, base=base, who=who)
        for language, code in LANGUAGES.items():
            speak(context, base=base, language=code)
            for shown in PAGES:
                if shown.who == who:
                    show(page, shown, base=base)
                    yield _picture(page, folder / f"{shown.name}-{size}-{scheme}-{language}.png")
        context.close()


def _picture(page: Page, path: Path) -> Path:
    page.screenshot(path=path, full_page=True)
    return path


if __name__ == "__main__":
    sys.exit(main())
