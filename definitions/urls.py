"""Addresses of the definitions app, one section for each room."""

from django.urls import path, register_converter

from definitions.models import Stage
from definitions.views import (
    answers,
    ballots,
    comparing,
    criteria,
    definition,
    discussion,
    editor,
    in_place,
    personas,
    promises,
    schema,
    steps,
    temporary,
)


class StageConverter:
    regex = "|".join(Stage.values)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(StageConverter, "stage")

app_name = "definitions"
urlpatterns = [
    # The agreement, to read
    path("", definition.definition_index, name="definition_index"),
    path("<stage:stage>/", definition.definition_page, name="definition_page"),
    path("<stage:stage>/v<int:number>/", definition.version_page, name="version_page"),
    path("<stage:stage>/compare/", comparing.compare, name="compare"),
    path("versions/<int:pk>/restore/", temporary.restore, name="version_restore"),
    path("versions/<int:pk>/end/", temporary.end_now, name="temporary_end"),
    path("versions/<int:pk>/definition.json", definition.version_export, name="version_export"),
    path("definition.schema.json", schema.document_schema, name="document_schema"),
    # Drafts
    path("<stage:stage>/promises/", promises.promises_page, name="promises"),
    path("<stage:stage>/promises/need/", promises.need, name="need"),
    path("<stage:stage>/promises/period/", promises.period, name="review_period"),
    path("<stage:stage>/steps/", steps.steps_page, name="steps"),
    path("<stage:stage>/steps/strip/", steps.steps_strip, name="steps_strip"),
    path("<stage:stage>/start/", steps.start_page, name="start"),
    path("<stage:stage>/drafts/new/", editor.draft_new, name="draft_new"),
    path("import/", editor.document_upload, name="document_upload"),
    path("drafts/<int:pk>/", editor.draft_editor, name="draft_editor"),
    path("drafts/<int:pk>/clauses/", editor.draft_clauses, name="draft_clauses"),
    path("drafts/<int:pk>/numbers/<slug:name>/", in_place.number, name="draft_number"),
    path("drafts/<int:pk>/groups/new/", in_place.group_new, name="group_new"),
    path("drafts/<int:pk>/groups/<slug:key>/label/", in_place.group_value, {"part": "label"}, "group_label"),
    path("drafts/<int:pk>/groups/<slug:key>/cap/", in_place.group_value, {"part": "cap"}, "group_cap"),
    path("drafts/<int:pk>/groups/<slug:key>/remove/", in_place.group_drop, name="group_remove"),
    path("drafts/<int:pk>/undo/", in_place.undo, name="draft_undo"),
    path("drafts/<int:pk>/settings/", editor.draft_settings, name="draft_settings"),
    path("drafts/<int:pk>/discard/", editor.discard, name="draft_discard"),
    path("drafts/<int:pk>/answers/", answers.draft_answers, name="draft_answers"),
    path("drafts/<int:pk>/answers/<int:answer_pk>/", answers.reflect, name="answer_reflect"),
    # Clauses
    path("drafts/<int:pk>/criteria/new/", criteria.criterion_new, name="criterion_new"),
    path("drafts/<int:pk>/criteria/new/watch/", criteria.criterion_watch, name="criterion_watch_new"),
    path("drafts/<int:pk>/criteria/new/keep/", criteria.keep, name="criterion_keep_new"),
    path("drafts/<int:pk>/criteria/new/forget/", criteria.forget, name="criterion_forget_new"),
    path("drafts/<int:pk>/criteria/<slug:key>/keep/", criteria.keep, name="criterion_keep"),
    path("drafts/<int:pk>/criteria/<slug:key>/forget/", criteria.forget, name="criterion_forget"),
    path("drafts/<int:pk>/criteria/<slug:key>/", criteria.criterion_page, name="criterion_page"),
    path("drafts/<int:pk>/criteria/<slug:key>/watch/", criteria.criterion_watch, name="criterion_watch"),
    path("drafts/<int:pk>/criteria/<slug:key>/points/", in_place.points, name="criterion_points"),
    path("drafts/<int:pk>/criteria/<slug:key>/move/", in_place.move, name="criterion_move"),
    path("drafts/<int:pk>/criteria/<slug:key>/remove/", criteria.remove, name="criterion_remove"),
    path("rule/builder/", criteria.rule_builder, name="rule_builder"),
    path("rule/preview/", criteria.rule_preview, name="rule_preview"),
    # Discussion
    path("versions/<int:pk>/comments/", discussion.comment_list, name="comment_list"),
    path("versions/<int:pk>/comments/new/", discussion.comment_new, name="comment_new"),
    path("comments/<int:pk>/settle/", discussion.comment_settle, name="comment_settle"),
    # People
    path("personas/", personas.persona_list, name="personas"),
    path("personas/new/", personas.persona_page, name="persona_new"),
    path("personas/<slug:key>/", personas.persona_page, name="persona_page"),
    path("personas/<slug:key>/retire/", personas.retire, name="persona_retire"),
    path("answers/", answers.answers, name="answers"),
    path("answers/give/", answers.answer, name="answer"),
    path("answers/remind/", answers.remind, name="answers_remind"),
    # Ballots
    path("ballots/", ballots.ballot_list, name="ballot_list"),
    path("ballots/<int:pk>/", ballots.ballot_page, name="ballot_page"),
    path("ballots/<int:pk>/state/", ballots.ballot_state, name="ballot_state"),
    path("ballots/<int:pk>/vote/", ballots.ballot_vote, name="ballot_vote"),
    path("ballots/<int:pk>/withdraw/", ballots.ballot_withdraw, name="ballot_withdraw"),
    path("ballots/<int:pk>/blocks/<int:vote_pk>/answer/", ballots.block_answer_give, name="block_answer"),
    path("ballots/<int:pk>/blocks/<int:vote_pk>/settle/", ballots.block_settle_confirm, name="block_settle"),
]
