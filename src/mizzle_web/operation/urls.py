"""Addresses."""

from django.urls import path

from mizzle_web.operation import views

app_name = "operation"
urlpatterns = [path("sample", views.sample, name="sample")]
