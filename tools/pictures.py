"""Draws the pictures of the documents from a simulated organisation: `python tools/pictures.py`, with Chromium.

The log is that of `mizzle.simulate`: an organisation that never was, so no figure in a picture is anybody's.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from mizzle import journeys, simulate
from mizzle.engines import open_engine
from mizzle.logs import events_in_memory
from mizzle.report.page import report

IMAGES = Path(__file__).parents[1] / "docs" / "images"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
LOOKS = (
    ("report", 1440, 1180, "light"),
    ("report-dark", 1440, 1180, "dark"),
    ("report-phone", 360, 900, "light"),
)


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


def main() -> None:
    """Write every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = Path(folder) / "report.html"
        file.write_text(page(), encoding="utf-8")
        browser = play.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGUMENTS)
        for name, width, height, scheme in LOOKS:
            # Playwright wants the two schemes as literals, which a table of looks does not keep
            look = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
            look.goto(file.as_uri())
            look.screenshot(path=IMAGES / f"{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
