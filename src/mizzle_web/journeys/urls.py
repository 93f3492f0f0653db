"""Addresses."""

from django.urls import path

from mizzle_web.journeys.views import files, journeys, maps

app_name = "journeys"
urlpatterns = [
    path("", journeys.journeys, name="journeys"),
    path("new", journeys.new, name="new"),
    path("<uuid:public_id>/", maps.show, name="map"),
    path("<uuid:public_id>/view", maps.choose, name="view"),
    path("<uuid:public_id>/<slug:name>.csv", files.file, name="file"),
    path("<uuid:public_id>/change", journeys.change, name="change"),
    path("<uuid:public_id>/put-away", journeys.put_away, name="put_away"),
]
