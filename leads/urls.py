"""Addresses of the leads app, one section for each room."""

from django.urls import path

from leads.views import runs

app_name = "leads"
urlpatterns = [
    # Scoring runs
    path("runs/", runs.run_list, name="run_list"),
    path("runs/retry-parked/", runs.marks_retry, name="marks_retry"),
    path("runs/start/<slug:stage>/", runs.run_start, name="run_start"),
    path("runs/<int:pk>/", runs.run_page, name="run_page"),
    path("runs/<int:pk>/state/", runs.run_state, name="run_state"),
    path("runs/<int:pk>/retry/", runs.run_retry, name="run_retry"),
]
