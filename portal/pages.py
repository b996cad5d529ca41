"""Addresses of the portal's own pages: home, people, settings, search."""

from django.urls import path

from portal.accounts import views as accounts
from portal.home import views as home
from portal.notifications import views as notifications
from portal.workspace import views as workspace

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("search", home.search, name="search"),
    path("notices/read", home.notices_read, name="notices_read"),
    path("welcome", accounts.first_run, name="first_run"),
    path("welcome/sample", home.sample_data, name="sample_data"),
    path("join/<str:token>", accounts.join, name="join"),
    path("profile", accounts.profile, name="profile"),
    path("people", accounts.people, name="people"),
    path("people/invite", accounts.person_invite, name="person_invite"),
    path("people/invitations/<int:pk>/revoke", accounts.invitation_revoke, name="invitation_revoke"),
    path("people/<int:pk>", accounts.person_edit, name="person_edit"),
    path("people/<int:pk>/look-as", accounts.look_as, name="look_as"),
    path("people/look-back", accounts.look_back, name="look_back"),
    path("settings", workspace.settings_page, name="settings"),
    path("settings/hours/<slug:team>", workspace.hours, name="hours"),
    path("settings/hours/<slug:team>/calendar", workspace.team_calendar, name="team_calendar"),
    path("settings/holidays/add", workspace.own_holiday_add, name="own_holiday_add"),
    path("settings/holidays/<int:pk>/remove", workspace.own_holiday_remove, name="own_holiday_remove"),
    path("profile/mail", notifications.mail_choices, name="mail_choices"),
    path("mail/stop/<str:token>", notifications.mail_stop, name="mail_stop"),
    path("settings/outbox", notifications.outbox, name="outbox"),
    path("settings/outbox/retry", notifications.deliveries_retry, name="deliveries_retry"),
    path("settings/outbox/<slug:kind>/<int:pk>/retry", notifications.delivery_retry, name="delivery_retry"),
    path("settings/webhooks", notifications.webhooks, name="webhooks"),
    path("settings/webhooks/<int:pk>/remove", notifications.webhook_remove, name="webhook_remove"),
    path("settings/webhooks/<int:pk>/try", notifications.webhook_try, name="webhook_try"),
    path("settings/trail", workspace.trail, name="trail"),
]
