"""Addresses."""

from django.urls import path

from mizzle_web.today import views

app_name = "today"
urlpatterns = [
    path("", views.today, name="today"),
    path("today/first-step", views.first_step, name="first_step"),
    path("settings/", views.settings, name="settings"),
]
