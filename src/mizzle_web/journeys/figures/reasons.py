"""Why an activity may be a perception point, in the reader's language; `mizzle` gives its reasons in English."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mizzle_web.journeys.figures.said import tongue

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN = {
    "the name speaks of the customer": gettext_lazy("the name speaks of the customer"),
    "the name speaks of talking or writing": gettext_lazy("the name speaks of talking or writing"),
    "the name speaks of handing something over": gettext_lazy("the name speaks of handing something over"),
    "the name speaks of asking or promising": gettext_lazy("the name speaks of asking or promising"),
    "the name speaks of paying": gettext_lazy("the name speaks of paying"),
    "the name speaks of an outcome that the customer learns": gettext_lazy(
        "the name speaks of an outcome that the customer learns"
    ),
    "but its name also speaks of inner work": gettext_lazy("but its name also speaks of inner work"),
}
_PLACE = re.compile(r"it comes (first|last) in (\d+)% of cases")
_CHANNEL = re.compile(r"the channel \((.*)\) is filled in here more than elsewhere", re.DOTALL)


def in_words(reason: str) -> str:
    """Say one reason; one that is not known is shown as it came."""
    if reason in _PLAIN:
        return str(_PLAIN[reason])
    if placed := _PLACE.fullmatch(reason):
        share = tongue().share(int(placed[2]) / 100)
        sentence = (
            _("it comes first in %(share)s of cases")
            if placed[1] == "first"
            else _("it comes last in %(share)s of cases")
        )
        return sentence % {"share": share}
    if filled := _CHANNEL.fullmatch(reason):
        return _("the channel (%(column)s) is filled in here more than elsewhere") % {"column": filled[1]}
    return reason


def in_one_line(reasons: Iterable[str]) -> str:
    """Say several reasons in one line, as a sentence without its end."""
    said = "; ".join(in_words(one) for one in reasons)
    return said[:1].upper() + said[1:]
