"""Addresses."""

from django.urls import path

from mizzle_web.journeys.views import agreements, departments, drawn, files, journeys, logs, maps, points, ratings

app_name = "journeys"
urlpatterns = [
    path("", journeys.journeys, name="journeys"),
    path("new", journeys.new, name="new"),
    path("<uuid:public_id>/", maps.show, name="map"),
    path("<uuid:public_id>/view", maps.choose, name="view"),
    path("<uuid:public_id>/change", journeys.change, name="change"),
    path("<uuid:public_id>/put-away", journeys.put_away, name="put_away"),
    path("<uuid:public_id>/logs", logs.logs, name="logs"),
    path("<uuid:public_id>/logs/<uuid:log_id>", logs.log, name="log"),
    path("<uuid:public_id>/logs/<uuid:log_id>/without", logs.without, name="log_without"),
    path("<uuid:public_id>/logs/<uuid:log_id>/go-on", logs.go_on, name="log_go_on"),
    path("<uuid:public_id>/logs/<uuid:log_id>/delete", logs.delete, name="log_delete"),
    path("<uuid:public_id>/logs/<uuid:log_id>/rejected.csv", logs.rejected, name="log_rejected"),
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
    path("<uuid:public_id>/steps", drawn.steps, name="steps"),
    path("<uuid:public_id>/drawn.csv", drawn.steps_csv, name="steps_csv"),
    path("<uuid:public_id>/ratings", ratings.ratings, name="ratings"),
    path("<uuid:public_id>/ratings.csv", ratings.ratings_csv, name="ratings_csv"),
    path("<uuid:public_id>/ratings/rate", ratings.rate, name="rate"),
    path("<uuid:public_id>/ratings/asked", ratings.asked, name="asked"),
    path("<uuid:public_id>/ratings/take-back", ratings.take_back, name="take_back"),
    path("<uuid:public_id>/<slug:table>.csv", files.file, name="file"),
    path("<uuid:public_id>/xcases", journeys.change, name="cases"),
    path("<uuid:public_id>/xcontacts", journeys.change, name="contacts"),
]
