"""Every address of the portal, but /healthz and /readyz (see portal.health)."""

from django.urls import include, path

from portal.accounts.views import email_stays, sample_people_have_no_password

urlpatterns = [
    # Before the package's own pages: an address that anybody could give himself would name somebody else.
    path("accounts/email/", email_stays, name="account_email"),
    path("accounts/password/set/", sample_people_have_no_password, name="account_set_password"),
    path("accounts/", include("allauth.urls")),
    path("definitions/", include("definitions.urls")),
    path("leads/", include("leads.urls")),
    path("reviews/", include("reviews.urls")),
    path("", include("portal.pages")),
]

handler500 = "portal.common.away.server_error"
