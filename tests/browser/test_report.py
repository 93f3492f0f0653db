"""The report as people meet it: in Chromium, narrow and wide, light and dark, and on paper."""

from __future__ import annotations

from datetime import date

import pytest

from mizzle.estimate import Estimate, Interval, Spread
from mizzle.journeys.results import DepartmentDistance, Distance, Handover, MapEdge, MapNode, ProcessMap, Throughput
from mizzle.report.page import report
from mizzle.tables import Node

pytestmark = pytest.mark.browser
METHOD = "journeys.distance/1"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
QUIET = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-dev-shm-usage",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
STEPS = [
    ("Sales", "Offer a slot"), ("Front desk", "Confirm order"), ("Order planning", "Plan the route"),
    ("Warehouse", "Pick"), ("Warehouse", "Stage at dock"), ("Transport", "Load the van"), ("Transport", "Carry in"),
    ("Billing", "Invoice"), ("Claims", "Settle a claim"), ("A department with quite a long name", "Fill shifts"),
]  # fmt: skip
DEPARTMENTS = ["Front desk", "Transport", "Sales", "Claims", "Billing", "Order planning", "Warehouse"]


def mean(value, unit="handovers"):
    return Estimate(value, None if value is None else Interval(value * 0.9, value * 1.1), 300, unit, METHOD)


def row(department, handovers, contact=0.0, month=None):
    hours = None if handovers is None else 9 * handovers
    return DepartmentDistance(
        department, month, 900, 300, mean(contact, "share"), mean(handovers), mean(handovers), mean(handovers),
        mean(hours, "h"), mean(hours, "h"), mean(hours, "h"), mean(0.04, "share"),
    )  # fmt: skip


def wait(hours):
    return Spread(hours, hours, 3 * hours, 300, "h", METHOD)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Write an invented report into a file and give its address."""
    nodes = tuple(
        MapNode(Node(*step), 900 - 40 * k, 800 - 40 * k, None, 1, 800 if not k else 0, 0)
        for k, step in enumerate(STEPS)
    )
    pairs = [*zip(range(8), range(1, 9), strict=True), (6, 2), (4, 9), (9, 5), (3, 3)]
    edges = tuple(
        MapEdge(nodes[a].node, nodes[b].node, 700 - 30 * k, wait(0.5 + 2.3 * k)) for k, (a, b) in enumerate(pairs)
    )
    rows = [row(name, 0.3 + 0.4 * k, 0.5 if k < 3 else 0.0) for k, name in enumerate(DEPARTMENTS)]
    rows.append(row(STEPS[-1][0], None))
    months = tuple(row(name, 1.0 + k / 9, month=date(2025, k, 1)) for name in DEPARTMENTS for k in (1, 2, 3))
    points = ("Offer a slot", "Confirm order", "Carry in")
    html = report(
        log_name="Larkmoor Home Delivery",
        distance=Distance(900, 7000, 12, points, tuple(rows), months, METHOD),
        process_map=ProcessMap(nodes, edges, 900, 700, 14, 31, "journeys.process_map/1"),
        handovers=[Handover(a, b, 300, wait(3.0 + len(a))) for a, b in zip(DEPARTMENTS, DEPARTMENTS[1:])],  # noqa: B905, RUF007 - one shorter by design
        rework=Estimate(0.12, Interval(0.1, 0.14), 900, "share", "journeys.rework/1"),
        throughput=Throughput(mean(75.0, "h"), wait(75.0), 900),
        agreed={("Sales", "Claims"): 4.0},
        period=(date(2025, 1, 1), date(2025, 3, 31)),
    )
    file = tmp_path_factory.mktemp("report") / "report.html"
    file.write_text(html, "utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def browser(running_chromium):
    """Give the Chromium of all tests in a browser."""
    return running_chromium


@pytest.fixture
def look(browser, address):
    """Open the report at a width and in a theme; fails on console messages and on requests to anywhere else."""
    pages, said, asked = [], [], []

    def opened(width, theme="light"):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=theme)
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(address)
        pages.append(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert said == []
    assert {url for url in asked if not url.startswith("data:")} == {address}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1200, 1440])
def test_axe_finds_nothing_and_the_page_does_not_scroll_sideways(look, width, theme):
    from axe_playwright_python.sync_playwright import Axe

    page = look(width, theme)
    for details in page.locator("details:visible").all():
        details.evaluate("element => element.open = true")
    found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
    assert [(rule["id"], [node["html"][:200] for node in rule["nodes"]]) for rule in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_drawing_is_for_wide_screens_and_the_list_for_narrow_ones(look):
    page = look(1440)
    assert page.locator("svg.bp[role=img]").is_visible()
    assert page.locator(".walk:visible").count() == 0
    narrow = look(360)
    assert not narrow.locator("svg.bp[role=img]").is_visible()
    assert narrow.locator(".walk:visible").count() == 1


def test_the_drawing_is_shown_one_to_one_and_the_names_stay_while_it_scrolls(look):
    page = look(800)
    drawn = page.locator("svg.bp[role=img]")
    assert drawn.bounding_box()["width"] == pytest.approx(float(drawn.get_attribute("width")), abs=0.6)
    region = page.locator(".scroll").first
    before = page.locator(".bp-names").bounding_box()["x"]
    region.evaluate("element => element.scrollLeft = 300")
    assert region.evaluate("element => element.scrollLeft") == 300
    assert page.locator(".bp-names").bounding_box()["x"] == before


def test_the_texts_of_the_drawing_fit_into_their_boxes(look):
    page = look(1440)
    page.evaluate("document.fonts.ready")
    too_wide = page.evaluate(
        """() => [...document.querySelectorAll('svg.bp[role=img] g')].flatMap(group => {
            const box = group.querySelector('rect.bp-node');
            if (!box) return [];
            return [...group.querySelectorAll('text')]
                .filter(text => text.getBBox().width > box.getBBox().width - 2).map(text => text.textContent);
        })"""
    )
    assert too_wide == []


def test_the_page_uses_its_own_font(look):
    page = look(1200)
    assert page.evaluate("document.fonts.ready.then(fonts => [...fonts].map(font => font.status))") == ["loaded"]


def test_it_prints_on_paper_in_few_pages(look, tmp_path):
    page = look(1200)
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True, print_background=True)
    pages = (tmp_path / "report.pdf").read_bytes().count(b"/Type /Page\n")
    assert 2 <= pages <= 4


def test_words_grow_to_twice_their_size_without_scrolling_sideways(look):
    page = look(720)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") == 720
