"""Addresses."""

from django.urls import path

from mizzle_web.page import views

app_name = "page"
urlpatterns = [path("", views.design, name="design")]
