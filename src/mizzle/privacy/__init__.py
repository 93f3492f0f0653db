"""Results that nobody can see through: groups that cannot be taken apart, counts in cells, and an audit over time."""

from typing import TYPE_CHECKING

from mizzle.lazily import lazily

if TYPE_CHECKING:
    from mizzle.privacy.attack import audit, determined_in_one_wave
    from mizzle.privacy.choosing import History, Published, choose_cells
    from mizzle.privacy.groups import Atom, Roster, atoms
    from mizzle.privacy.open_ended import comments, complete, participation
    from mizzle.privacy.releases import Answers, Plan, Question, Released, plan, release, same_question
    from mizzle.privacy.rules import Cell, Rules

__all__ = [
    "Answers",
    "Atom",
    "Cell",
    "History",
    "Plan",
    "Published",
    "Question",
    "Released",
    "Roster",
    "Rules",
    "atoms",
    "audit",
    "choose_cells",
    "comments",
    "complete",
    "determined_in_one_wave",
    "participation",
    "plan",
    "release",
    "same_question",
]

lazily(
    __name__,
    {
        "Answers": "releases",
        "Atom": "groups",
        "Cell": "rules",
        "History": "choosing",
        "Plan": "releases",
        "Published": "choosing",
        "Question": "releases",
        "Released": "releases",
        "Roster": "groups",
        "Rules": "rules",
        "atoms": "groups",
        "audit": "attack",
        "choose_cells": "choosing",
        "comments": "open_ended",
        "complete": "open_ended",
        "determined_in_one_wave": "attack",
        "participation": "open_ended",
        "plan": "releases",
        "release": "releases",
        "same_question": "releases",
    },
)
