from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest

from mizzle.errors import UnclearMapping
from mizzle.logs.times.dateorder import DateOrders
from mizzle.logs.times.moments import TimeFormat, TimeProfile


def read(name, *texts, timezone="UTC"):
    return [
        one.isoformat().replace("+00:00", "Z") if one else None
        for one in TimeFormat(name).read(pa.array(texts, pa.string()), timezone).to_pylist()
    ]


def decide(*texts, order=None, column="opened_at"):
    profile = TimeProfile()
    profile.add(pa.array(texts, pa.string()))
    return profile.decide(column, order).name


def refused(*texts, order=None, column="opened_at"):
    with pytest.raises(UnclearMapping) as error:
        decide(*texts, order=order, column=column)
    return str(error.value)


@pytest.mark.parametrize(
    ("name", "text", "instant"),
    [
        ("ISO 8601", "2016-02-29T06:42:05", "2016-02-29T06:42:05Z"),
        ("ISO 8601", "2016-02-29 06:42", "2016-02-29T06:42:00Z"),
        ("ISO 8601", "2016-02-29", "2016-02-29T00:00:00Z"),
        ("ISO 8601", "2016-02-29T06:42:05.5Z", "2016-02-29T06:42:05.500000Z"),
        ("ISO 8601", "2016-02-29T06:42:05,1234567+01:00", "2016-02-29T05:42:05.123456Z"),
        ("ISO 8601", "2016-02-29 06:42:05 -0330", "2016-02-29T10:12:05Z"),
        ("ISO 8601", "2016-02-29 06:42:05+02", "2016-02-29T04:42:05Z"),
        ("ISO 8601", "2016-02-29 06:42 UTC", "2016-02-29T06:42:00Z"),
        ("dd/mm/yyyy HH:MM", "29/2/2016 6:42", "2016-02-29T06:42:00Z"),
        ("dd/mm/yyyy HH:MM", "29/02/2016", "2016-02-29T00:00:00Z"),
        ("mm/dd/yyyy HH:MM:SS", "02/29/2016 06:42:05", "2016-02-29T06:42:05Z"),
        ("dd.mm.yyyy HH:MM", "29.02.2016 06.42", "2016-02-29T06:42:00Z"),
        ("dd.mm.yyyy HH:MM", "29.02.2016 kl. 06.42", "2016-02-29T06:42:00Z"),
        ("yyyy/mm/dd HH:MM", "2016/02/29 06:42", "2016-02-29T06:42:00Z"),
        ("mm/dd/yyyy hh:MM AM", "2/29/2016 12:05 AM", "2016-02-29T00:05:00Z"),
        ("mm/dd/yyyy hh:MM AM", "2/29/2016 12:05 pm", "2016-02-29T12:05:00Z"),
        ("dd/mm/yyyy hh:MM:SS AM", "29/2/2016 06:42:05\u00a0p.\u00a0m.", "2016-02-29T18:42:05Z"),
        ("dd/mm/yyyy HH:MM", "29/2/2016 6:42 p. m.", "2016-02-29T18:42:00Z"),
        ("dd-mmm-yyyy HH:MM", "29-Feb-2016 06:42", "2016-02-29T06:42:00Z"),
        ("dd mmm yyyy", "1 de enero de 2016", "2016-01-01T00:00:00Z"),
        ("dd mmm yyyy HH:MM", "17. mai 2016 06:42", "2016-05-17T06:42:00Z"),
        ("dd mmm yyyy", "1 desember 2016", "2016-12-01T00:00:00Z"),
        ("mmm dd yyyy hh:MM AM", "Feb 29, 2016, 6:42 AM", "2016-02-29T06:42:00Z"),
        ("dd/mm/yy HH:MM", "29/02/16 06:42", "2016-02-29T06:42:00Z"),
        ("dd/mm/yy", "28/02/99", "1999-02-28T00:00:00Z"),
        ("yyyymmddHHMMSS", "20160229064205", "2016-02-29T06:42:05Z"),
        ("yyyymmdd", "20160229T064205Z", "2016-02-29T06:42:05Z"),
        ("yyyymmddHHMM", "201602290642", "2016-02-29T06:42:00Z"),
        ("Unix seconds", "1456728125", "2016-02-29T06:42:05Z"),
        ("Unix seconds", "1456728125.25", "2016-02-29T06:42:05.250000Z"),
        ("Unix milliseconds", "1456728125250", "2016-02-29T06:42:05.250000Z"),
        ("Unix microseconds", "1456728125250001", "2016-02-29T06:42:05.250001Z"),
        ("Excel days", "42429", "2016-02-29T00:00:00Z"),
        ("Excel days", "42429,25", "2016-02-29T06:00:00Z"),
    ],
)
def test_a_written_time_is_read(name, text, instant):
    assert read(name, text) == [instant]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("dd/mm/yyyy HH:MM", "31/02/2016 10:00"),
        ("dd/mm/yyyy HH:MM", "29/02/2015"),
        ("dd/mm/yyyy HH:MM", "02/29/2016 10:00"),
        ("dd/mm/yyyy HH:MM", "0/1/2016"),
        ("dd/mm/yyyy HH:MM", "29/02/2016 24:00"),
        ("dd/mm/yyyy HH:MM", "29/02/2016 10:60"),
        ("dd/mm/yyyy HH:MM", "29/02/2016 13:05 PM"),
        ("dd/mm/yyyy HH:MM", "29/02/1899"),
        ("dd/mm/yyyy HH:MM", "29/02/2201"),
        ("dd/mm/yyyy HH:MM", "2016-02-29 10:00"),
        ("dd/mm/yyyy HH:MM", "tomorrow"),
        ("dd/mm/yyyy HH:MM", ""),
        ("dd/mm/yyyy HH:MM", "9" * 60),
        ("mm/dd/yyyy hh:MM AM", "2/29/2016 6:42"),
        ("ISO 8601", "2016-02-29T10:00+16:00"),
        ("ISO 8601", "2016-02-29T10:00+01:70"),
        ("ISO 8601", "1900-01-01T00:00+01:00"),
        ("Unix seconds", "99999999999999"),
        ("Unix seconds", "soon"),
        ("Excel days", "59"),
        ("Excel days", "9999999"),
    ],
)
def test_what_is_no_time_in_the_spelling_becomes_null(name, text):
    assert read(name, text) == [None]


def test_nulls_stay_null_and_each_value_keeps_its_place():
    assert read("ISO 8601", None, "2016-02-29", "x", "2016-03-01T01:00Z") == [
        None,
        "2016-02-29T00:00:00Z",
        None,
        "2016-03-01T01:00:00Z",
    ]


def test_an_empty_column_and_a_slice_of_a_column_are_read():
    assert read("ISO 8601") == []
    assert read("ISO 8601", timezone="Europe/Oslo") == []
    texts = pa.array(["x", "2016-02-29", "2016-03-01", "y"]).slice(1, 2)
    assert [one.day for one in TimeFormat("ISO 8601").read(texts).to_pylist()] == [29, 1]


def test_chunks_and_large_strings_are_read_alike():
    texts = pa.chunked_array([pa.array(["2016-02-29"], pa.large_string()), pa.array(["2016-03-01"], pa.large_string())])
    assert [one.day for one in TimeFormat("ISO 8601").read(texts).to_pylist()] == [29, 1]


def test_times_without_a_zone_are_read_in_the_zone_of_the_log():
    texts = ("2016-01-01T12:00", "2016-07-01T12:00", "2016-07-01T12:00Z", "x")
    assert read("ISO 8601", *texts, timezone="Europe/Oslo") == [
        "2016-01-01T11:00:00Z",
        "2016-07-01T10:00:00Z",
        "2016-07-01T12:00:00Z",
        None,
    ]


def test_a_doubled_hour_is_read_as_its_first_and_a_skipped_one_with_the_offset_before_the_change():
    texts = ("2016-10-30T02:30", "2016-03-27T02:30", "2016-03-27T01:59", "2016-03-27T03:00")
    assert read("ISO 8601", *texts, timezone="Europe/Oslo") == [
        "2016-10-30T00:30:00Z",
        "2016-03-27T01:30:00Z",
        "2016-03-27T00:59:00Z",
        "2016-03-27T01:00:00Z",
    ]


def test_days_in_a_workbook_are_local_and_seconds_of_unix_are_not():
    assert read("Excel days", "42429.5", timezone="Europe/Oslo") == ["2016-02-29T11:00:00Z"]
    assert read("Unix seconds", "1456728125", timezone="Europe/Oslo") == ["2016-02-29T06:42:05Z"]


@pytest.mark.parametrize("name", ["dd/mm/yyyy/", "dd/mm", "mm/yyyy/dd", "HH:MM", "yesterday", "dd/mm/yyyy MM:HH"])
def test_an_unknown_spelling_is_refused_with_examples(name):
    with pytest.raises(UnclearMapping, match=r"no spelling of times .* 'ISO 8601', 'dd/mm/yyyy HH:MM'"):
        TimeFormat(name)


def test_a_format_says_its_spelling():
    assert str(TimeFormat("dd/mm/yyyy HH:MM")) == "dd/mm/yyyy HH:MM"


@pytest.mark.parametrize(
    ("name", "near"), [("Europe/Olso", "Europe/Oslo"), ("oslo", "Europe/Oslo"), ("../etc", "UTC"), ("Europe", "Europe")]
)
def test_an_unknown_time_zone_is_refused_with_near_ones(name, near):
    with pytest.raises(UnclearMapping, match=f"no time zone called '{name}'.*{near}"):
        read("ISO 8601", "2016-01-01", timezone=name)


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (["2016-02-29T06:42:05Z", "2016-02-29 06:42"], "ISO 8601"),
        (["29/2/2016 6:42", "1/2/2016 16:42"], "dd/mm/yyyy HH:MM"),
        (["2/29/2016 06:42:05"], "mm/dd/yyyy HH:MM:SS"),
        (["2/29/2016 6:42 AM"], "mm/dd/yyyy hh:MM AM"),
        (["2/29/2016 6:42:05 p. m."], "mm/dd/yyyy hh:MM:SS AM"),
        (["29.02.2016 06:42", "1.2.2016 06:42"], "dd.mm.yyyy HH:MM"),
        (["2016/02/29 06:42"], "yyyy/mm/dd HH:MM"),
        (["2016-02-29 06:42 AM"], "yyyy-mm-dd hh:MM AM"),
        (["29-feb-2016 06:42"], "dd-mmm-yyyy HH:MM"),
        (["1 de enero de 2016"], "dd mmm yyyy"),
        (["Feb 29, 2016 6:42 PM"], "mmm dd yyyy hh:MM AM"),
        (["29-feb-16"], "dd-mmm-yy"),
        (["20160229"], "yyyymmdd"),
        (["20160229064205"], "yyyymmddHHMMSS"),
        (["20160229 06:42"], "yyyymmddHHMM"),
        (["1456728125", "1456728125.5"], "Unix seconds"),
        (["1456728125250"], "Unix milliseconds"),
        (["1456728125250001"], "Unix microseconds"),
        (["42429", "42429.25"], "Excel days"),
        (["28/02/99"], "dd/mm/yy"),
    ],
)
def test_the_spelling_of_a_column_is_found_out_and_reads_it(texts, name):
    assert decide(*texts) == name
    assert None not in read(name, *texts)


def test_one_day_beyond_twelve_decides_for_the_whole_column():
    assert decide("3/4/2016", "13/4/2016", None, "?") == "dd/mm/yyyy"
    assert decide("3/4/2016", "4/13/2016") == "mm/dd/yyyy"


def test_a_column_that_fits_both_orders_is_asked_about():
    assert refused("03/04/2016 10:00", "05/05/2016 11:00") == (
        "Is 03/04/2016 in column opened_at the 3 April or the 4 March? Say --dates dmy or --dates mdy."
    )


def test_the_answer_decides():
    assert decide("03/04/2016", order="dmy") == "dd/mm/yyyy"
    assert decide("03/04/2016", order="mdy") == "mm/dd/yyyy"
    assert decide("13/04/2016", "04/13/2016", order="mdy") == "mm/dd/yyyy"


def test_no_question_is_asked_where_both_orders_mean_the_same_days():
    assert decide("03/03/2016", "04/04/2016") == "dd/mm/yyyy"


def test_a_column_with_proof_of_both_orders_is_asked_about_with_an_example_of_each():
    assert refused("1/2/2016", "13/04/2016 10:00", "4/13/2016") == (
        "Column opened_at mixes orders of day and month: 13/04/2016 in row 2 is day first, but 4/13/2016 in row 3 is"
        " month first. Say --dates dmy or --dates mdy; rows of another order are then set aside."
    )


def test_two_digit_years_are_read_where_they_are_clear_and_asked_about_where_not():
    assert decide("28/02/99", "1/2/03") == "dd/mm/yy"
    assert decide("99-02-28") == "yy-mm-dd"
    assert refused("03/04/16") == (
        "Is 03/04/16 in column opened_at the 3 April 2016, the 4 March 2016 or the 16 April 2003?"
        " Say --dates dmy or --dates mdy or --dates ymd."
    )
    assert "Is 29/02/16 in column opened_at the 29 February 2016 or the 16 February 2029?" in refused("29/02/16")
    assert "Is 28/02/15 " in refused("29/02/15", "28/02/15")  # the first is a day in one order only
    assert decide("03/04/16", order="ymd") == "yy/mm/dd"


def test_two_digit_years_that_no_order_reads_are_asked_about():
    assert "28/02/99 in row 1 is day first, but 02/28/99 in row 2 is month first" in refused("28/02/99", "02/28/99")
    # Each of these can be read in two orders, but none reads all three.
    message = refused("29/02/16", "02/03/99", "02/29/16", "20/05/31")
    assert message.count(" in row ") == 2


def test_values_that_only_together_exclude_every_order_are_all_named():
    profile = DateOrders(("dmy", "mdy", "ymd"), "[0-9]{2}")
    profile._seen = {0b011: (1, "a"), 0b101: (2, "b"), 0b110: (3, "c")}
    with pytest.raises(
        UnclearMapping, match=r"a in row 1 is day first or month first, but b in row 2 .* but c in row 3"
    ):
        profile.decide("at", None)


def test_impossible_dates_ask_nothing():
    assert decide("45/45/2016", "99/99/2016") == "dd/mm/yyyy"


def test_dates_with_more_behind_them_do_not_confuse_the_order():
    assert decide("13/04/2016", "13/04/2016", "12/03/2016-55", "11/10/2016") == "dd/mm/yyyy"


def test_rows_are_counted_on_over_batches_and_can_be_given():
    profile = TimeProfile()
    profile.add(pa.array(["1/2/2016", "13/2/2016"]))
    profile.add(pa.chunked_array([["1/2/2016"], ["2/13/2016"]]))
    with pytest.raises(UnclearMapping, match="row 2 is day first, but 2/13/2016 in row 4"):
        profile.decide("at")
    profile = TimeProfile()
    profile.add(pa.array(["13/2/2016", "2/13/2016"]), rows=pa.array([70, 90]))
    with pytest.raises(UnclearMapping, match="row 70 is day first, but 2/13/2016 in row 90"):
        profile.decide("at")


def test_a_column_that_holds_no_times_is_refused_with_three_examples():
    assert refused("red", "green", "2016-01-01", "blue", "x" * 100) == (
        "Most of column opened_at cannot be read as times, for example 'blue' (row 4), 'green' (row 2), 'x"
        f"{'x' * 47}…' (row 5). Name the column of times with --end (and --start), or mend the file."
    )
    assert "Most of column" in refused("soon")


def test_an_empty_column_is_refused():
    assert refused(None, "?", "", " ").startswith("Column opened_at is empty")
    assert TimeProfile().share == 0.0
    assert not TimeProfile().is_counted


def test_a_share_of_unreadable_values_is_no_reason_to_refuse():
    assert decide("2016-01-01", "2016-01-02", "soon") == "ISO 8601"


def test_numbers_that_are_no_dates_are_no_times():
    assert "Most of" in refused("12345678", "99999999")
    assert decide("1456728125250", "1456728125251") == "Unix milliseconds"


def test_a_column_of_free_text_keeps_few_shapes_in_mind():
    profile = TimeProfile()
    profile.add(pa.array([f"{'a' * (i % 40)}{'b' * (i // 40)}" for i in range(1, 1600)]))
    assert len(profile.shapes) <= 401
    assert sum(profile.shapes.values()) == profile.values == 1599
    assert profile.share == 0.0


def test_a_profile_says_what_it_has_seen_so_far():
    profile = TimeProfile()
    assert profile.is_open
    profile.add(pa.array(["1/2/2016", "x"]))
    assert profile.is_open
    assert profile.share == 0.5
    profile.add(pa.array(["13/2/2016"]))
    assert not profile.is_open
    profile = TimeProfile()
    profile.add(pa.array(["42429"]))
    assert profile.is_counted


def test_more_fractions_than_microseconds_are_cut_off():
    start = datetime(2016, 2, 29, tzinfo=UTC)
    for digits in range(1, 10):
        text = f"2016-02-29T00:00:00.{'123456789'[:digits]}"
        micros = int("123456789"[:digits].ljust(6, "0")[:6])
        assert TimeFormat("ISO 8601").read(pa.array([text])).to_pylist() == [start + timedelta(microseconds=micros)]
