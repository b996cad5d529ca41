"""Every address of the portal, but /healthz and /readyz (see portal.health)."""

from django.urls import include, path

urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("definitions/", include("definitions.urls")),
    path("leads/", include("leads.urls")),
    path("reviews/", include("reviews.urls")),
    path("", include("portal.pages")),
]
