from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pyarrow as pa
import pytest

from mizzle.errors import UnclearMapping
from mizzle.logs.batches import Facts
from mizzle.logs.meaning.guess import guess
from mizzle.logs.meaning.looks import look_at
from mizzle.logs.meaning.rolenames import is_person, weight, words_of

SHARED = Path(__file__).parents[2].parent / "shared/data"
CSV = Facts("CSV")


def log(cases=10, steps=5, **columns):
    """Build a log of some cases of some steps; each column is a function of case and step."""
    rows = [(case, step) for case in range(cases) for step in range(steps)]
    return {name: [column(case, step) for case, step in rows] for name, column in columns.items()}


def by_number(case, step):
    return f"C{case}"


def by_step(case, step):
    return ("open", "look", "ask", "fix", "close")[step % 5]


def by_team(case, step):
    return ("North", "North", "South", "South", "East")[step % 5]


def moving(case, step):
    return f"2024-01-{case % 28 + 1:02} {step + 8:02}:00"


def earlier(case, step):
    return f"2024-01-{case % 28 + 1:02} {step + 8 - 1:02}:30"


def fixed(case, step):
    return f"2024-01-{case % 28 + 1:02} 08:00"


def look(columns, facts=CSV, **given):
    return guess(list(columns), pa.table(columns), facts, given)


def refused(columns, **given):
    with pytest.raises(UnclearMapping) as error:
        look(columns, **given)
    return str(error.value)


def sample(name, rows=50_000):
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not here")
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        cells = [row for row, _ in zip(reader, range(rows), strict=False)]
    return {name: [row[at] for row in cells] for at, name in enumerate(header)}


def test_a_service_desk_log_is_understood_whole():
    mapping = look(sample("eventlogs/itsm_incidents_even.csv.gz", 8_000))
    assert mapping.roles == {
        "case": "number",
        "activity": "incident_state",
        "department": "assignment_group",
        "end": "sys_updated_at",
        "resource": "sys_updated_by",
    }
    for column in ("opened_at", "resolved_at", "closed_at", "sys_created_at"):
        assert "for all events of a case" in mapping.reasons[f"left out: {column}"]
    assert "about a person" in mapping.reasons["left out: caller_id"]
    assert {"priority", "impact", "closed_code"} <= set(mapping.extras)
    assert len(mapping.extras) <= 12
    assert not {"caller_id", "opened_by", "assigned_to", "resolved_by"} & set(mapping.extras)


def test_registers_of_complaints_are_not_taken_for_logs():
    complaints = sample("complaints/boston311_2014_2016.csv.gz", 4_000)
    assert "a case of its own: case_enquiry_id never repeats" in refused(complaints)
    assert "open_dt, sla_target_dt and closed_dt could each say when it was done" in refused(
        complaints, case="case_enquiry_id"
    )
    assert "--case 'Complaint ID'" in refused(sample("complaints/cfpb_sample_a.csv.gz"))


@pytest.mark.parametrize(
    ("case", "activity", "department", "start", "end", "resource"),
    [
        ("case:concept:name", "concept:name", "org:group", "start_timestamp", "time:timestamp", "org:resource"),
        ("Case ID", "Activity", "Department", "Start Time", "Complete Timestamp", "Resource"),
        ("Issue key", "Status", "Team", "Started", "Updated", "Assignee"),
        ("Número de caso", "Actividad", "Departamento", "Fecha de inicio", "Fecha de fin", "Usuario"),
        ("Saksnr", "Aktivitet", "Avdeling", "Starttid", "Sluttid", "Saksbehandler"),
        ("ticket_id", "event", "support_group", "started_at", "finished_at", "agent"),
    ],
)
def test_usual_names_are_known(case, activity, department, start, end, resource):
    columns = {case: by_number, activity: by_step, department: by_team, start: earlier, end: moving}
    columns[resource] = lambda case, step: f"p{step}{case % 7}"
    mapping = look(log(**columns))
    assert (mapping.case, mapping.activity, mapping.department) == (case, activity, department)
    assert (mapping.start, mapping.end, mapping.resource) == (start, end, resource)
    assert set(mapping.reasons) >= {"case", "activity", "department", "start", "end", "resource"}


def test_a_tiny_log_is_understood_by_its_names():
    columns = {"case": ["1", "2"], "activity": ["a", "a"], "department": ["x", "x"], "end": ["2024-01-01"] * 2}
    mapping = look({**columns, "updated by": ["kn", "on"]})
    assert mapping.columns() == ("case", "activity", "department", "end", "updated by")
    assert mapping.resource == "updated by"
    assert mapping.extras == ()
    assert "extras" not in mapping.reasons


def test_columns_without_telling_names_are_understood_by_content():
    columns = log(k=by_number, a=by_step, b=by_team, t=moving, constant=lambda _case, _step: "same")
    mapping = look(columns, department="b")
    assert (mapping.case, mapping.activity, mapping.end) == ("k", "a", "t")
    columns = log(k=by_number, activity=by_step, b=by_team, t=moving)
    assert look(columns).department == "b"


def test_two_columns_of_times_without_telling_names_are_told_apart_by_which_comes_first():
    columns = log(case=by_number, activity=by_step, team=by_team, t2=moving, t1=earlier)
    mapping = look(columns)
    assert (mapping.start, mapping.end) == ("t1", "t2")
    assert "never after t2" in mapping.reasons["start"]
    mapping = look(columns, start="")
    assert (mapping.start, mapping.end) == (None, "t2")


def test_two_columns_of_times_that_cross_are_asked_about():
    columns = log(
        case=by_number,
        activity=by_step,
        team=by_team,
        t1=lambda case, step: (moving, earlier)[case % 2](case, step),
        t2=lambda case, step: (earlier, moving)[case % 2](case, step),
    )
    assert refused(columns).startswith("t1 and t2 could each say when it was done. Say which one with --end")


def test_the_standard_of_a_format_and_the_user_win():
    columns = log(case=by_number, x=by_number, activity=by_step, a2=by_step, team=by_team, end=moving, t=moving)
    facts = Facts("XES", known={"case": "x", "end": "t", "resource": "nowhere"})
    mapping = look(columns, facts, activity="a2", end="end", timezone="Europe/Oslo", extras=["team"], department="")
    assert mapping.columns() == ("x", "a2", "end", "team")
    assert mapping.department is None
    assert mapping.timezone == "Europe/Oslo"
    assert mapping.reasons["case"] == "the standard of XES says so"
    assert mapping.reasons["activity"] == "named on the command line"


def test_everything_can_be_named_even_where_nothing_could_be_guessed():
    columns = {"a": ["1"], "b": ["x"], "c": ["soon"]}
    given = {"case": "a", "activity": "b", "department": "", "end": "c", "start": "", "resource": ""}
    assert look(columns, **given).columns() == ("a", "b", "c")


def test_a_column_named_twice_is_refused_before_anything_is_asked():
    columns = {"a": ["1"], "b": ["x"], "c": ["soon"]}
    assert refused(columns, case="a", activity="a").startswith("Column 'a' is named for both case")


def test_what_the_standard_says_gives_way_to_what_the_user_says_of_the_same_column():
    columns = log(case=by_number, activity=by_step, team=by_team, begun=moving)
    facts = Facts("XES", known={"case": "case", "activity": "activity", "department": "team", "start": "begun"})
    assert look(columns, facts, end="begun").columns() == ("case", "activity", "team", "begun")
    assert look(columns, facts, end="begun", activity="team").activity == "team"


def test_a_named_column_that_is_not_there_is_refused_with_near_ones():
    columns = log(number=by_number, state=by_step, team=by_team, end=moving)
    assert "no column called 'numbr'. Did you mean 'number'? Name one of its columns with --case." in refused(
        columns, case="numbr"
    )


def test_a_file_without_times_is_refused_with_its_columns():
    message = refused({"case": ["1", "1"], "activity": ["a", "b"], "team": ["x", "y"]})
    assert message.startswith("No column of this file holds times")
    assert "case, activity and team" in message
    assert "--end" in message


def test_a_file_without_cases_is_refused_with_its_columns():
    message = refused({"what": ["a", "b", "c"], "when": ["2024-01-01", "2024-01-02", "2024-01-03"]})
    assert message.startswith("No column seems to say which order")
    assert "what and when" in message


def test_a_handful_of_values_is_no_case():
    columns = {
        "c": [f"R{at % 3}" for at in range(4_000)],
        "t": [f"2024-01-01 {at // 60 % 24:02}:{at % 60:02}" for at in range(4_000)],
    }
    assert refused(columns).startswith("No column seems to say which order")


def test_two_columns_that_could_be_the_case_are_asked_about_unless_they_say_the_same():
    columns = log(
        20,
        incident=by_number,
        ticket=lambda case, step: f"T{(case + step) % 19}",
        activity=by_step,
        team=by_team,
        end=moving,
    )
    assert refused(columns).startswith("incident and ticket could each say which order")
    same = {**columns, "ticket": [f"T{value}" for value in columns["incident"]]}
    assert look(same).case == "incident"


def test_two_columns_that_could_be_the_activity_or_the_department_are_asked_about():
    columns = log(case=by_number, status=by_step, state=by_team, team=by_team, end=moving)
    assert "status and state could each say what was done. Say which one with --activity" in refused(columns)
    columns = log(case=by_number, activity=by_step, group=by_team, unit=lambda _case, step: f"u{step // 3}", end=moving)
    assert "group and unit could each say which department did it" in refused(columns)


def test_no_activity_or_no_department_is_asked_about_with_the_columns():
    columns = log(case=by_number, end=moving, flag=lambda _case, step: str(step % 2))
    assert refused(columns).startswith("No column says clearly what was done. Name it with --activity")
    columns = {"case": ["1", "1"], "end": ["2024-01-01", "2024-01-02"], "x": ["a", "b"]}
    assert refused(columns).startswith("No column says clearly what was done")
    columns = log(case=by_number, activity=by_step, end=moving, note=lambda case, step: f"n{case}{step}")
    assert refused(columns).endswith('Say --department "" if the log has none.')


def test_times_of_the_case_alone_are_no_times_of_its_events():
    columns = log(case=by_number, activity=by_step, team=by_team, opened=fixed)
    assert "opened holds one time for each case, not for each event" in refused(columns)
    columns["closed"] = columns["opened"]
    assert "opened and closed hold one time for each case" in refused(columns)
    seldom = log(30, case=by_number, activity=by_step, team=by_team, end=moving, resolved=fixed)
    seldom["resolved"][1] = "2024-05-05 10:00"
    assert "changes within only 3% of the cases" in look(seldom).reasons["left out: resolved"]


def test_times_that_only_begin_are_no_ends():
    columns = {"case": ["1", "1"], "activity": ["a", "b"], "team": ["x", "y"], "start": ["2024-01-01", "2024-01-02"]}
    assert refused(columns) == (
        "No column says clearly when it was done. Name it with --end; the file has the columns start."
    )


def test_bare_numbers_are_times_only_where_their_name_says_so():
    columns = log(case=by_number, activity=by_step, team=by_team, code=lambda case, step: str(20_000 + case * 9 + step))
    assert refused(columns).startswith("No column says clearly when it was done")
    columns["timestamp"] = [str(1_456_728_125 + at) for at in range(50)]
    assert look(columns).end == "timestamp"


def test_a_start_that_is_often_after_the_end_or_the_same_for_a_case_is_left_out_and_says_so():
    columns = log(case=by_number, activity=by_step, team=by_team, end=earlier, start=moving, begin=fixed, seen=moving)
    mapping = look(columns, end="end")
    assert mapping.start is None
    assert "start is after end in 100% of the rows" in mapping.reasons["left out: start"]
    assert "begin is the same for all events" in mapping.reasons["left out: begin"]
    assert "does not say that they are beginnings" in mapping.reasons["left out: seen"]


def test_people_are_left_out_of_the_attributes_and_the_reason_says_so():
    columns = log(
        case=by_number,
        activity=by_step,
        team=by_team,
        end=moving,
        caller=lambda case, _step: f"x{case % 4}",
        writer=lambda case, _step: ("Kari Nordmann", "Hansen, Ola", "María López")[case % 3],
        box=lambda case, _step: f"someone{case % 3}@example.org",
        who=lambda case, _step: f"User {case % 3}",
        channel=lambda case, _step: ("mail", "phone")[case % 2],
        remark=lambda case, _step: f"{'long ' * 20}{case % 2}",
        done=lambda _case, _step: "yes",
    )
    mapping = look(columns)
    assert mapping.extras == ("channel",)
    assert mapping.reasons["extras"] == "columns with few values (2 to 2), none about a person"
    assert "its name says" in mapping.reasons["left out: caller"]
    assert "names of people" in mapping.reasons["left out: writer"]
    assert "mail addresses" in mapping.reasons["left out: box"]
    assert "numbers of people" in mapping.reasons["left out: who"]


def test_at_most_twelve_attributes_are_kept_words_before_numbers():
    columns = log(case=by_number, activity=by_step, team=by_team, end=moving)
    columns |= {f"n{at}": [str(row % 3) for row in range(50)] for at in range(4)}
    columns |= {f"w{at}": [f"v{row % 3}" for row in range(50)] for at in range(10)}
    extras = look(columns).extras
    assert len(extras) == 12
    assert set(extras) == {"n0", "n1", *(f"w{at}" for at in range(10))}


def test_two_people_of_an_event_leave_the_resource_open_without_a_question():
    columns = log(case=by_number, activity=by_step, team=by_team, end=moving)
    columns["updated_by"] = [f"a{at}" for at in range(50)]
    columns["performed by"] = [f"b{at // 2}" for at in range(50)]
    mapping = look(columns)
    assert mapping.resource is None
    assert "left open: updated_by and performed by could each say which person" in mapping.reasons["resource"]


def test_dates_in_doubt_are_still_times():
    columns = log(
        case=by_number, activity=by_step, team=by_team, end=lambda case, step: f"0{step + 1}/0{case % 9 + 1}/2024"
    )
    assert look(columns).end == "end"


def test_columns_that_the_first_rows_do_not_have_are_empty():
    columns = log(case=by_number, activity=by_step, team=by_team, end=moving)
    mapping = guess([*columns, "later"], pa.table(columns), CSV)
    assert "later" not in mapping.columns()


@pytest.mark.parametrize("role", ["case", "activity", "end"])
def test_no_log_does_without_a_case_an_activity_or_a_time(role):
    columns = log(case=by_number, activity=by_step, team=by_team, end=moving)
    with pytest.raises(UnclearMapping, match=f"needs a column for {role}.* Say --{role} with its name"):
        look(columns, **{role: ""})


def test_thousands_of_columns_are_looked_at_in_a_moment(monkeypatch):
    columns = log(case=by_number, activity=by_step, team=by_team, end=moving)
    names = [*columns, *(f"k{n}" for n in range(3000))]
    asked = []
    monkeypatch.setattr(
        "mizzle.logs.meaning.guess.look_at", lambda name, column: asked.append(len(column)) or look_at(name, column)
    )
    table = pa.table([*columns.values(), *[["1"] * len(columns["case"])] * 3000], names=names)
    assert guess(names, table, CSV).case == "case"


def test_looks_at_nothing_do_not_fail():
    empty = look_at("a", pa.array([], pa.string()))
    assert (empty.share_filled, empty.before(empty), empty.is_long) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    "name",
    [
        *[
            "caller_id",
            "opened_by",
            "Assigned To",
            "e-mail",
            "Name",
            "Fullt navn",
            "Kundenavn",
            "Kunde",
            "saksbehandler",
        ],
        *["Nombre", "cliente", "usuario", "Cerrado por", "Opprettet av", "resolverName", "brukerEpost", "arbeidsepost"],
    ],
)
def test_columns_about_people_are_known_by_name(name):
    assert is_person(name)


@pytest.mark.parametrize(
    "name",
    [
        "contact_type",
        "activity name",
        "Product Name",
        "concept:name",
        "Avdelingsnavn",
        "user_type",
        "",
        "by",
        "priority",
        *("Nombre de la actividad", "aktivitetsnavn", "customer segment", "sort by"),
    ],
)
def test_columns_about_things_are_not_taken_for_people(name):
    assert not is_person(name)


def test_names_are_compared_without_case_accents_and_signs():
    assert words_of("SaksNr.") == words_of("saks_nr") == "saks nr"
    assert words_of("Påbegynt Ærend Øst") == "pabegynt aerend ost"
    assert weight("case", "Case-ID") > weight("case", "parent incident nr") > weight("case", "case title") > 0
    assert weight("case", "ref") > 0 == weight("case", "colour")
    assert weight("end", "date updated last") > weight("end", "colour")
