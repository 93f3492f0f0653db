"""Fragments of other rooms: asked for by their address, under the rights of the reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.response import SimpleTemplateResponse
from django.urls import NoReverseMatch, resolve, reverse
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


def show(request: Visit, name: str, *args: Any) -> SafeString:
    """Give a fragment as text; empty where its address does not exist or is not open to the reader.

    The same address answers to a browser, so that a fragment can be asked for again on its own.
    """
    try:
        match = resolve(reverse(name, args=args))
    except NoReverseMatch:
        return SafeString()
    access = getattr(match.func, "access", None)
    member = request.user
    if access is None or (not isinstance(access, str) and not (member.is_authenticated and member.may(access))):
        return SafeString()
    response: HttpResponse = match.func(request, *match.args, **match.kwargs)
    if isinstance(response, SimpleTemplateResponse):
        response.render()
    return mark_safe(response.content.decode())  # noqa: S308 - made by a template of ours
