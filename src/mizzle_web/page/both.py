"""Two people changed one thing: both texts side by side, under the titles of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.shortcuts import render

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.forms import Form
    from mizzle_web.page.refused import Changed
    from mizzle_web.page.visit import Visit


def show(request: Visit, form: Form, refusal: Changed) -> HttpResponse:
    """Show what was typed beside what stands there now; nothing of either is lost."""
    both = []
    for name, theirs in refusal.theirs.items():
        if name in form.fields:
            field = form.fields[name]
            said: dict[Any, Any] = dict(getattr(field, "choices", ()))
            mine = request.POST.get(name, "")
            both.append((str(field.label), str(said.get(mine, mine)), str(said.get(theirs, theirs))))
    again = [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ("csrfmiddlewaretoken", "version")
        for value in values
    ]
    context = {
        "sentence": refusal.sentence,
        "both": [one for one in both if one[1] != one[2]] or both,
        "again": again,
        "version": refusal.version,
        "back": request.path,
    }
    return render(request, "page/changed.html", context, status=409)
