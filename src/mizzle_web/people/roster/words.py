"""What people read about a file of people, for each code that is kept in the database."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

FILES: dict[str, StrPromise] = {
    "empty": _("The file is empty. Export it again, with a first row of titles and then one row for each person."),
    "encrypted": _("The workbook is protected by a password. Open it in Excel, save it without one, and send that."),
    "old_excel": _("This is a workbook of an old or binary form. Open it in Excel and save it as .xlsx or CSV."),
    "packed": _("This is a packed archive. Unpack it and send the file that is inside."),
    "not_people": _("This is not a table of people. Send a CSV file or an Excel workbook (.xlsx)."),
    "one_column": _(
        "The rows have one column only. Send a table with at least a name and an e-mail address or a code."
    ),
    "quotes": _("A quotation mark in the file is never closed. Export it again, or save it as an Excel workbook."),
    "long_row": _("A row of the file is far too long for a list of people. Export it again, one row for each person."),
    "damaged": _("The file is damaged. Open it, save it again, and send that."),
    "bomb": _(
        "The workbook unpacks to far more than a list of people holds. Save the list alone as CSV, and send that."
    ),
    "too_many_rows": _("The file has more than 1,000,000 rows. Send it in several parts."),
    "too_large": _("The file is larger than the limit. Send it in parts, or ask your operator to raise the limit."),
    "no_name": _("No column has the title of a name. Give the first row titles such as: name, e-mail, code, unit."),
    "no_key": _("No column tells people apart. Add one with e-mail addresses or personal codes."),
    "gone": _("The file is no longer on the server. Send it again."),
}
ROWS: dict[str, StrPromise] = {
    "cells": _(
        "The row has more cells than there are titles. Look for a separator inside a text without quotation marks."
    ),
    "no_name": _("The name is missing."),
    "long_name": _("The name is longer than 120 characters."),
    "bad_email": _("This is not an e-mail address: %(detail)s"),
    "bad_code": _("A code has at most 40 characters."),
    "no_key": _("Neither an e-mail address nor a code. One of them is needed to know the person again."),
    "bad_language": _("mizzle does not have this language: %(detail)s"),
    "bad_date": _("This is not a day: %(detail)s. Write days as 2026-03-31."),
    "left_later": _("The day of leaving is still to come: %(detail)s. Send the row again then."),
    "left_new": _("This row has a last day, and nobody here matches it. There is nothing to do."),
    "has_left": _("This person has left."),
    "bad_role": _("There is no such role: %(detail)s"),
    "role_not_yours": _("You may not give this role: %(detail)s. Ask a service lead, or leave the cell empty."),
    "powerful": _("This person holds a role with many rights. Only a service lead can change how they sign in."),
    "twice": _("The same person stands in row %(detail)s already."),
    "two_people": _("The e-mail address and the code belong to two different people."),
    "no_unit": _("There is no unit %(detail)s. Open it first, or ask somebody who may open units to send the file."),
    "unit_closed": _("The unit %(detail)s is closed on that day."),
    "two_units": _("Several units are called %(detail)s. Add a column with the codes of units."),
    "bad_unit": _("The name or code of the unit is too long."),
    "cycle": _("The unit %(detail)s would be under itself. Put right which unit is part of which."),
    "changed_since": _("Somebody has changed this person since the file was checked. Send the row again."),
    "taken_since": _("Somebody has added this person since the file was checked. Send the row again."),
    "last_owner": _("This is the last service lead, who cannot leave."),
}


def about_file(code: str) -> str:
    """Say why a whole file was refused."""
    return str(FILES.get(code, FILES["damaged"]))


def about_row(code: str, detail: str) -> str:
    """Say why a row is left out."""
    return str(ROWS[code]) % {"detail": detail} if code in ROWS else code
