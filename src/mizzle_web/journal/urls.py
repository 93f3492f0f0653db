"""Addresses."""

from django.urls import path

from mizzle_web.journal.views import deliveries, hooks, journal

app_name = "journal"
urlpatterns = [
    path("", journal.journal, name="journal"),
    path("entries.csv", journal.table, name="table"),
    path("check", journal.check, name="check"),
    path("deliveries", deliveries.deliveries, name="deliveries"),
    path("deliveries/<uuid:public_id>/replay", deliveries.replay, name="replay"),
    path("mail", deliveries.mail, name="mail"),
    path("hooks", hooks.hooks, name="hooks"),
    path("hooks/<uuid:public_id>/switch", hooks.switch, name="switch_hook"),
    path("hooks/<uuid:public_id>/ping", hooks.ping, name="ping_hook"),
    path("hooks/<uuid:public_id>/remove", hooks.remove, name="remove_hook"),
]
