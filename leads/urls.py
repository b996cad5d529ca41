"""Addresses of the leads app, one section for each room."""

from django.urls import path

from leads.views import (
    back_test,
    draft_lints,
    draft_lists,
    draft_numbers,
    draft_test,
    evidence,
    examples,
    golden,
    handoff,
    imports,
    incidents,
    lead,
    ledger,
    lists,
    proposing,
    queue,
    relaxing,
    runs,
    shadows,
    suggest,
    tasting,
    watch,
    where,
)

app_name = "leads"
urlpatterns = [
    # The queue and what sales does with it
    path("", queue.queue, name="queue"),
    path("mine/", lists.my_leads, name="my_leads"),
    path("handoffs/<int:pk>/", handoff.handoff_page, name="handoff_page"),
    path("handoffs/<int:pk>/receipt/", handoff.handoff_receipt, name="handoff_receipt"),
    path("handoffs/<int:pk>/accept/", handoff.handoff_accept, name="handoff_accept"),
    path("handoffs/<int:pk>/return/", handoff.handoff_return, name="handoff_return"),
    path("handoffs/<int:pk>/sales-qualified/", handoff.handoff_qualify, name="handoff_qualify"),
    path("handoffs/<int:pk>/disqualify/", handoff.handoff_disqualify, name="handoff_disqualify"),
    path("handoffs/<int:pk>/follow-up/", handoff.follow_up_add, name="follow_up_add"),
    # Leads, accounts, and the lists that marketing watches
    path("all/", lists.lead_list, name="lead_list"),
    path("handed-over/", watch.watch_list, name="watch_list"),
    path("nurture/", lists.nurture, name="nurture"),
    path("near-misses/", lists.near_misses, name="near_misses"),
    path("where/", where.where, name="where"),
    path("where/<slug:place>/", where.where_list, name="where_list"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/<slug:entry>/", ledger.ledger_list, name="ledger_list"),
    path("incidents/", incidents.incident_list, name="incident_list"),
    path("incidents/<int:pk>/", incidents.incident_page, name="incident_page"),
    path("accounts/<int:pk>/", lead.account_page, name="account_page"),
    path("<int:pk>/", lead.lead_page, name="lead_page"),
    # Imports
    path("imports/", imports.import_list, name="import_list"),
    path("imports/new/", imports.import_new, name="import_new"),
    path("imports/<int:pk>/", imports.import_page, name="import_page"),
    path("imports/<int:pk>/state/", imports.import_state, name="import_state"),
    path("imports/<int:pk>/columns/", imports.import_mapping, name="import_mapping"),
    path("imports/<int:pk>/kind/", imports.import_change_kind, name="import_change_kind"),
    path("imports/<int:pk>/rejected.csv", imports.import_rejections, name="import_rejections"),
    path("imports/<int:pk>/cancel/", imports.import_cancel, name="import_cancel"),
    path("imports/<int:pk>/retry/", imports.import_retry, name="import_retry"),
    # Scoring runs
    path("runs/", runs.run_list, name="run_list"),
    path("runs/retry-parked/", runs.marks_retry, name="marks_retry"),
    path("runs/start/<slug:stage>/", runs.run_start, name="run_start"),
    path("runs/<int:pk>/", runs.run_page, name="run_page"),
    path("runs/<int:pk>/state/", runs.run_state, name="run_state"),
    path("runs/<int:pk>/retry/", runs.run_retry, name="run_retry"),
    # The pages of a draft ask here
    path("drafts/<int:version_pk>/numbers/", draft_numbers.draft_numbers, name="draft_numbers"),
    path("drafts/<int:version_pk>/leads/<slug:group>/", draft_lists.draft_leads, name="draft_leads"),
    path("drafts/<int:version_pk>/queues/", draft_lists.draft_queues, name="draft_queues"),
    path("drafts/<int:version_pk>/weak-spots/", draft_lints.draft_lints, name="draft_lints"),
    path("drafts/<int:version_pk>/test/", draft_test.draft_test, name="draft_test"),
    path("rules/count/", draft_numbers.count_rule, name="rule_count"),
    path("fields/choices/", draft_numbers.field_choices, name="field_choices"),
    # Leads that no text may get wrong
    path("golden/<slug:stage>/", golden.golden_list, name="golden_list"),
    path("golden/<slug:stage>/new/", golden.golden_new, name="golden_new"),
    path("golden/<int:pk>/reword/", golden.golden_edit, name="golden_edit"),
    path("golden/<int:pk>/retire/", golden.golden_retire, name="golden_retire"),
    # Leads that illustrate what a rep answered
    path("answers/<int:pk>/examples/", examples.example_page, name="answer_examples"),
    path("answers/<int:pk>/examples/<int:lead_pk>/add/", examples.attach, name="example_attach"),
    path("answers/<int:pk>/examples/<int:lead_pk>/remove/", examples.detach, name="example_detach"),
    # Blind tastings: opaque numbers alone stand in these addresses
    path("tastings/", tasting.tastings, name="tasting_list"),
    path("tastings/start/<int:version_pk>/", tasting.start, name="tasting_start"),
    path("tastings/<int:pk>/", tasting.tasting_page, name="tasting_page"),
    path("tastings/<int:pk>/close/", tasting.close, name="tasting_close"),
    path("tastings/<int:pk>/<int:place>/", tasting.taste, name="taste"),
    # A definition from history
    path("suggest/<slug:stage>/", suggest.suggest_page, name="suggest"),
    path("suggest/<slug:stage>/open/", suggest.suggest_open, name="suggest_open"),
    # What history says
    path("versions/<int:pk>/evidence/", evidence.evidence_list, name="evidence_list"),
    path("versions/<int:pk>/evidence/<slug:key>/", evidence.clause_evidence, name="clause_evidence"),
    path(
        "versions/<int:pk>/evidence/<slug:key>/<slug:group>/", evidence.evidence_leads, name="evidence_leads"
    ),
    path("versions/<int:pk>/back-test/", back_test.back_test, name="back_test"),
    path("versions/<int:pk>/back-test/start/", back_test.back_test_start, name="back_test_start"),
    path("versions/<int:pk>/back-test/state/", back_test.back_test_state, name="back_test_state"),
    path(
        "versions/<int:pk>/back-test/<slug:side>/<slug:group>/",
        back_test.back_test_leads,
        name="back_test_leads",
    ),
    # A candidate scored in silence
    path("versions/<int:pk>/shadow/", shadows.shadow_new, name="shadow_new"),
    path("shadows/<int:pk>/", shadows.shadow_page, name="shadow_page"),
    path("shadows/<slug:stage>/", shadows.shadow_list, name="shadow_list"),
    path("shadows/<int:pk>/stop/", shadows.stop, name="shadow_stop"),
    path("shadows/<int:pk>/<slug:group>/<slug:fate>/", shadows.shadow_leads, name="shadow_leads"),
    path("profile/", evidence.customer_profile, name="customer_profile"),
    path("profile/leads/", evidence.profile_leads, name="profile_leads"),
    # Proposals: they carry numbers about leads
    path("versions/<int:pk>/propose/", proposing.version_propose_page, name="version_propose"),
    path("ballots/<int:pk>/change/", proposing.ballot_amend, name="ballot_amend"),
    path("relax/<slug:stage>/", relaxing.relax, name="relax"),
    path("ballots/<int:pk>/recount/", proposing.slip_recount, name="slip_recount"),
    path("ballots/<int:pk>/numbers/<slug:key>/", proposing.slip_leads, name="slip_leads"),
]
