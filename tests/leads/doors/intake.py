"""What comes in, and its scoring."""

from __future__ import annotations

from django.core.files.uploadedfile import SimpleUploadedFile

from definitions.models import Stage
from leads.intake import storage
from leads.intake.services import import_open
from leads.models import Import, Run
from leads.scoring.runs import run_request
from tests.builders import a_version, an_active_version, maya
from tests.doors import MANAGERS, MARKETING, SIGNED_IN, Door, Sent
from tests.leads.intake.test_pages import TEXT
from tests.leads.runs.poison import poisoned
from tests.leads.runs.stories import some_leads, work

BRING_IN = MARKETING | MANAGERS | {"rolf"}


def _a_file() -> Sent:
    return Sent(
        (),
        lambda _person: {
            "file": SimpleUploadedFile("My leads.csv", TEXT.encode()), "source": "CRM", "kind": "",
        },
    )  # fmt: skip


def _uploaded() -> Import:
    path = storage.keep([TEXT.encode()], "My leads.csv")
    return import_open(path=path, name="My leads.csv", kind="leads", source="CRM", actor=maya())


def _columns_named() -> Sent:
    batch = _uploaded()
    form = {"unknown_words": "Select, N/A", "time_zone": "UTC"}
    for number, header in enumerate(batch.headers):
        form |= {f"to-{number}": batch.mapping["columns"][header], f"type-{number}": "choice"}
    return Sent((batch.pk,), form)


def _failed() -> Sent:
    batch = _uploaded()
    Import.objects.filter(pk=batch.pk).update(status=Import.Status.FAILED)
    return Sent((batch.pk,))


def _with_a_parked_lead() -> Run:
    leads = some_leads(2)
    run = run_request(version=a_version(status="ratified"), kind=Run.Kind.ACTIVATION, actor=maya())
    with poisoned(leads[0].pk):
        work()
    return run


def _parked_marks() -> Sent:
    _with_a_parked_lead()
    return Sent()


def _in_force() -> Sent:
    an_active_version()
    return Sent((Stage.MQL,))


DOORS = [
    Door("leads:import_new", "import.opened", BRING_IN, _a_file),
    Door("leads:import_mapping", "import.started", BRING_IN, _columns_named),
    Door(
        "leads:import_change_kind",
        "import.changed",
        BRING_IN,
        lambda: Sent((_uploaded().pk,), {"kind": "accounts"}),
    ),
    Door("leads:import_cancel", "import.cancelled", BRING_IN, lambda: Sent((_uploaded().pk,))),
    Door("leads:import_retry", "import.retried", BRING_IN, _failed),
    Door("leads:marks_retry", "marks.retried", MANAGERS, _parked_marks),
    Door("leads:run_start", "run.requested", MANAGERS, _in_force),
    Door("leads:run_retry", "run.retried", MANAGERS, lambda: Sent((_with_a_parked_lead().pk,))),
    Door(
        "leads:rule_count",
        "",
        SIGNED_IN,
        lambda: Sent((), {"rule": '{"attribute": "lead.country", "is": "known"}'}),
        answer=200,
    ),
]
