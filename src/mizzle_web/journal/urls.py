"""Addresses."""

from django.urls import path

from mizzle_web.journal import views

app_name = "journal"
urlpatterns = [path("", views.journal, name="journal")]
