"""Addresses of the leads app, one section for each room."""

from django.urls import path

from leads.views import draft_numbers, runs

app_name = "leads"
urlpatterns = [
    # Scoring runs
    path("runs/", runs.run_list, name="run_list"),
    path("runs/retry-parked/", runs.marks_retry, name="marks_retry"),
    path("runs/start/<slug:stage>/", runs.run_start, name="run_start"),
    path("runs/<int:pk>/", runs.run_page, name="run_page"),
    path("runs/<int:pk>/state/", runs.run_state, name="run_state"),
    path("runs/<int:pk>/retry/", runs.run_retry, name="run_retry"),
    # The pages of a draft ask here
    path("drafts/<int:version_pk>/numbers/", draft_numbers.draft_numbers, name="draft_numbers"),
    path("rules/count/", draft_numbers.count_rule, name="rule_count"),
    path("fields/choices/", draft_numbers.field_choices, name="field_choices"),
]
