"""Addresses."""

from django.urls import path

from mizzle_web.operation import views

app_name = "operation"
urlpatterns = [
    path("", views.operator, name="operator"),
    path("backup", views.backup, name="backup"),
    path("backup/<str:name>", views.take_backup, name="take_backup"),
    path("sample", views.sample, name="sample"),
]
