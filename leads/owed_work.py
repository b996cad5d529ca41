"""What this app owes, for the sweep and for readiness. Called once, when the app is ready."""

from __future__ import annotations

from leads import tasks
from leads.challenges.tasks import open_amendments
from leads.evidence import working
from leads.evidence.tasks import work_back_tests
from leads.handoffs import clock_firing
from leads.handoffs import tasks as handoff_tasks
from leads.intake import advance
from leads.intake.tasks import advance_imports
from leads.leaks.tasks import count_the_night
from leads.scoring import chunks, marks
from leads.scoring.preview import building
from leads.shadows import ending
from leads.shadows.tasks import end_shadows
from portal.common import owed


def register() -> None:
    _register_scoring()
    owed.register("imports", advance.oldest_due)
    owed.register_bell(advance_imports.delay)
    owed.register("back-tests", working.oldest_due)
    owed.register_bell(work_back_tests.delay)
    owed.register("shadows", ending.oldest_due)
    owed.register_bell(end_shadows.delay)
    owed.register_bell(handoff_tasks.reconcile_handoffs.delay)
    owed.register("clocks", clock_firing.oldest_due)
    owed.register_bell(handoff_tasks.fire_clocks.delay)
    owed.register_chore(handoff_tasks.lay_missing_clocks.delay)
    owed.register_chore(open_amendments.delay)
    owed.register_chore(count_the_night.delay)


def _register_scoring() -> None:
    owed.register("runs", chunks.oldest_due)
    owed.register_bell(tasks.score_chunks.delay)
    owed.register("marks", marks.oldest_due)
    owed.register_bell(tasks.drain_marks.delay)
    owed.register_bell(tasks.clock_look.delay)
    owed.register_chore(tasks.delete_old_scores.delay)
    owed.register("previews", building.oldest_due)
    owed.register_bell(tasks.build_preview.delay)
    owed.register_chore(tasks.forget_changes.delay)
    owed.register_chore(tasks.recount_slips.delay)
