"""The lead that a line of an activity or an outcome names: by id in the source, or by e-mail."""

from __future__ import annotations

from collections import defaultdict

from django.db.models.functions import Coalesce, Lower

from leads import bulk
from leads.intake.rows import LineProblem, Row
from leads.intake.writers.result import Job
from leads.models import Lead


class LeadsNamed:
    """All leads that the rows of one slice name, read in three questions. A merged lead is its survivor."""

    def __init__(self, job: Job, rows: list[Row]) -> None:
        self.job = job
        self.by_id: dict[str, int] = {}
        self.by_email: dict[str, int] = {}
        self.of_account: dict[str, list[int]] = defaultdict(list)
        survivor = Coalesce("merged_into_id", "pk")
        for batch in bulk.batches(_values(rows, "lead.external_id")):
            leads = Lead.objects.filter(source=job.source, external_id__in=batch)
            self.by_id.update(leads.values_list("external_id", survivor))
        for batch in bulk.batches(_values(rows, "lead.email")):
            leads = Lead.objects.annotate(address=Lower("email")).filter(address__in=batch, merged_into=None)
            self.by_email.update(leads.values_list("address", "pk"))
        unnamed = [row for row in rows if not row.values.keys() & {"lead.external_id", "lead.email"}]
        for batch in bulk.batches(_values(unnamed, "account.external_id")):
            leads = Lead.objects.filter(
                account__source=job.source, account__external_id__in=batch, merged_into=None
            )
            for account, pk in leads.values_list("account__external_id", "pk"):
                self.of_account[str(account)].append(pk)

    def of(self, row: Row) -> int:
        """The lead's id. Raises `LineProblem` when there is none, or more than one."""
        values, column = row.values, self.job.column
        external_id, email = values.get("lead.external_id"), values.get("lead.email")
        if external_id in self.by_id and external_id is not None:
            return self.by_id[external_id]
        if email in self.by_email and email is not None:
            return self.by_email[email]
        if external_id is not None:
            raise LineProblem(
                f"No lead of this source has the id “{external_id}”.", column("lead.external_id")
            )
        if email is not None:
            raise LineProblem(f"No lead has the e-mail address “{email}”.", column("lead.email"))
        account = values.get("account.external_id")
        if account is None:
            named_by = column("lead.external_id") or column("lead.email")
            raise LineProblem("The line does not name a lead.", named_by)
        leads = self.of_account.get(account, [])
        if len(leads) != 1:
            count = "no lead" if not leads else f"{len(leads)} leads"
            raise LineProblem(
                f"The line names no lead, and its account “{account}” has {count}.",
                column("account.external_id"),
            )
        return leads[0]


def _values(rows: list[Row], name: str) -> list[str]:
    return [row.values[name] for row in rows if row.values.get(name)]
