"""Addresses."""

from django.urls import path

from mizzle_web.journeys.views import drawn, journeys, maps, ratings

app_name = "journeys"
urlpatterns = [
    path("", journeys.journeys, name="journeys"),
    path("new", journeys.new, name="new"),
    path("<uuid:public_id>/", maps.show, name="map"),
    path("<uuid:public_id>/view", maps.choose, name="view"),
    path("<uuid:public_id>/change", journeys.change, name="change"),
    path("<uuid:public_id>/put-away", journeys.put_away, name="put_away"),
    path("<uuid:public_id>/steps", drawn.steps, name="steps"),
    path("<uuid:public_id>/steps.csv", drawn.steps_csv, name="steps_csv"),
    path("<uuid:public_id>/ratings", ratings.ratings, name="ratings"),
    path("<uuid:public_id>/ratings.csv", ratings.ratings_csv, name="ratings_csv"),
    path("<uuid:public_id>/ratings/rate", ratings.rate, name="rate"),
    path("<uuid:public_id>/ratings/asked", ratings.asked, name="asked"),
    path("<uuid:public_id>/ratings/take-back", ratings.take_back, name="take_back"),
]
