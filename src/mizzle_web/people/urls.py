"""Addresses."""

from django.urls import path

from mizzle_web.people.views import door, keys, me, members, tokens, units

app_name = "people"
urlpatterns = [
    path("start", door.start, name="start"),
    path("sign-in", door.sign_in, name="sign_in"),
    path("sign-out", door.sign_out, name="sign_out"),
    path("language", door.language, name="language"),
    path("me", me.me, name="me"),
    path("me/waiting", me.waiting, name="waiting"),
    path("me/place", me.my_place, name="my_place"),
    path("me/tokens", tokens.tokens, name="tokens"),
    path("me/tokens/<uuid:public_id>/end", tokens.end, name="end_token"),
    path("people/", members.members, name="members"),
    path("units/", units.units, name="units"),
]
