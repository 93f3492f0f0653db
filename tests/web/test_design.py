"""The components of the pages: each in the gallery, each sound when it is given odd things."""

from __future__ import annotations

import re
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from pytest_django.asserts import assertHTMLEqual

from mizzle_web.page import gallery
from mizzle_web.page.forms import Form
from mizzle_web.page.templatetags import page as tags
from mizzle_web.people.roles import Role

NEEDS_NO_SPECIMEN = {"fragment", "languages", "level_word", "notice"}
"""Tags whose work the gallery shows otherwise, or that show nothing of their own."""


def drawn(text, **more):
    return Template(text).render(Context(more))


@pytest.fixture
def sheet(person, browser_of):
    return browser_of(person("Ola Op", Role.OPERATOR)).get("/design/")


def test_the_gallery_is_for_staff(lead_browser, sheet):
    assert (sheet.status_code, lead_browser.get("/design/").status_code) == (200, 403)


def test_every_component_has_a_specimen():
    source = (tags.__file__).replace("templatetags/page.py", "templates/page/design.html")
    with open(source, encoding="utf-8") as file:  # noqa: PTH123 - a text
        used = set(re.findall(r"{% (\w+)", file.read()))
    assert set(tags.register.tags) - NEEDS_NO_SPECIMEN - used == {"ladder"}


def test_ids_of_the_gallery_are_there_once_and_lead_somewhere(sheet):
    text = sheet.content.decode()
    ids = re.findall(r'\sid="([^"]+)"', text)
    assert sorted(ids) == sorted(set(ids))
    led = re.findall(r'(?:href="#|for="|aria-labelledby="|aria-describedby=")([^"]+)"', text)
    assert {one for part in led for one in part.split()} <= set(ids)


def test_names_are_shown_and_never_obeyed():
    evil = '<b onclick="x">&'
    for text in (
        "{% person a a %}", "{% dept a a 3 %}", "{% drop 'alive' a %}", "{% meter 0.5 a %}", "{% skeleton a %}",
        "{% strip 'hm' a %}", "{% blank a %}{{ a }}{% endblank %}", "{% quote a %}{{ a }}{% endquote %}",
        "{% ask 'x' a a %}{{ a }}{% endask %}", "{% table a %}{% endtable %}", "{% callout %}{{ a }}{% endcallout %}",
    ):  # fmt: skip
        assert "<b onclick" not in drawn(text, a=evil), text
    assert "<b onclick" not in str(tags.avatars([evil] * 9))


@pytest.mark.parametrize(("name", "letters"), [("Ida Lead", "IL"), ("Cher", "C"), ("", ""), ("Åse von der Ø", "ÅØ")])
def test_a_person_has_at_most_two_letters(name, letters):
    assert tags.initials(name) == letters


def test_a_ladder_has_as_many_full_steps_as_the_level():
    assert [str(tags.ladder(level)).count('class="on"') for level in range(1, 7)] == [1, 2, 3, 4, 5, 6]
    assert str(tags.ladder(2)).count("<path") == str(tags.ladder(2)).count("/>") == 6


def test_a_department_without_a_colour_of_its_own_is_grey():
    assert 'class="dept cat-0"' in tags.dept("XX", "Other", 9)
    assert 'class="dept cat-8"' in tags.dept("CL", "Claims", 8)


def test_a_strip_draws_each_week_by_what_became_of_it():
    text = str(tags.strip("hhmpn", "two held, one missed"))
    paths = dict(re.findall(r'class="([^"]+)" d="([^"]+)"', text))
    assert paths["g-drop"].count("M") == 2
    assert paths["g-miss-o"].count("M") == paths["g-plan"].count("M") == 1
    assert paths["g-now"] == "M80 2V67"


def test_an_error_leads_to_its_field_also_where_it_is_a_choice():
    form = gallery.Sharing({}, prefix="sharing")
    text = drawn('{% include "page/errors.html" %}{{ form }}', form=form)
    (led,) = re.findall(r'href="#([^"]+)"', text)
    assert f'id="{led}"' in text
    assert 'aria-describedby="id_sharing-seen-hint id_sharing-seen-error"' in text
    assert 'id="id_sharing-seen-error"' in text


def test_a_field_is_described_by_its_hint_and_by_its_error():
    form = gallery.Rhythm({"place": ""})
    text = drawn("{{ form }}", form=form)
    assert 'aria-describedby="id_place-hint id_place-error"' in text
    assert {"id_place-hint", "id_place-error"} <= set(re.findall(r'\sid="([^"]+)"', text))


def test_a_page_that_changes_nothing_says_nothing():
    assert drawn("{% notice %}", request=None) == ""
    assert drawn("{% notice %}", request=SimpleNamespace(COOKIES={})) == ""


def test_a_list_of_choices_is_drawn_as_django_draws_it():
    groups = [("", "-"), ("Pages & co", [("a", "<b>A</b>"), ("b", 'B "b"')]), (7, "Seven")]

    class Choosing(Form):
        one = forms.ChoiceField(choices=groups, required=False)

    plain = forms.Select(attrs={"class": "input", "id": "id_one"}, choices=groups)
    for chosen in ("b", "7", ""):
        assertHTMLEqual(str(Choosing({"one": chosen})["one"]), plain.render("one", chosen))


def test_what_one_form_changes_about_its_fields_is_not_seen_by_the_next():
    class Choosing(Form):
        name = forms.CharField(label="Name")
        one = forms.ChoiceField(choices=[("a", "A")], required=False)

    first = Choosing({"name": ""})
    first.fields["name"].widget.attrs["class"] = "input-short"
    first.fields["name"].help_text = "Only here."
    first.fields["one"].choices = [("b", "B")]
    assert not first.is_valid()
    second = Choosing({"name": "Ida"})
    assert second.is_valid()
    assert second.fields["name"].widget.attrs == {"class": "input"}
    assert second.fields["name"].help_text == ""
    assert list(second.fields["one"].choices) == list(second.fields["one"].widget.choices) == [("a", "A")]
