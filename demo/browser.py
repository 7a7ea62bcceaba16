"""A Chromium of this machine, for pictures of the pages and for tests that look at them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page, expect, sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Quiet: no calls home, no updates.
FLAGS: Final = ("--disable-background-networking", "--disable-component-update")


class NoBrowser(RuntimeError):
    """There is no Chromium on this machine."""


def find() -> str:
    """Return the path of a Chromium.

    Raises:
        NoBrowser: there is none.
    """
    for name in NAMES:
        path = shutil.which(name)
        if path is not None:
            return path
    message = "No Chromium here. On Debian and Ubuntu: apt install chromium fonts-noto-cjk"
    raise NoBrowser(message)


@contextmanager
def browser() -> Iterator[Browser]:
    """Run a headless Chromium for the block.

    Raises:
        NoBrowser: there is none on this machine.
    """
    path = find()
    # Chromium's sandbox refuses root.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox])
        try:
            yield running
        finally:
            running.close()


def sign_in(page: Page, *, base: str, email: str, password: str) -> None:
    """Sign in as a person does, in either language, and wait for the first page."""
    page.goto(f"{base}/")
    # As a person, who types once the page has put the cursor there; sooner, Chromium complains.
    expect(page.locator("#id_login")).to_be_focused()
    page.locator("#id_login").fill(email)
    page.locator("#id_password").fill(password)
    page.locator("#id_password").press("Enter")
    # Who has no overview is led on from the first page to his own.
    page.wait_for_url(lambda url: urlsplit(url).path in {"/", "/settled"})
