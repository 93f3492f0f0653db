"""Addresses."""

from django.urls import path

from mizzle_web.journeys.views import agreements, cases, contacts, departments, files, journeys, maps, mine, points

app_name = "journeys"
urlpatterns = [
    path("", journeys.journeys, name="journeys"),
    path("new", journeys.new, name="new"),
    path("mine", mine.mine, name="mine"),
    path("<uuid:public_id>/", maps.show, name="map"),
    path("<uuid:public_id>/view", maps.choose, name="view"),
    path("<uuid:public_id>/<slug:name>.csv", files.file, name="file"),
    path("<uuid:public_id>/change", journeys.change, name="change"),
    path("<uuid:public_id>/put-away", journeys.put_away, name="put_away"),
    path("<uuid:public_id>/cases", cases.cases, name="cases"),
    path("<uuid:public_id>/cases/case.csv", cases.case_table, name="case_table"),
    path("<uuid:public_id>/contacts", contacts.contacts, name="contacts"),
    path("<uuid:public_id>/contacts/contacts.csv", contacts.contacts_table, name="contacts_table"),
    path("<uuid:public_id>/contacts/note", contacts.note, name="note_contact"),
    path("<uuid:public_id>/contacts/<uuid:id>/take-back", contacts.take_back, name="take_back_contact"),
    path("<uuid:public_id>/points", points.points, name="points"),
    path("<uuid:public_id>/points/points.csv", points.points_table, name="points_table"),
    path("<uuid:public_id>/departments", departments.departments, name="departments"),
    path("<uuid:public_id>/departments/links.csv", departments.departments_table, name="departments_table"),
    path("<uuid:public_id>/agreements", agreements.agreements, name="agreements"),
    path("<uuid:public_id>/agreements/times.csv", agreements.agreements_table, name="agreements_table"),
    path("<uuid:public_id>/agreements/history", agreements.history, name="agreed"),
    path("<uuid:public_id>/agreements/propose", agreements.propose, name="propose"),
    path("<uuid:public_id>/agreements/<uuid:id>/agree", agreements.agree, name="agree"),
    path("<uuid:public_id>/agreements/<uuid:id>/withdraw", agreements.withdraw, name="withdraw"),
    path("<uuid:public_id>/agreements/<uuid:id>/end", agreements.end, name="end_time"),
]
