"""One's own tokens: what programs come in with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from mizzle_web.page.access import needs
from mizzle_web.page.api import Scope
from mizzle_web.page.notices import tell
from mizzle_web.page.permissions import Permission
from mizzle_web.page.refused import Refused
from mizzle_web.people.actions.tokens import end_token, make_token
from mizzle_web.people.forms.tokens import NewToken
from mizzle_web.people.models import Member, Token

if TYPE_CHECKING:
    from uuid import UUID

    from django.http import HttpResponse

    from mizzle_web.page.visit import Visit


def _scopes(member: Member) -> list[tuple[str, str]]:
    """Give the scopes that would open something for a member; the others would open nothing."""
    return [
        (scope.value, f"{scope.label} ({scope.value})")
        for scope in Scope
        if scope.permission is None or member.may(scope.permission)
    ]


@needs(Permission.MANAGE_API)
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: Visit) -> HttpResponse:
    """List one's own tokens, and make one; its text is shown in the answer to that, and never again."""
    me = request.user
    form = NewToken(request.POST if request.method == "POST" else None, scopes=_scopes(me))
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = make_token(member=me, **given, by=me.actor, at=request.at)
        except Refused as refusal:
            form.refuse(refusal)
        else:
            if made is None:
                return tell(
                    redirect("people:tokens"),
                    _("This token was made before. If its text is lost, end it and make another one."),
                )
            # No redirect: the text would have to be kept somewhere to be shown on the next page.
            return _page(request, NewToken(scopes=_scopes(me)), made=made, status=201)
    return _page(request, form, status=422 if form.errors else 200)


def _page(request: Visit, form: NewToken, *, made: tuple[Token, str] | None = None, status: int) -> HttpResponse:
    mine = Token.objects.filter(member=request.user).order_by("-created_at", "-pk")
    usable = mine.usable(request.at)
    context = {
        "form": form,
        "usable": usable,
        "ended": mine.exclude(pk__in=usable.values("pk"))[:20],
        "made": made,
    }
    return render(request, "people/tokens.html", context, status=status)


@needs(Permission.MANAGE_API)
@require_POST
def end(request: Visit, public_id: UUID) -> HttpResponse:
    """End one of one's own tokens."""
    token = Token.objects.filter(member=request.user, public_id=public_id).first()
    if token is None:
        raise Http404
    end_token(token=token, by=request.user.actor, at=request.at)
    return tell(redirect("people:tokens"), _("The token has ended. What uses it is refused from now on."))
