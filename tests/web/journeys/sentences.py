"""What mizzle can say of a log, read out of its source: every sentence, with a value in each place for one."""

from __future__ import annotations

import ast
import itertools
import re
from functools import cache
from pathlib import Path

import mizzle.logs
from mizzle import errors
from mizzle.logs.batches import Reason

SOURCE = Path(mizzle.logs.__file__).parent
ERRORS = {name for name, value in vars(errors).items() if isinstance(value, type)} - {"TooManyRejected"}
"""Those whose words are shown; of too many rejected rows the house tells by itself."""
NOT_BROUGHT = ("cases.py", "merging.py")
"""Modules that have no part in looking at a log and importing it."""
VALUES = {
    "what": "a PDF",
    "most": "1,024 MB",
    "many": "activities",
    "question": "Is 03/04/2026 in column done the 3 April or the 4 March?",
    "one": "case",
    "other": "end",
    "reason": "no time",
    "where": " in its first 4 MiB",
    "expected": "5",
    "cells": "5",
}
"""What stands for a value where not any word will do."""
NUMBER = re.compile(r"len\(|[A-Z]{4}|//|ratio|distinct|least|more")


@cache
def modules():
    """Read the source of all that reads logs."""
    files = sorted(one for one in SOURCE.rglob("*.py") if one.name not in NOT_BROUGHT)
    return {one.relative_to(SOURCE).as_posix(): ast.parse(one.read_text(encoding="utf-8")) for one in files}


@cache
def defined():
    """Give what functions return, and what constants hold, by their names."""
    found = {}
    for tree in modules().values():
        for one in ast.walk(tree):
            if isinstance(one, ast.FunctionDef):
                found[one.name] = [each.value for each in ast.walk(one) if isinstance(each, ast.Return) and each.value]
        for one in tree.body:
            match one:
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict(keys=keys, values=values)):
                    found |= {f"{name}[{ast.unparse(key)}]": [item] for key, item in zip(keys, values, strict=True)}
                case ast.Assign(targets=[ast.Name(id=name)], value=value):
                    found[name] = [value]
    return found


def texts(node, depth=3):
    """Give the texts that an expression can be, as far as its own words go."""
    match node:
        case ast.Constant(value=str(text)):
            found = [text]
        case ast.JoinedStr(values=parts):
            found = ["".join(one) for one in itertools.product(*(texts(part, depth) for part in parts))]
        case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=spec)])):
            found = ["12%" if "%" in spec else "1,234"]
        case ast.FormattedValue(value=value, conversion=conversion):
            found = [f"'{one}'" if conversion == ord("r") else one for one in texts(value, depth)]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            found = [a + b for a in texts(left, depth) for b in texts(right, depth)]
        case ast.IfExp(body=body, orelse=other):
            found = texts(body, depth) + texts(other, depth)
        case _:
            found = _of_a_name(ast.unparse(node), depth)
    return found


def _of_a_name(written, depth):
    """Give what a name or call stands for: words of its own, where they are a sentence, or else a sample."""
    if written in VALUES:
        return [VALUES[written]]
    if written.startswith("Reason."):
        return [str(Reason[written.removeprefix("Reason.")])]
    name = re.match(r"(?:self\.)?(\w+\['\w+'\]$|\w+(?=\(|$))", written)
    if depth and name and name[1] in defined():
        found = [text for value in defined()[name[1]] for text in texts(value, depth - 1)]
        if found and all(" " in text for text in found):
            return found
    return ["1,234" if NUMBER.search(written) else "x"]


def listed(node):
    """Give the texts of a list or tuple that is written out."""
    match node:
        case ast.List(elts=items) | ast.Tuple(elts=items):
            return [text for one in items for text in listed(one)]
        case ast.Starred(value=value) | ast.ListComp(elt=value):
            return listed(value)
        case ast.IfExp(body=body, orelse=other):
            return listed(body) + listed(other)
        case ast.Name():
            return []
    return texts(node)


def called(tree, *names):
    """Find the calls of functions and methods, by their names."""
    for one in ast.walk(tree):
        if isinstance(one, ast.Call) and getattr(one.func, "id", getattr(one.func, "attr", "")) in names:
            yield one


def refusals():
    """Give why a file is no log, and what is asked about its columns, with the module that says it."""
    for name, tree in modules().items():
        for one in called(tree, *ERRORS):
            yield from ((name, text) for value in one.args for text in texts(value))


def notes():
    """Give what is said of a file that can be read."""
    for name, tree in modules().items():
        for one in ast.walk(tree):
            match one:
                case (
                    ast.Assign(targets=[ast.Name(id="notes") | ast.Subscript(value=ast.Name(id="notes"))], value=value)
                    | ast.AugAssign(target=ast.Name(id="notes"), value=value)
                    | ast.Call(func=ast.Attribute(value=ast.Name(id="notes" | "said"), attr="append"), args=[value])
                ):
                    yield from ((name, text) for text in listed(value))


def reasons():
    """Give why columns are taken for something or left out, each part by itself."""
    for name in ("meaning/guess.py", "meaning/looks.py", "readers.py"):
        for value in _reasons(modules()[name]):
            for text in texts(value):
                parts = [text] if text.startswith("left open") else text.replace(" MB", "").split("; ")
                yield from ((name, f"5 values{one}" if one.startswith(",") else one) for one in parts if " " in one)


def _reasons(tree):
    for one in called(tree, "give", "leave_out", "setdefault", "_Candidate"):
        yield one.args[-1]
    for one in ast.walk(tree):
        match one:
            case ast.AugAssign(target=ast.Name(id="why"), value=value):
                yield value
            case ast.Assign(targets=[ast.Subscript(value=ast.Attribute(attr="reasons"))], value=value):
                yield value
            case ast.keyword(arg="reasons", value=value):
                yield from (each for each in ast.walk(value) if isinstance(each, ast.Constant))
            case ast.FunctionDef(name="_named"):
                for each in ast.walk(one):
                    if isinstance(each, ast.Return) and isinstance(each.value, ast.Tuple):
                        yield each.value.elts[-1]


def rows():
    """Give why rows are set aside."""
    yield from (("batches.py", str(one)) for one in Reason)
    for name, tree in modules().items():
        for one in ast.walk(tree):
            if isinstance(one, ast.JoinedStr) and re.match(r"f['\"](?:\{Reason\.|lifecycle )", ast.unparse(one)):
                yield from ((name, text) for text in texts(one))
