"""The rules of the house above the ground floor: doors, writes, fields, the clock, templates, what was vendored."""

from __future__ import annotations

import ast
import hashlib
import json
import re

import pytest
from django.apps import apps

from repository.tree import ROOT, modules, name, tree

HOUSE = "src/mizzle_web"
ROOMS = ("page", "journal", "jobs", "people", "journeys", "operation", "today")
DOORS = {"models", "actions", "figures", "roles"}
"""By what another room is entered."""

OPEN_TO_ALL = {
    "mizzle_web.people.sign_in": "the owner of the shell and the browser come in by the same door",
    "mizzle_web.jobs.kinds": "a room declares its background work there",
    "mizzle_web.jobs.worker": "the server starts it",
    "mizzle_web.jobs.schedule": "a room declares what is due there",
    "mizzle_web.people.api": "a call of a program that is sent twice makes one thing in every room",
    "mizzle_web.journal.checker": "the shell and a restored backup are checked by it",
}
"""Further doors, each with its reason."""

WRITES = {"save", "create", "bulk_create", "bulk_update", "get_or_create", "update_or_create", "delete", "update"}
READING = ("views", "forms", "figures", "urls")
CLOCKS = {"now", "utcnow", "today", "time", "localdate"}


def room(path):
    """The room of a module, and the way inside it."""
    return path.relative_to(ROOT / HOUSE).parts[0].removesuffix(".py")


def imports(path):
    """Every module that a module takes something from."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_another_room_is_entered_by_its_doors_only():
    found = []
    for path in modules(HOUSE):
        here = room(path)
        if here not in ROOMS or "migrations" in path.parts:
            continue
        for one in imports(path):
            parts = one.split(".")
            if parts[0] != "mizzle_web" or len(parts) < 3 or parts[1] in (here, "page"):
                continue
            if parts[2] not in DOORS and ".".join(parts[:3]) not in OPEN_TO_ALL:
                found.append(f"{name(path)}: {one}")
    assert found == []


def test_keys_point_down_and_leave_no_trace_above():
    found = [
        f"{model.__name__}.{field.name}"
        for room_name in ROOMS
        for model in apps.get_app_config(room_name).get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and field.concrete
        and field.related_model._meta.app_label != room_name
        and not field.remote_field.related_name.endswith("+")
    ]
    assert found == []


def test_pages_and_questions_never_write():
    found = []
    for path in modules(HOUSE):
        inside = path.relative_to(ROOT / HOUSE).parts
        if not any(part.removesuffix(".py") in READING for part in inside):
            continue
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
                target = ast.unparse(node.func.value)
                if "objects" in target or target.endswith(("member", "user", "unit", "job", "organisation")):
                    found.append(f"{name(path)}:{node.lineno} {target}.{node.func.attr}")
    assert found == []


def test_every_field_of_every_table_is_open_personal_or_sensitive():
    found = []
    for room_name in ROOMS:
        for model in apps.get_app_config(room_name).get_models():
            privacy = getattr(model, "Privacy", None)
            told = [
                one
                for kind in ("open", "personal", "sensitive")
                for one in (getattr(privacy, kind, ()) if privacy else ())
            ]
            fields = [field.name for field in model._meta.get_fields() if field.concrete]
            if sorted(told) != sorted(fields):
                found.append((model.__name__, sorted(set(told) ^ set(fields))))
    assert found == []


def test_the_house_looks_at_the_clock_in_one_place():
    found = {
        name(path)
        for path in modules(HOUSE)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and ast.unparse(node.func.value) in {"datetime", "date", "timezone", "time", "django.utils.timezone"}
        and not (node.func.attr == "localdate" and node.args)  # the day of an instant that was given
    }
    assert found == {f"{HOUSE}/page/clock.py"}


def test_actions_are_asked_by_name_only():
    found = [
        f"{name(path)}:{one.name}"
        for path in modules(HOUSE)
        if "actions" in {part.removesuffix(".py") for part in path.parts}
        for one in tree(path).body
        if isinstance(one, ast.FunctionDef)
        and not one.name.startswith("_")
        and one.returns is not None
        and {arg.arg for arg in one.args.kwonlyargs} & {"by", "at"}
        and one.args.args
    ]
    assert found == []


TEMPLATES = sorted((ROOT / HOUSE).rglob("templates/**/*.html"))


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_carries_no_style_no_script_and_no_handler_of_its_own(path):
    text = path.read_text("utf-8")
    assert re.findall(r"\sstyle\s*=|<style|<script(?![^>]*\ssrc=)|\son[a-z]+\s*=|hx-on|hx-vals=.js:", text) == []


WORD = re.compile(r"[A-Za-zÀ-ÿ]{2,}")
MADE_OF_SIGNS = {"mizzle", "SHA"}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_word_of_a_template_can_be_translated(path):
    text = path.read_text("utf-8")
    text = re.sub(r"{%\s*(blocktrans|blocktranslate)\b.*?{%\s*end\1\s*%}", "", text, flags=re.DOTALL)
    text = re.sub(r"{%\s*block page\s*%}.*?{%\s*endblock\s*%}", "", text)
    text = re.sub(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}|<!--.*?-->", "", text, flags=re.DOTALL)
    said = re.findall(r"\s(?:aria-label|title|placeholder|alt)=\"([^\"{]*)", text)
    text = re.sub(r"{%.*?%}|{{.*?}}", " ", text, flags=re.DOTALL)
    text = re.sub(r"<(svg|style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    text = re.sub(r"<[^>]*>", " ", text, flags=re.DOTALL)
    words = [
        word for part in (text, *said) for word in WORD.findall(part.replace("&nbsp;", " ").replace("&#8239;", " "))
    ]
    assert [word for word in words if word not in MADE_OF_SIGNS] == []


def test_what_was_taken_from_elsewhere_is_what_its_manifest_says():
    static = ROOT / HOUSE / "page" / "static"
    manifest = json.loads((static / "vendor" / "manifest.json").read_text("utf-8"))
    listed = {file: told for package in manifest for file, told in package["files"].items()}
    there = {path.relative_to(static).as_posix() for path in (static / "vendor").rglob("*.*") if path.suffix != ".json"}
    there |= {path.relative_to(static).as_posix() for path in (static / "page" / "fonts").glob("*.woff2")}
    assert there <= set(listed)
    for file, told in listed.items():
        content = (static / file).read_bytes()
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (told["sha256"], told["bytes"]), file
    assert all(package["licence"] and package["version"] for package in manifest)
