"""An import that is done, with what it could not take, and words that wait behind the bell."""

from __future__ import annotations

import hashlib
from datetime import timedelta

from django.urls import reverse

from definitions.models import Ballot
from leads.models import Handoff, HandoffStatus, Import, ImportRejection, Lead, Source
from portal.common.models import Notification, Team, User
from portal.seed.laid_leads import LaidLeads
from portal.seed.trail import Desk, backdate
from reviews.models import Meeting, MeetingStatus

FAIR = "Trade fair"
FILE_NAME = "digital-operations-fair.csv"
HEADERS = ["Badge", "First name", "Last name", "Company", "E-mail", "Job title", "Scanned at"]
MAPPING = {
    "Badge": "external_id",
    "First name": "first_name",
    "Last name": "last_name",
    "Company": "company",
    "E-mail": "email",
    "Job title": "job_title",
    "Scanned at": "captured_at",
}
# (line, column, reason, cells)
REJECTED = (
    (14, "E-mail", "“frank(at)weserbau” is not an e-mail address.",
     ["F-0013", "Frank", "Ahlers", "Weser Bau", "frank(at)weserbau", "Bauleiter", "2026-03-11 10:12"]),
    (39, "Scanned at", "“31.02.2026” is not a day of the calendar.",
     ["F-0038", "Ines", "Roth", "Klar Media", "ines.roth@klarmedia.example", "", "31.02.2026"]),
    (52, "", "This line has 5 cells, the header has 7.",
     ["F-0051", "Piet", "Mulder", "Vale Logistics", "piet"]),
    (77, "Badge", "There is neither a badge number nor an e-mail address to know this person by.",
     ["", "Nora", "Lie", "Fjord Bank", "", "CFO", "2026-03-11 15:40"]),
)  # fmt: skip


def import_lay(laid_leads: LaidLeads, people: dict[str, User], desk: Desk) -> Import:
    """The file from the fair: its leads are those that were captured there."""
    source = Source.objects.get(key="file")
    leads = Lead.objects.filter(pk__gte=laid_leads.first_id, lead_source=FAIR)
    created, duplicates, unchanged = leads.count(), 3, 5
    at = desk.ago(41, 2)
    row = Import.objects.create(
        source=source,
        kind=Import.Kind.LEADS,
        file_name=FILE_NAME,
        path="",
        size=(created + 12) * 96,
        sha256=hashlib.sha256(FILE_NAME.encode()).hexdigest(),
        encoding="utf-8",
        delimiter=";",
        headers=HEADERS,
        mapping=MAPPING,
        status=Import.Status.DONE,
        position=(created + 12) * 96,
        line=created + duplicates + unchanged + len(REJECTED),
        created=created,
        duplicates=duplicates,
        unchanged=unchanged,
        rejected=len(REJECTED),
        created_by=people["maya"],
        queued_at=at,
        started_at=at + timedelta(seconds=2),
        finished_at=at + timedelta(seconds=6),
        attempts=1,
    )
    backdate([row], created_at=at - timedelta(minutes=3))
    leads.update(last_import_id=row.pk)
    ImportRejection.objects.bulk_create(
        ImportRejection(batch=row, line=line, column=column, reason=reason, cells=cells)
        for line, column, reason, cells in REJECTED
    )
    return row


def notices_lay(people: dict[str, User], actor: User | None, batch: Import, desk: Desk) -> None:
    """What the portal told people lately; the older half has been read."""
    ballot = Ballot.objects.select_related("version__definition").get(status="open")
    meeting = Meeting.objects.filter(status=MeetingStatus.SCHEDULED).order_by("starts_at")[0]
    version = str(ballot.version)
    everyone = [*people.values(), *([actor] if actor else [])]
    rows = [
        _notice(
            person,
            f"ballot-opened:{ballot.pk}",
            f"{version} is proposed. Your vote is asked for.",
            ballot.get_absolute_url(),
        )
        for person in everyone
        if person.team in (Team.MARKETING, Team.SALES)
    ]
    backdates = [ballot.opened_at] * len(rows)
    rows.extend(
        _notice(
            person,
            f"meeting-invited:{meeting.pk}",
            f"You are invited to “{meeting.series}”.",
            meeting.get_absolute_url(),
        )
        for person in everyone
        if person.team != Team.NONE
    )
    backdates += [desk.ago(30)] * (len(rows) - len(backdates))
    rows.append(
        _notice(
            people["maya"], f"import:{batch.pk}", f"The import of {batch} is done.", batch.get_absolute_url()
        )
    )
    backdates.append(desk.ago(41, 2.2))
    for handoff in (
        Handoff.objects.filter(status=HandoffStatus.RETURNED)
        .exclude(challenged_key="")
        .select_related("lead")
        .order_by("-ended_at")[:6]
    ):
        sentence = f"{handoff.lead} came back: {handoff.reason_label.lower()}."
        rows.append(_notice(people["mona"], f"returned:{handoff.pk}", sentence, handoff.get_absolute_url()))
        backdates.append(handoff.ended_at or desk.now)
    waiting = Handoff.objects.filter(status=HandoffStatus.OFFERED, due_at__lt=desk.now).count()
    if waiting:
        sentence = f"{waiting} offered leads are past the time to decide."
        rows.append(_notice(people["rita"], "overdue:sample", sentence, reverse("leads:queue") + "?tab=all"))
        backdates.append(desk.ago(1))
    for row, at in zip(rows, backdates, strict=True):
        row.created_at = at
        row.read_at = at + timedelta(hours=2) if at < desk.now - timedelta(days=14) else None
    made = Notification.objects.bulk_create(
        [row for _, row in sorted(zip(backdates, rows, strict=True), key=lambda pair: pair[0])]
    )
    by_pk = dict(zip((row.pk for row in made), sorted(backdates), strict=True))
    backdate(made, created_at=lambda row: by_pk[row.pk])


def _notice(person: User, key: str, sentence: str, url: str) -> Notification:
    return Notification(person=person, key=key, sentence=sentence[:300], url=url)
