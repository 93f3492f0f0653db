"""Every address of the house. What is not here does not exist, and what has no declared access opens for nobody."""

from django.urls import include, path

from mizzle_web.operation.views import health

urlpatterns = [
    path("", include("mizzle_web.today.urls")),
    path("", include("mizzle_web.people.urls")),
    path("map/", include("mizzle_web.journeys.urls")),
    path("jobs/", include("mizzle_web.jobs.urls")),
    path("journal/", include("mizzle_web.journal.urls")),
    path("operation/", include("mizzle_web.operation.urls")),
    path("health", health, name="health"),
    path("design/", include("mizzle_web.page.urls")),
    path("api/v1/", include("mizzle_web.config.api")),
]

handler400 = "mizzle_web.page.views.bad_request"
handler403 = "mizzle_web.page.views.forbidden"
handler404 = "mizzle_web.page.views.missing"
handler500 = "mizzle_web.page.views.broken"
