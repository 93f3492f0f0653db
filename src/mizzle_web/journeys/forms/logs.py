"""Forms of logs: bring one, and say what its columns mean."""

from __future__ import annotations

import zoneinfo
from functools import cache
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from mizzle_web.journeys.figures import words
from mizzle_web.journeys.figures.columns import MAY_BE_MISSING, NONE, encoded, is_understood, question_of, values_of
from mizzle_web.journeys.figures.reading import ROLES
from mizzle_web.page.forms import Form, dress

if TYPE_CHECKING:
    from collections.abc import Collection

    from mizzle_web.journeys.models import Log

    Choices = list[tuple[str, Any]]

FEW = 6
"""So many choices are shown at once; more of them open from a list."""
MOST_NAMED = 500
"""So many columns of a file are offered for each role."""
MOST_BOXES = 60
"""So many columns are offered to be kept besides."""
ORDERS = {
    "dmy": _("day first: 31/12/2026"),
    "mdy": _("month first: 12/31/2026"),
    "ymd": _("year first: 2026/12/31"),
}
MEANINGS = {
    "case": _("The order, incident or delivery that a row belongs to."),
    "activity": _("What was done."),
    "department": _("Who did it, as a department. Without one no map can be drawn of the rows."),
    "end": _("When it was done."),
    "start": _("When it began. With it, the time of the work itself is known."),
    "timezone": _("Of times that name none themselves."),
    "object_type": _("A row is read for each object of this kind that an event belongs to."),
    "resource": _("Only a pseudonym is kept, and the names are not shown here either."),
}


class BringLog(Form):
    """A file that is sent, or for an operator one that lies on the server."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(
            attrs={"accept": ".csv,.tsv,.txt,.gz,.xlsx,.xlsm,.parquet,.xes,.xml,.json,.jsonocel,.xmlocel,.sqlite"}
        ),
    )
    path = forms.CharField(
        label=_("Or a file on the server"),
        required=False,
        max_length=1000,
        help_text=_("Its whole path, in one of the folders of logs. The file stays where it is."),
    )

    def __init__(self, *args: Any, most_megabytes: int, may_name: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].help_text = _(
            "CSV, Excel (.xlsx), Parquet, XES or OCEL 2.0, also packed with gzip; up to %(n)d MB."
        ) % {"n": most_megabytes}
        if not may_name:
            del self.fields["path"]
            self.fields["file"].required = True

    def clean(self) -> dict[str, Any]:
        """Take exactly one of the two."""
        given = super().clean() or {}
        if not self.errors and not given.get("file") and not given.get("path"):
            self.add_error("file", _("Choose a file."))
        if given.get("file") and given.get("path"):
            self.add_error("path", _("Send a file or name one on the server, not both."))
        return given


class Boxes(forms.MultipleChoiceField):
    """Columns to keep besides; one that somebody else has taken for something since is still one of them."""

    def __init__(self, *args: Any, fit: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fit = fit

    def valid_value(self, value: str) -> bool:
        """Whether the file has such a column, and it is about nobody."""
        return value in self.fit


class Columns(Form):
    """What the columns of a log mean, as the log stood at a version."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, log: Log, given: Any = None) -> None:
        super().__init__(given, initial=values_of(log))
        self.log = log
        self.asked = question_of(log).get("field")
        if len(log.look.get("sheets", ())) > 1:
            self._add("sheet", [(name, name) for name in log.look["sheets"]])
        if log.look.get("types"):
            self._add("object_type", [(name, name) for name in log.look["types"]])
        if log.look.get("columns") and self.asked not in ("sheet", "object_type"):
            self._add_columns()

    def answers(self) -> dict[str, Any]:
        """Give what was chosen, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}

    def _add_columns(self) -> None:
        look, mapping = self.log.look, self.log.mapping
        known = [mapping[role] for role in ROLES if mapping.get(role)]
        columns: Choices = [(encoded(name), name) for name in dict.fromkeys([*look["columns"][:MOST_NAMED], *known])]
        for role in ROLES:
            if role != "case" or not look.get("types"):
                self._add(role, ([(NONE, _("The log has none"))] if role in MAY_BE_MISSING else []) + columns)
        if self.asked == "dates" or look.get("dates"):
            choices = (look.get("dates") or {}).get("choices") or list(ORDERS)
            self._add("dates", [(name, ORDERS[name]) for name in choices], widget=forms.RadioSelect)
        self._add("timezone", zones(mapping.get("timezone")))
        hidden, taken = set(look.get("hidden", ())), {mapping.get(role) for role in ROLES}
        kept = mapping.get("extras", ())
        offered = [name for name in (*kept, *look["columns"]) if name not in hidden | taken]
        boxes: Choices = [(encoded(name), name) for name in dict.fromkeys(offered[:MOST_BOXES])]
        if is_understood(self.log) and boxes:
            self.fields["extras"] = Boxes(
                fit={encoded(name) for name in look["columns"] if name not in hidden},
                label=words.role("extras"),
                choices=boxes,
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=_(
                    "Kept to choose cases by: a region, a product, a priority. Columns about people are left out."
                ),
            )
            dress(self.fields["extras"])

    def _add(self, name: str, choices: Choices, widget: type[forms.Widget] | None = None) -> None:
        """Add a choice with the reason why it stands as it does."""
        is_open = name == self.asked or (name in ROLES and not is_understood(self.log))
        must = name == self.asked or is_understood(self.log) or name in ("sheet", "object_type")
        radio = widget is forms.RadioSelect or (name == "object_type" and len(choices) <= FEW)
        if is_open and not radio:
            choices = [("", _("Choose one") if must else _("mizzle decides")), *choices]
        field = forms.ChoiceField(
            label=words.role(name), choices=choices, required=must, widget=forms.RadioSelect if radio else forms.Select
        )
        field.error_messages["required"] = _("Choose: %(label)s.") % {"label": field.label}
        field.error_messages["invalid_choice"] = _("The file no longer has this. Choose another one.")
        field.help_text = self._hint(name)
        self.fields[name] = dress(field)

    def _hint(self, name: str) -> Any:
        """Say why a column was chosen, or what it is to be."""
        reasons = self.log.mapping.get("reasons", {})
        if name != self.asked and reasons.get(name):
            return words.marked(words.why(reasons[name]))
        return MEANINGS.get(name, "")


@cache
def _zones() -> tuple[tuple[str, str], ...]:
    """Name the time zones that people know: those with a continent or ocean before a city."""
    return tuple(
        (name, name.replace("_", " "))
        for name in sorted(zoneinfo.available_timezones())
        if "/" in name[1:] and not name.startswith(("Etc/", "SystemV/", "posix/", "right/"))
    )


def zones(present: str | None) -> Choices:
    """Give the choice of time zones, with the present one whatever it is."""
    found = dict((("UTC", "UTC"), *_zones()))
    return list((found | ({present: found.get(present, present)} if present else {})).items())
