"""Addresses."""

from django.urls import path

from mizzle_web.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("waiting", views.waiting, name="waiting"),
    path("<uuid:public_id>", views.job, name="job"),
    path("<uuid:public_id>/progress", views.progress, name="progress"),
    path("<uuid:public_id>/cancel", views.cancel, name="cancel"),
]
