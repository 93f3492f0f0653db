"""The page of the organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mizzle_web.page import both
from mizzle_web.page.access import needs
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed
from mizzle_web.people.actions.organisation import change_organisation
from mizzle_web.people.forms.organisation import OrganisationForm

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


@needs(Permission.MANAGE_ORGANISATION)
@require_http_methods(["GET", "HEAD", "POST"])
def organisation(request: Visit) -> HttpResponse:
    """Show and change name, language and zone of the organisation."""
    now = request.organisation
    shown = {"name": now.name, "language": now.language, "timezone": now.timezone, "version": now.version}
    form = OrganisationForm(request.POST if request.method == "POST" else None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            change_organisation(**form.cleaned_data, by=request.user.actor, at=request.at)
        except Changed as refusal:
            return both.show(request, form, refusal)
        return tell(redirect("people:organisation"), _("Saved."))
    return render(request, "people/organisation.html", {"form": form}, status=422 if form.errors else 200)
