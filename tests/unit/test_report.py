"""The report: one file, true sentences, three languages, nothing from outside and nothing unescaped."""

from __future__ import annotations

import hashlib
import re
import string
import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from importlib.resources import files

import pytest

from mizzle.errors import MizzleError
from mizzle.estimate import Estimate, Interval, Spread
from mizzle.journeys.blueprint import Words
from mizzle.journeys.results import (
    DepartmentDistance,
    Distance,
    Handover,
    MapEdge,
    MapNode,
    ProcessMap,
    Step,
    Throughput,
    Timeline,
)
from mizzle.report import findings
from mizzle.report.language import LANGUAGES, language
from mizzle.report.page import report
from mizzle.tables import Node

METHOD = "journeys.distance/1"
VOID = {"meta", "link", "rect", "path", "br"}


def estimate(value, half=0.1, unit="handovers"):
    interval = None if value is None or half is None else Interval(value - half, value + half)
    return Estimate(value, interval, 100, unit, METHOD)


def spread(hours):
    return Spread(hours, hours, hours, 30, "h", "journeys.handovers/1")


def far(name, handovers, contact=0.0, *, cases=200, month=None, half=0.1):
    return DepartmentDistance(
        name, month, 2 * cases, cases, Estimate(contact, Interval(0, 1), 100, "share", METHOD),
        estimate(handovers, half), estimate(handovers, None), estimate(handovers, None),
        estimate(None if handovers is None else 10 * handovers, half, "h"), estimate(4.0, None, "h"),
        estimate(90.0, None, "h"), Estimate(0.05, Interval(0.04, 0.06), 100, "share", METHOD),
    )  # fmt: skip


def invented(**changes):
    """Four departments: Sales and Transport meet the customer, Warehouse and IT do not."""
    shop = [("Sales", "Order"), ("Warehouse", "Pick"), ("Transport", "Deliver"), ("IT", "Print")]
    nodes = tuple(
        MapNode(Node(*pair), 900 - 100 * k, 800, spread(1.0) if k else None, 3, 800 if not k else 0, 0)
        for k, pair in enumerate(shop)
    )
    edges = tuple(
        MapEdge(Node(*shop[a]), Node(*shop[b]), 400 - a, spread(hours))
        for a, b, hours in ((0, 1, 5.0), (1, 2, 21.5), (3, 1, 0.4), (1, 3, None))
    )
    rows = (far("Sales", 0.2, 1.0), far("Transport", 0.4, 0.8), far("Warehouse", 1.2), far("IT", None))
    months = tuple(
        far("Warehouse", 1.0 + k / 10, month=date(2025, k, 1), cases=200 if k != 3 else 4) for k in range(1, 5)
    )
    given = {
        "log_name": "Larkmoor",
        "distance": Distance(800, 3000, 7, ("Order", "Deliver"), rows, months, METHOD),
        "process_map": ProcessMap(nodes, edges, 800, 700, 4, 9, "journeys.process_map/1"),
        "handovers": (
            Handover("Sales", "Warehouse", 400, spread(5.0)),
            Handover("Warehouse", "Transport", 380, spread(21.5)),
            Handover("Warehouse", "IT", 9, spread(500.0)),
            Handover("IT", "Warehouse", 30, spread(0.0)),
        ),
        "rework": Estimate(0.124, Interval(0.1, 0.15), 800, "share", "journeys.rework/1"),
        "throughput": Throughput(estimate(31.0, unit="h"), Spread(35.0, 31.0, 80.0, 800, "h", METHOD), 800),
    }
    return given | changes


def a_case():
    at = datetime(2025, 3, 1, 8, tzinfo=UTC)
    first = Step(0, "Order", "Sales", at, at + timedelta(hours=1), True, 1.0, None, None, None, None, None, None)
    later = at + timedelta(hours=25)
    second = Step(
        1, "Pick", "Warehouse", later, later + timedelta(hours=2), False, 2.0, 24.0, ("Sales", "Warehouse"),
        spread(1.0), spread(9.0), None, 12.0,
    )  # fmt: skip
    third = Step(2, "Note", None, None, later + timedelta(hours=3), False, None, 1.0, None, None, None, None, None)
    return Timeline("A <17>", (first, second, third), 3.0, 25.0, 28.0, "journeys.timeline/1")


def visible(html):
    """Give the text that a reader sees, without style and tags."""
    text = re.sub(r"<(style|desc|title)>.*?</\1>", " ", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).replace("\u202f", " ").split())


def test_the_lead_says_what_the_figures_show():
    text = visible(report(**invented()))
    assert "At the median a case takes 31 hours." in text
    assert "The longest wait at a handover, 21.5 hours at the median, lies between Warehouse and Transport." in text
    assert "The work of Sales is closest to the customer; from Warehouse it is 1.2 handovers" in text


def test_a_handover_in_few_cases_is_never_singled_out():
    few = (Handover("A", "B", 19, spread(500.0)), Handover("A", "A", 90, spread(9.0)))
    assert findings.telling(few) == []
    html = visible(report(**invented(handovers=few)))
    assert "Where does a case wait between departments? No handover happened 20 times or more" in html
    assert "Where does work wait between departments?" in html
    assert "No handover happened 20 times or more." in html


def test_two_handovers_that_wait_equally_long_give_a_question():
    same = (Handover("A", "B", 40, spread(5.0)), Handover("B", "A", 40, spread(5.0)))
    assert findings.handover_title(language("en"), same) == "Where does work wait between departments?"
    assert findings.handover_title(language("en"), same[:1]) == "The wait between A and B is the longest"


def test_departments_whose_intervals_overlap_give_a_question():
    close = Distance(800, 900, 0, ("x",), (far("A", 0.2), far("B", 0.3)), (), METHOD)
    assert findings.ends(close) is None
    assert findings.distance_title(language("en"), close).endswith("?")
    unknown = Distance(800, 900, 0, ("x",), (far("A", 0.2, half=None), far("B", None)), (), METHOD)
    assert findings.ends(unknown) is None
    few = Distance(800, 900, 0, ("x",), (far("A", 0.2), far("B", 9.0, cases=19)), (), METHOD)
    assert findings.ends(few) is None
    apart = Distance(800, 900, 0, ("x",), (far("A", 0.2), far("B", 0.9)), (), METHOD)
    assert findings.distance_title(language("en"), apart) == "From 0.2 handovers at A to 0.9 at B"


@pytest.mark.parametrize(
    ("shares", "title"),
    [
        ([1.0, 0.5], "Every department has moments that the customer sees, hears or feels"),
        ([0.0, 0.0], "No department has a moment that the customer sees, hears or feels"),
        ([], "No department has a moment that the customer sees, hears or feels"),
        ([0.0, 0.5], "1 of 2 departments meets the customer"),
        ([0.5, 0.0], "1 of 2 departments meets the customer, 1 works below the line of visibility"),
        ([0.5, 0.2, 0, 0], "2 of 4 departments meet the customer, 2 work below the line of visibility"),
    ],
)
def test_the_title_of_the_drawing_counts_departments_above_and_below_the_line(shares, title):
    rows = tuple(far(f"D{k}", k / 10, share) for k, share in enumerate(shares))
    assert findings.blueprint_title(language("en"), Distance(9, 9, 0, (), rows, (), METHOD)) == title


def test_the_file_asks_nothing_from_outside_and_holds_no_script():
    html = report(**invented(timeline=a_case()))
    assert "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:" in html
    assert not re.findall(r"<script|\son\w+=|javascript:|@import", html)
    addresses = re.findall(r"""(?:href=|src=|url\()["']?([^"')\s>]+)""", html)
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert addresses
    assert "FONT_DATA" not in html
    svg = html[html.index('<svg class="bp"') : html.index("</figure>")]
    assert "style=" not in svg[: svg.index("</svg>")]


class Tags(HTMLParser):
    """Notes every tag, and whether each one is closed in turn."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):  # noqa: ARG002 - the parser passes them
        self.seen.add(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):  # noqa: ARG002 - the parser passes them
        self.seen.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize(
    "name", ["<script>alert(1)</script>", "</title></style><img src=x onerror=alert(1)>", "{{ 7*7 }}"]
)
def test_hostile_names_stay_text_everywhere(name):
    given = invented(log_name=name, handovers=(Handover(name, "B", 40, spread(5.0)),))
    rows = tuple(replace(row, department=name) for row in given["distance"].departments[:1])
    months = tuple(replace(row, department=name) for row in given["distance"].months)
    given["distance"] = replace(given["distance"], departments=rows, months=months, perception_points=(name,))
    node = MapNode(Node(name, name), 9, 9, None, 0, 9, 9)
    given["process_map"] = ProcessMap((node,), (), 9, 9, 1, 0, "journeys.process_map/1")
    given["timeline"] = replace(a_case(), case_id=name)
    html = report(**given)
    tags = Tags()
    tags.feed(html)
    assert tags.open == []
    assert not tags.seen & {"script", "img"}
    assert "49" not in visible(html).split()


def test_every_figure_of_a_department_stands_in_the_table():
    html = report(**invented())
    row = visible(html[html.index('<th scope="row">Warehouse') :])
    assert row.startswith(
        "Warehouse 400 200 1.2 (1.1 to 1.3) 1.2 1.2 12 h (11.9 h to 12.1 h) 4 h 3.8 days 0 % (0 % to 100 %)"
    )
    assert "5 % (4 % to 6 %)" in row


def test_a_department_that_no_perception_point_follows_has_words_and_no_dot():
    html = report(**invented())
    row = re.search(r"<li><span>IT .*?</li>", html).group()
    assert "no perception point follows" in row
    assert "<i" not in row


def test_waits_longer_than_agreed_wear_the_bracket_and_their_own_colour():
    html = report(**invented(agreed={("Warehouse", "Transport"): 12.0}))
    assert "The bracket is what was agreed." in html
    assert 'class="hatchbar over"' in html
    assert "agreed 12\u202fh" in html
    assert "waits longer than agreed" in html
    assert "waits 21.5\u202fh (agreed 12\u202fh), then Transport: Deliver" in html
    plain = report(**invented())
    assert "waits longer than agreed" not in plain
    assert "bracket is what" not in plain


def test_only_the_longest_waits_are_shown_when_there_are_many():
    many = tuple(Handover(f"D{k}", "E", 40, spread(1.0 + k)) for k in range(15))
    html = visible(report(**invented(handovers=many)))
    assert "The 12 longest of 15 handovers that happened 20 times or more." in html
    assert "Every handover that happened 20 times or more." in visible(report(**invented()))


def test_months_with_few_cases_are_left_out_of_the_small_lines():
    html = report(**invented())
    assert "Warehouse: 1.1 handovers in Jan 2025, 1.4 in Apr 2025" in html
    path = re.search(r'class="g-line" d="([^"]+)"', html).group(1)
    assert path.count("L") == 2
    one = replace(invented()["distance"], months=(far("IT", 1.0, month=date(2025, 1, 1)),))
    assert "month to month" not in report(**invented(distance=one))
    short = (far("IT", 1.0, month=date(2025, 1, 1)), far("Sales", 1.0, month=date(2025, 2, 1)))
    assert '<span class="num">1.0</span>' in report(**invented(distance=replace(one, months=short)))


def test_one_case_shows_who_owns_each_wait():
    html = visible(report(**invented(timeline=a_case())))
    assert "One case: A &lt;17&gt;" in html
    assert "Whole case: 28 hours, of which 25 hours waiting." in html
    assert "24 h Sales to Warehouse 9 h" in html
    assert 'class="wait over"' in report(**invented(timeline=a_case()))
    empty = Timeline("none", (), None, 0.0, 0.0, "journeys.timeline/1")
    assert "Whole case: 0 hours" in visible(report(**invented(timeline=empty)))


def test_an_empty_log_still_gives_a_report():
    nothing = Spread(None, None, None, 0, "h", METHOD)
    html = report(
        log_name="Nothing",
        distance=Distance(0, 0, 0, (), (), (), METHOD),
        process_map=ProcessMap((), (), 0, 0, 0, 0, "journeys.process_map/1"),
        handovers=(),
        rework=Estimate(None, None, 0, "share", "journeys.rework/1"),
        throughput=Throughput(Estimate(None, None, 0, "h", METHOD), nothing, 0),
    )
    assert "No perception point was chosen, so there is no distance." in html
    assert "Every event names its department." in html
    assert "Show the numbers: Every handover" not in html


@pytest.mark.parametrize(("missing", "said"), [(1, "1 event names no department"), (1200, "1,200 events name no")])
def test_events_without_a_department_are_counted(missing, said):
    distance = replace(invented()["distance"], events_without_department=missing)
    assert said in report(**invented(distance=distance))


def test_the_period_is_named_where_it_is_given():
    assert "1 Sep 2025 to 30 Nov 2025" in report(**invented(period=(date(2025, 9, 1), date(2025, 11, 30))))


def test_numbers_and_dates_follow_the_language():
    spanish = visible(report(**invented(language="es", period=(date(2025, 9, 1), date(2025, 11, 30)))))
    assert "del 1 sept 2025 al 30 nov 2025" in spanish
    assert "21,5 horas de mediana" in spanish
    norwegian = visible(report(**invented(language="nb")))
    assert "21,5 timer i median" in norwegian
    assert "3 000 hendelser" in norwegian


@pytest.mark.parametrize(
    ("hours", "said"),
    [(0.0, "0 hours"), (1 / 60, "1 minute"), (0.5, "30 minutes"), (1.0, "1 hour"), (31.0, "31 hours"),
     (60.0, "2.5 days"), (480.0, "20 days")],
)  # fmt: skip
def test_hours_in_a_sentence_have_their_unit_as_a_word(hours, said):
    assert language("en").long_hours(hours) == said


def test_an_unknown_language_is_refused_with_the_known_ones():
    with pytest.raises(MizzleError, match="choose en, es, nb"):
        report(**invented(language="xx"))


def test_very_long_names_are_cut_in_sentences():
    assert len(findings.brief("x" * 500)) == 48
    assert findings.brief("Sales") == "Sales"


def words(code):
    return tomllib.loads(files("mizzle.report").joinpath(f"words/{code}.toml").read_text("utf-8"))


def gaps(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_says_everything_with_the_same_gaps(code):
    english, other = words("en"), words(code)
    assert set(english) == set(other) == {"drawing", "page"}
    for part in english:
        assert set(other[part]) == set(english[part])
        for key, text in english[part].items():
            assert other[part][key]
            assert key == "thousands" or other[part][key].strip() == other[part][key]
            assert gaps(other[part][key]) == gaps(text), key
    assert Words(**english["drawing"]) == Words()
    assert len(other["page"]["month_names"].split()) == 12


def test_every_sentence_is_used_somewhere():
    package = files("mizzle.report")
    used = "".join(package.joinpath(name).read_text("utf-8") for name in
                   ("page.py", "findings.py", "language.py", "report.html.j2"))  # fmt: skip
    page = words("en")["page"]
    assert {
        key for key in page if not re.search(rf"['\"]{re.sub('_(one|many)$', '', key)}(_one|_many)?['\"]", used)
    } == set()


def test_no_english_is_left_in_the_other_languages():
    for code in ("es", "nb"):
        same = {k for k, text in words(code)["page"].items() if text == words("en")["page"][k] and " " in text.strip()}
        assert same <= {"month_year", "date", "timeline_between", "handover_pair"}


def test_the_font_is_the_one_whose_licence_travels_with_it():
    fonts = files("mizzle.report").joinpath("fonts")
    for font in tomllib.loads(fonts.joinpath("manifest.toml").read_text("utf-8"))["font"]:
        assert hashlib.sha256(fonts.joinpath(font["file"]).read_bytes()).hexdigest() == font["sha256"]
        assert font["licence"] == "OFL-1.1"
        assert "SIL OPEN FONT LICENSE" in fonts.joinpath(font["licence_file"]).read_text("utf-8").upper()
