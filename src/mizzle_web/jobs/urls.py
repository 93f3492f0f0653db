"""Addresses."""

from django.urls import path

from mizzle_web.jobs import views

app_name = "jobs"
urlpatterns = [
    path("", views.jobs, name="jobs"),
    path("waiting", views.waiting, name="waiting"),
]
