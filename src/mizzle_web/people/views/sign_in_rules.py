"""Settings of the door: the rules of signing in, and the languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mizzle_web.page import notices
from mizzle_web.page.access import needs
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Changed
from mizzle_web.page.views import changed
from mizzle_web.people.actions.organisation import change_organisation
from mizzle_web.people.forms.me import HouseLanguage, SignInRules
from mizzle_web.people.roles import GRACE, POWERFUL, Role

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.forms import Form
    from mizzle_web.page.visit import Visit


@needs(Permission.MANAGE_SIGN_IN)
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_rules(request: Visit) -> HttpResponse:
    """Say how long sessions last and how long passwords are."""
    form = SignInRules(request.POST if request.method == "POST" else None, initial=_now(request, SignInRules))
    words = {"roles": [role.label for role in Role if role in POWERFUL], "days": GRACE.days}
    return _change(request, form, "people/sign_in_rules.html", words)


@needs(Permission.MANAGE_ORGANISATION)
@require_http_methods(["GET", "HEAD", "POST"])
def languages(request: Visit) -> HttpResponse:
    """Choose the language of the house, and say how everybody comes by their own."""
    form = HouseLanguage(request.POST if request.method == "POST" else None, initial=_now(request, HouseLanguage))
    return _change(request, form, "people/languages.html", {"languages": settings.LANGUAGES})


def _now(request: Visit, shape: type[Form]) -> dict[str, object]:
    return {name: getattr(request.organisation, name) for name in shape.base_fields}


def _change(request: Visit, form: Form, template: str, words: dict[str, object]) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            change_organisation(by=request.user.actor, at=request.at, **given)
        except Changed as both:
            return changed(request, both, form)
        return notices.tell(redirect(request.path), _("Saved."))
    return render(request, template, {"form": form, **words}, status=422 if form.errors else 200)
