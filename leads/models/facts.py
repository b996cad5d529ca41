"""The facts: accounts, leads, what is known of them, and what they did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.common.fields import InstantField

UNMERGED = Q(merged_into=None)


class Source(models.Model):
    """A system that facts come from: a CRM, a web form, a file. Its column mappings are remembered."""

    id = models.SmallAutoField(primary_key=True)
    key = models.SlugField(max_length=60, unique=True)
    label = models.CharField(max_length=120)
    mappings = models.JSONField(default=dict)  # {kind of import: {signature of the header: mapping}}
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("label",)

    def __str__(self) -> str:
        return self.label


class Account(models.Model):
    """A company that leads work for."""

    class Kind(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        CUSTOMER = "customer", _("Customer")
        COMPETITOR = "competitor", _("Competitor")
        PARTNER = "partner", _("Partner")

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="accounts")
    external_id = models.CharField(max_length=120, null=True, blank=True)
    name = models.CharField(max_length=250, blank=True)
    name_key = models.CharField(max_length=250, blank=True)  # casefolded, for matching by name
    domain = models.CharField(max_length=253, blank=True)
    website = models.CharField(max_length=500, blank=True)
    industry = models.CharField(max_length=200, blank=True)
    employees = models.BigIntegerField(null=True, blank=True)
    employee_band = models.CharField(max_length=60, blank=True)
    annual_revenue = models.BigIntegerField(null=True, blank=True)
    revenue_band = models.CharField(max_length=60, blank=True)
    country = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=16, choices=Kind.choices, default=Kind.PROSPECT)
    owner = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField()
    provenance = models.JSONField(default=dict)  # {field: import id or "person:<id>"}

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "external_id"), name="one_account_per_source_and_external_id"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=("prospect", "customer", "competitor", "partner")),
                name="account_kind_is_known",
            ),
        )
        indexes = (
            # Intake finds the account of a lead by the domain of its e-mail, or by name.
            models.Index(fields=("domain",), name="account_by_domain"),
            models.Index(fields=("name_key",), name="account_by_name"),
        )

    def __str__(self) -> str:
        return self.name or self.domain or self.external_id or str(_("Unnamed account"))

    def get_absolute_url(self) -> str:
        return reverse("leads:account_page", args=[self.pk])


class LeadStage(models.TextChoices):
    NOT_ASSESSED = "not_assessed", _("Not assessed")
    LEAD = "lead", _("Lead")
    MQL = "mql", _("MQL")
    SAL = "sal", _("Sales-accepted")
    SALES_QUALIFIED = "sales_qualified", _("Sales-qualified")
    OPPORTUNITY = "opportunity", _("Opportunity")
    CUSTOMER = "customer", _("Customer")
    NURTURE = "nurture", _("Nurture")
    DISQUALIFIED = "disqualified", _("Disqualified")


class Lead(models.Model):
    """A person who may buy. Unknown text is the empty string; `LeadFit` holds the same facts for scoring."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="leads")
    external_id = models.CharField(max_length=120, null=True, blank=True)
    email = models.CharField(max_length=254, null=True, blank=True)
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    company = models.CharField(max_length=250, blank=True)
    job_title = models.CharField(max_length=250, blank=True)
    role = models.CharField(max_length=120, blank=True)
    seniority = models.CharField(max_length=120, blank=True)
    department = models.CharField(max_length=120, blank=True)
    website = models.CharField(max_length=500, blank=True)
    country = models.CharField(max_length=120, blank=True)
    region = models.CharField(max_length=120, blank=True)
    city = models.CharField(max_length=120, blank=True)
    language = models.CharField(max_length=60, blank=True)
    lead_source = models.CharField(max_length=200, blank=True)  # where the lead was captured
    channel = models.CharField(max_length=200, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    captured_at = models.DateTimeField()
    account = models.ForeignKey(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    stage = models.CharField(max_length=16, choices=LeadStage.choices, default=LeadStage.NOT_ASSESSED)
    owner = models.ForeignKey(
        "common.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="leads"
    )
    nurture_until = models.DateField(null=True, blank=True)
    is_recycled = models.BooleanField(default=False)
    merged_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged"
    )
    provenance = models.JSONField(default=dict)  # {field: import id or "person:<id>"}
    last_import_id = models.IntegerField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("-captured_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "external_id"), name="one_lead_per_source_and_external_id"
            ),
            models.UniqueConstraint(
                Lower("email"), condition=UNMERGED & ~Q(email=None), name="one_lead_per_email"
            ),
            models.CheckConstraint(condition=~Q(email=""), name="an_unknown_email_is_null"),
            models.CheckConstraint(condition=Q(stage__in=LeadStage.values), name="lead_stage_is_known"),
        )
        indexes = (
            # The list of all leads, newest first, and by stage; where they stand, and since when.
            models.Index(fields=("-captured_at", "-id"), name="lead_newest_first"),
            models.Index(fields=("stage", "-captured_at", "-id"), name="lead_by_stage"),
            models.Index(fields=("stage", "captured_at", "id"), condition=UNMERGED, name="lead_at"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        full = f"{self.first_name} {self.last_name}".strip()
        return full or self.email or self.external_id or str(_("Unnamed lead"))

    def get_absolute_url(self) -> str:
        return reverse("leads:lead_page", args=[self.pk])


class LeadFit(models.Model):
    """The facts of fit as scoring reads them: one narrow row per lead, account facts joined in.

    Text is matched in one form only: `*_key` is casefolded, NFC and trimmed; `*_words` is the same
    cut into words with a space around each (" head of sales "). Unknown is NULL everywhere. Written
    by `leads.facts.refresh` alone, in the transaction that changes the lead or its account.
    """

    lead = models.OneToOneField(Lead, primary_key=True, on_delete=models.CASCADE, related_name="fit")
    # Not a constraint: the row follows the lead's own account, which is constrained.
    account = models.ForeignKey(
        Account, null=True, on_delete=models.SET_NULL, db_constraint=False, related_name="+"
    )
    captured_at = InstantField()
    email_domain = models.CharField(max_length=253, null=True)
    is_free_email = models.BooleanField(null=True)
    is_disposable_email = models.BooleanField(null=True)
    has_business_website = models.BooleanField(default=False)
    has_phone = models.BooleanField(default=False)
    job_title_key = models.CharField(max_length=250, null=True)
    job_title_words = models.CharField(max_length=260, null=True)
    role_key = models.CharField(max_length=120, null=True)
    seniority_key = models.CharField(max_length=120, null=True)
    department_key = models.CharField(max_length=120, null=True)
    language_key = models.CharField(max_length=60, null=True)
    lead_source_key = models.CharField(max_length=200, null=True)
    channel_key = models.CharField(max_length=200, null=True)
    campaign_key = models.CharField(max_length=200, null=True)
    country_key = models.CharField(max_length=120, null=True)  # the lead's, else the account's
    region_key = models.CharField(max_length=120, null=True)
    city_key = models.CharField(max_length=120, null=True)
    company_key = models.CharField(max_length=250, null=True)
    company_words = models.CharField(max_length=260, null=True)
    industry_key = models.CharField(max_length=200, null=True)
    employee_band_key = models.CharField(max_length=60, null=True)
    revenue_band_key = models.CharField(max_length=60, null=True)
    employees = models.BigIntegerField(null=True)
    annual_revenue = models.BigIntegerField(null=True)
    account_kind = models.CharField(max_length=16, null=True)

    class Meta:
        indexes = (
            # "At least N people of the account", and refreshing the leads of a changed account.
            models.Index(fields=("account",), condition=Q(account__isnull=False), name="fit_by_account"),
        )

    def __str__(self) -> str:
        return f"fit of lead {self.lead_id}"


class ValueBase(models.Model):
    """One typed value of a custom attribute. The column that fits the attribute's type is filled.

    `text_key` and `text_words` have the forms of `LeadFit`; a choice uses `text` and `text_key`.
    Yes/no is `number` 1 or 0. A date is `day`. Unknown is no row.
    """

    attribute = models.ForeignKey("definitions.Attribute", on_delete=models.CASCADE, related_name="+")
    text = models.CharField(max_length=500, blank=True)
    text_key = models.CharField(max_length=500, null=True)
    text_words = models.CharField(max_length=520, null=True)
    number = models.FloatField(null=True)
    day = models.DateField(null=True)
    import_id = models.IntegerField(null=True)

    class Meta:
        abstract = True


class LeadValue(ValueBase):
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="attribute_values")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("lead", "attribute"), name="one_value_per_lead_and_attribute"),
        )
        indexes = (
            # A criterion on a custom attribute: the set of leads with these values.
            models.Index(fields=("attribute", "text_key", "lead"), name="lead_by_value_text"),
            models.Index(fields=("attribute", "number", "lead"), name="lead_by_value_number"),
        )

    def __str__(self) -> str:
        return f"{self.attribute_id}={self.text or self.number or self.day}"


class AccountValue(ValueBase):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="attribute_values")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "attribute"), name="one_value_per_account_and_attribute"
            ),
        )
        indexes = (
            # A criterion on a custom attribute: the set of accounts with these values.
            models.Index(fields=("attribute", "text_key", "account"), name="account_by_value_text"),
        )

    def __str__(self) -> str:
        return f"{self.attribute_id}={self.text or self.number or self.day}"


class FieldChange(models.Model):
    """That a fact changed, and from what: history for the lead page and for judging facts as of then."""

    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, related_name="field_changes")
    field = models.CharField(max_length=80)
    before = models.CharField(max_length=500, blank=True)
    after = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField()
    import_id = models.IntegerField(null=True)
    changed_by = models.ForeignKey("common.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-changed_at", "-id")

    def __str__(self) -> str:
        return f"{self.field}: {self.before} → {self.after}"


class Term(models.Model):
    """A word that many activities share (a page, a campaign, a channel), kept once.

    Activities hold its four-byte id; criteria match on `key` or `words` (forms of `LeadFit`) over
    this small table, so that matching text costs nothing per activity.
    """

    id = models.AutoField(primary_key=True)
    key = models.CharField(max_length=300, unique=True)
    text = models.CharField(max_length=300)
    words = models.CharField(max_length=310)

    class Meta:
        ordering = ("text",)

    def __str__(self) -> str:
        return self.text


class Activity(models.Model):
    """One dated thing that a lead did. Append-only; unique by (source, message id) for ever.

    The dictionary columns (kind, source, subject, campaign, channel) carry no foreign-key constraint:
    their rows are never deleted, and the check would double the cost of the largest insert.
    """

    # Its index is `activity_of_lead`.
    lead = models.ForeignKey(Lead, on_delete=models.CASCADE, db_index=False, related_name="activities")
    kind = models.ForeignKey(
        "definitions.ActivityKind",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    occurred_at = InstantField()
    subject = models.ForeignKey(
        Term, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    campaign = models.ForeignKey(
        Term, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    channel = models.ForeignKey(
        Term, null=True, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    seconds = models.IntegerField(null=True)
    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    message_id = models.CharField(max_length=120)
    import_id = models.IntegerField(null=True)
    properties = models.JSONField(null=True)  # {slug: text in key form}

    class Meta:
        verbose_name_plural = "activities"
        ordering = ("-occurred_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=("source", "message_id"), name="one_activity_per_source_and_message"
            ),
            models.CheckConstraint(
                condition=Q(seconds=None) | Q(seconds__gte=0), name="seconds_are_not_negative"
            ),
        )
        indexes = (
            # What a lead did, newest last: its timeline, and silence whatever the kind.
            models.Index(fields=("lead", "occurred_at"), include=("kind",), name="activity_of_lead"),
            # One kind in the order of leads: a span of leads, or some, in one pass without hash or sort.
            models.Index(
                fields=("kind", "lead", "occurred_at"),
                include=("subject", "seconds"),
                name="activity_by_kind_and_lead",
            ),
            # One kind in the order of time: what the clock has moved, the newest values of a field.
            models.Index(
                fields=("kind", "occurred_at"), include=("lead", "subject"), name="activity_by_kind"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind_id} of lead {self.lead_id} at {self.occurred_at}"
