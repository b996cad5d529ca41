"""Back-tests are asked for here; `working` works them off, week by week."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from definitions.criteria.document import parse
from definitions.criteria.fingerprint import fingerprint
from definitions.documents import document_of
from definitions.models import Version
from definitions.selectors import catalogue
from leads.evidence import policies
from leads.evidence.states import BACK_TEST
from leads.evidence.tasks import work_back_tests
from leads.evidence.working import OPEN, work_due
from leads.models import BackTest, LeadFit
from portal.common import audit
from portal.common.bells import ring_on_commit
from portal.common.models import User

WEEKS = 26
# With so few leads all weeks together take about a second: nobody needs to wait for a worker.
LEADS_AT_ONCE = 2_000


@transaction.atomic
def back_test_request(*, version: Version, actor: User) -> BackTest:
    """Owe a back-test of what the version says now. One that is under way for the same text is kept.

    Raises Refused, or DocumentError where a draft cannot be read yet.
    """
    policies.may_back_test(actor).require()
    version = Version.objects.select_for_update(of=("self",)).select_related("definition").get(pk=version.pk)
    document = document_of(version)
    parse(document, catalogue())
    print_of_text, now = fingerprint(document), timezone.now()
    under_way = BackTest.objects.filter(version=version, status__in=OPEN).first()
    if under_way is not None and under_way.fingerprint == print_of_text:
        return under_way
    if under_way is not None:
        BACK_TEST.apply(under_way, "supersede", finished_at=now)
    in_force = version.definition.active_version
    back_test = BackTest.objects.create(
        version=version,
        document=document,
        fingerprint=print_of_text,
        against=in_force if in_force and in_force.pk != version.pk else None,
        as_of=now,
        weeks_total=WEEKS + 1,
        requested_by=actor,
        requested_at=now,
    )
    audit.record("back_test.requested", subject=back_test, actor=actor)
    ring_on_commit(work_back_tests)
    return back_test


def back_test_at_once(*, version: Version, actor: User) -> BackTest:
    """The same, and worked off here and now where there are few leads; else by a worker."""
    back_test = back_test_request(version=version, actor=actor)
    if LeadFit.objects.count() <= LEADS_AT_ONCE:
        work_due(has_time=lambda: True, only=back_test)
    return back_test
