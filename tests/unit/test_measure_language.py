"""`mizzle measure` on texts: uptake, themes, value-kinds and friends-and-family as an analyst asks for them."""

from __future__ import annotations

import numpy as np
import pytest

from mizzle.simulate import comments


@pytest.fixture
def write(tmp_path):
    """Write a CSV from rows of cells."""

    def go(name, *rows):
        path = tmp_path / name
        path.write_text("\n".join(",".join(f'"{cell}"' for cell in row) for row in rows) + "\n", "utf-8")
        return path

    return go


def figures(answer):
    return {one["name"]: one for one in answer["results"]}


@pytest.fixture
def texts(write):
    said = [("A", f"2026-01-0{day}", "We promised it", f"p{day}") for day in range(1, 7)]
    said += [("A", "2026-02-03", "Nothing at all", "p1"), ("B", "2026-02-04", "Løftene", "p2"), ("", "", "Lost", "")]
    return write("texts.csv", ("unit", "on", "said", "by"), *said)


@pytest.fixture
def vocabulary(write):
    return write(
        "words.csv", ("concept", "words", "language"), ("promise", "promise; promesa", "en"), ("promise", "løfte", "nb")
    )


def test_uptake_by_unit(ask, texts, vocabulary):
    code, answer = ask("uptake", texts, "--text", "said", "--unit", "unit", "--vocabulary", vocabulary)
    assert code == 0
    found = figures(answer)
    assert (found["uptake[A]"]["value"], found["uptake[A]"]["n"]) == (6 / 7, 7)
    assert found["texts_with_0[A]"]["value"] == 1
    assert found["uptake"]["n"] == 7
    assert found["concept_share[promise]"]["value"] == 6 / 7
    assert {(one["reason"][:14], one["n"]) for one in answer["set_aside"]} == {
        ("texts of units", 1),
        ("texts that are", 1),
    }
    assert "uptake[B]" not in found


def test_uptake_by_month_and_author(ask, texts, vocabulary):
    named = ["--text", "said", "--unit", "unit", "--vocabulary", vocabulary, "--date", "on"]
    code, answer = ask("uptake", texts, *named, "--author", "by", "--languages", "en")
    assert code == 0
    assert figures(answer)["uptake[A 2026-01]"]["value"] == 1
    code, answer = ask("uptake", texts, *named, "--by", "year", "--least", "20")
    assert code == 0
    assert answer["results"] == []
    assert answer["warnings"] == ["No unit has 20 texts, so nothing is said of any."]


def test_a_vocabulary_may_be_one_column_and_the_texts_one_unit(ask, texts, write):
    words = write("one.csv", ("term",), ("promise",), ("wait",), ("",))
    code, answer = ask("uptake", texts, "--text", "said", "--vocabulary", words)
    assert code == 0
    assert figures(answer)["concept_share[wait]"]["value"] == 0
    assert figures(answer)["uptake[all]"]["n"] == 9
    assert answer["warnings"] == []


def test_a_plain_list_of_words_keeps_its_first_line(ask, texts, write):
    words = write("list.txt", ("promise",), ("wait",))
    code, answer = ask("uptake", texts, "--text", "said", "--vocabulary", words)
    assert code == 0
    assert figures(answer)["concept_share[promise]"]["value"] > 0
    assert answer["warnings"][0].startswith("The first line of list.txt, 'promise', is taken for a word")


@pytest.fixture
def said(write):
    drawn = comments(240, rng=np.random.default_rng(1))
    rows = [(one.text, one.language, one.theme, one.kind) for one in drawn]
    return write(
        "comments.csv", ("text", "form", "theme", "kind"), *rows, ("", "en", "", ""), ("Zzz", "en-GB", "x", "attitude")
    )


def test_themes_with_examples_beside_known_labels(ask, said):
    named = ["--text", "text", "--language", "form", "--themes", "9"]
    code, answer = ask("themes", said, *named, "--known", "theme")
    assert code == 0
    found = figures(answer)
    assert found["purity"]["value"] > 0.5
    assert 0.3 < found["NMI"]["value"] <= 1
    shares = [one for name, one in found.items() if name.startswith("theme[")]
    assert sum(one["value"] for one in shares) == pytest.approx(240 / 241)
    assert answer["set_aside"] == [
        {"reason": "comments that say nothing", "n": 1},
        {"reason": "comments of no theme: no word that others use, or too few alike", "n": 1},
    ]
    assert len(answer["warnings"]) == len(shares) + 1
    assert ask("themes", said, *named, "--seed", "1")[1]["results"] == answer["results"][: len(shares)]


def test_themes_with_vectors_keep_them_where_they_are_told(ask, said, tmp_path, monkeypatch):
    monkeypatch.setattr("mizzle.language.vectors.find_spec", lambda _: True)
    monkeypatch.setattr(
        "mizzle.language.vectors._embedded",
        lambda words: np.array([[hash_of(word, place) for place in range(40)] for word in words], np.float32),
    )
    code, answer = ask("themes", said, "--text", "text", "--vectors", "--cache", tmp_path / "kept", "--language", "en")
    assert code == 0
    assert answer["results"]
    assert list((tmp_path / "kept").iterdir())


def hash_of(word, place):
    return sum(ord(letter) * (place + 1) ** step for step, letter in enumerate(word)) % 97 / 97


def test_a_long_comment_is_shortened_and_one_without_empties_sets_nothing_aside(ask, write):
    long = "We waited and waited " * 10
    path = write("long.csv", ("text",), *[(f"{long} {n % 2}",) for n in range(12)], *[("Clean room",)] * 6)
    code, answer = ask("themes", path, "--text", "text")
    assert code == 0
    assert answer["set_aside"] == []
    assert any("…" in one for one in answer["warnings"])


def test_kinds_of_value_beside_known_ones(ask, said):
    code, answer = ask("value-kinds", said, "--text", "text", "--language", "form", "--known", "kind")
    assert code == 0
    found = figures(answer)
    assert found["accuracy"]["value"] > 0.7
    assert found["suggested"]["n"] == 241
    assert answer["set_aside"][0]["reason"].startswith("comments without a word")


def test_kinds_of_value_of_nothing(ask, write):
    path = write("none.csv", ("text",), ("Hmm",), ("Zzz",))
    code, answer = ask("value-kinds", path, "--text", "text")
    assert code == 0
    assert figures(answer)["attitude"]["value"] is None
    assert answer["warnings"][1] == "No comment has a word of the list, so no share is known."
    every = write("every.csv", ("text",), ("Polite",), ("Late",))
    assert ask("value-kinds", every, "--text", "text")[1]["set_aside"] == []


def test_friends_and_family_by_group_and_respondent(ask, write):
    rows = [("a", "1", "x"), ("a", "5", "x"), ("b", "2", "y"), ("c", "7", "z"), ("", "1", "x"), ("d", "6", "y")]
    path = write("answers.csv", ("who", "answer", "dep"), *rows)
    code, answer = ask("friends-and-family", path, "--score", "answer", "--person", "who", "--group", "dep")
    assert code == 0
    found = figures(answer)
    assert (found["positive"]["value"], found["positive"]["n"]) == (2 / 3, 3)
    assert found["positive[x]"]["value"] == 1
    assert found["count_dont_know[y]"]["value"] == 1
    assert "positive[z]" not in found
    assert [one["n"] for one in answer["set_aside"]] == [2, 1]
    code, answer = ask("friends-and-family", path, "--score", "answer")
    assert figures(answer)["positive"]["n"] == 5
    alone = write("alone.csv", ("who", "answer"), ("a", "1"), ("b", "2"))
    assert ask("friends-and-family", alone, "--score", "answer", "--person", "who")[1]["set_aside"] == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["uptake", "TEXTS", "--text", "nowhere", "--vocabulary", "WORDS"], "no column called 'nowhere'"),
        (["uptake", "TEXTS", "--text", "said", "--vocabulary", "WORDS", "--date", "unit"], "unit"),
        (["uptake", "TEXTS", "--text", "said", "--vocabulary", "WORDS", "--languages", "fr"], "en, es and nb"),
        (["uptake", "TEXTS", "--text", "said", "--vocabulary", "WORDS", "--least", "0"], "a whole number from 1 on"),
        (["themes", "TEXTS", "--text", "said"], "at least 10 are needed"),
        (["value-kinds", "TEXTS", "--text", "said", "--language", "sv"], "no column called 'sv'"),
        (["value-kinds", "TEXTS", "--text", "said", "--known", "on", "--language", "zz"], "no column called 'zz'"),
        (["friends-and-family", "TEXTS", "--score", "said"], "is no number"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_sentence(ask, texts, vocabulary, words, says):
    code, said = ask(*(texts if word == "TEXTS" else vocabulary if word == "WORDS" else word for word in words))
    assert code == 2
    assert says in said
    assert "Traceback" not in said


def test_kinds_of_nothing_are_refused(ask, write):
    code, said = ask("value-kinds", write("empty.csv", ("text", "x"), ("", "1"), ("?", "2")), "--text", "text")
    assert code == 2
    assert "has a comment in 'text'" in said
