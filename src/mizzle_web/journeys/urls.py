"""Addresses."""

from django.urls import path

from mizzle_web.journeys.views import files, journeys, logs, maps

app_name = "journeys"
urlpatterns = [
    path("", journeys.journeys, name="journeys"),
    path("new", journeys.new, name="new"),
    path("<uuid:public_id>/", maps.show, name="map"),
    path("<uuid:public_id>/view", maps.choose, name="view"),
    path("<uuid:public_id>/<slug:name>.csv", files.file, name="file"),
    path("<uuid:public_id>/change", journeys.change, name="change"),
    path("<uuid:public_id>/put-away", journeys.put_away, name="put_away"),
    path("<uuid:public_id>/logs", logs.logs, name="logs"),
    path("<uuid:public_id>/logs/<uuid:log_id>", logs.log, name="log"),
    path("<uuid:public_id>/logs/<uuid:log_id>/without", logs.without, name="log_without"),
    path("<uuid:public_id>/logs/<uuid:log_id>/go-on", logs.go_on, name="log_go_on"),
    path("<uuid:public_id>/logs/<uuid:log_id>/delete", logs.delete, name="log_delete"),
    path("<uuid:public_id>/logs/<uuid:log_id>/rejected.csv", logs.rejected, name="log_rejected"),
]
