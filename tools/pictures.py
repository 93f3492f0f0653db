"""Draws the pictures of the documents, with Chromium: `python tools/pictures.py report | house`; both without a word.

The report is that of `mizzle.simulate`, and the house is filled with the sample organisation: nothing and nobody in a
picture is real.
"""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from playwright.sync_api import sync_playwright

from mizzle import journeys, simulate
from mizzle.engines import open_engine
from mizzle.logs import events_in_memory
from mizzle.report.page import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

IMAGES = Path(__file__).parents[1] / "docs" / "images"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
LOOKS = (
    ("report", 1440, 1180, "light"),
    ("report-dark", 1440, 1180, "dark"),
    ("report-phone", 360, 900, "light"),
)
KEY = re.compile(r"^\s+(\S.*?)\s{2,}(\S+@\S+)\s+(\S+)$", re.MULTILINE)
"""A line of the file of the sample: role, e-mail address, password."""
WAIT_SECONDS = 120


def page() -> str:
    """Measure a simulated log of nine departments and give its report."""
    log = simulate.event_log(4_000, 9, np.random.default_rng(2024), activities=12, rework=0.04)
    with open_engine() as engine:
        events = events_in_memory(log, engine)
        points = [name for name in simulate.PERCEPTION if name in events.activities]
        return report(
            log_name="A simulated delivery company",
            distance=journeys.distance(events, points, by_month=True),
            process_map=journeys.process_map(events, 0.6),
            handovers=journeys.handovers(events),
            rework=journeys.rework(events),
            throughput=journeys.throughput(events),
        )


def draw_report(browser: Browser) -> None:
    """Write the pictures of the report."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(page(), encoding="utf-8")
        for name, width, height, scheme in LOOKS:
            # Playwright wants the two schemes as literals, which a table of looks does not keep
            look = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            look.goto(file.as_uri())
            look.screenshot(path=IMAGES / f"{name}.png")


@contextmanager
def sample_house() -> Iterator[tuple[str, dict[str, tuple[str, str]]]]:
    """Open a house with the sample organisation; gives its address, and for each role how to sign in."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="larkmoor-") as data:
        command = [sys.executable, "-c", "from mizzle_web.command import main; main()", "demo", "--port", str(port)]
        given = os.environ | {"MIZZLE_DATA": data}
        house = subprocess.Popen(command, env=given, stdout=subprocess.DEVNULL)
        try:
            _wait_for(address, house)
            told = (Path(data) / "sample-passwords.txt").read_text(encoding="utf-8")
            yield address, {role: (email, password) for role, email, password in KEY.findall(told)}
        finally:
            house.terminate()
            house.wait()


def _wait_for(address: str, house: subprocess.Popen[bytes]) -> None:
    for _ in range(WAIT_SECONDS * 5):
        if house.poll() is not None:
            sys.exit("The house did not open; try `mizzle demo` by hand.")
        try:
            with urllib.request.urlopen(f"{address}/sign-in"):  # noqa: S310 - an address of this machine
                return
        except OSError:
            time.sleep(0.2)
    sys.exit("The house took too long to open; try `mizzle demo` by hand.")


def draw_house(browser: Browser) -> None:
    """Write a picture of each page of the house: wide and light, and of the first ones narrow and dark as well."""
    folder = IMAGES / "house"
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    with sample_house() as (address, keys):
        door = browser.new_page(base_url=address, viewport={"width": 1440, "height": 900}, locale="en-GB")
        door.goto("/sign-in")
        door.screenshot(path=folder / "sign-in.png")
        door.close()
        drawn: set[str] = set()
        for role in ("Service lead", "Operator", "Colleague"):
            look = browser.new_page(base_url=address, viewport={"width": 1440, "height": 900}, locale="en-GB")
            _sign_in(look, *keys[role])
            for way in _ways(look):
                if way not in drawn:
                    drawn.add(way)
                    look.goto(way)
                    look.screenshot(path=folder / f"{way.strip('/').replace('/', '-') or 'today'}.png")
            if role == "Colleague":
                _draw_journey(look, folder)
                look.set_viewport_size({"width": 390, "height": 844})
                look.emulate_media(color_scheme="dark")
                for way in ("/", "/settings/"):
                    look.goto(way)
                    look.screenshot(path=folder / f"{way.strip('/') or 'today'}-phone.png")
            look.close()


def _draw_journey(look: Page, folder: Path) -> None:
    """Write pictures of the map of the sample organisation, once its figures are worked out."""
    look.goto("/map/")
    look.click("main .tasks a")
    for _ in range(WAIT_SECONDS):
        if look.locator(".map-grid").count():
            break
        time.sleep(1)
        look.reload()
    else:
        sys.exit("The map of the sample was not drawn in time.")
    for name, width, height, scheme in (("journey", 1440, 1180, "light"), ("journey-dark", 1440, 1180, "dark")):
        look.set_viewport_size({"width": width, "height": height})
        look.emulate_media(color_scheme=scheme)  # type: ignore[arg-type] # Playwright wants the schemes as literals
        look.wait_for_timeout(500)  # colours fade
        look.screenshot(path=folder / f"{name}.png")
    look.set_viewport_size({"width": 390, "height": 844})
    look.emulate_media(color_scheme="light")
    look.wait_for_timeout(500)  # colours fade from one scheme to the other
    look.screenshot(path=folder / "journey-phone.png")
    look.set_viewport_size({"width": 1440, "height": 900})
    journey = look.url.partition("?")[0].rstrip("/")
    for tab in ("cases", "agreements", "contacts"):
        look.goto(f"{journey}/{tab}")
        look.screenshot(path=folder / f"journey-{tab}.png")


def _sign_in(look: Page, email: str, password: str) -> None:
    look.goto("/sign-in")
    look.fill("[name=name]", email)
    look.fill("[name=password]", password)
    look.click("main .btn-primary")
    look.wait_for_load_state()


def _ways(look: Page) -> list[str]:
    """Give the address of every page that is one click away from the navigation or the settings."""
    found: dict[str, None] = {"/": None}
    for start in ("/", "/settings/"):
        look.goto(start)
        links = look.locator(".nav a[href^='/'], .settings a[href^='/']")
        found |= dict.fromkeys(links.evaluate_all("links => links.map(link => link.pathname)"))
    return [way for way in found if not way.startswith(("/static/", "/api/"))]


DRAW = {"report": draw_report, "house": draw_house}


def main() -> None:
    """Write the pictures that were asked for."""
    asked = sys.argv[1:] or list(DRAW)
    if not set(asked) <= set(DRAW):
        sys.exit(__doc__)
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS)
        for name in asked:
            DRAW[name](browser)
        browser.close()


if __name__ == "__main__":
    main()
