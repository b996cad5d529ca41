"""The catalogue: every field, operator and activity kind that a rule may name. Pure; no database.

A workspace's own attributes are added by `Catalogue`, which the selectors build from rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Field:
    """One attribute of a lead or account. `key` is `lead.*`, `account.*` or `custom.*`.

    `column` is the column of the fit row that holds it in matching form, for built-in fields; for
    custom ones it is empty and `attribute_id` and `holder` say where the values are.
    """

    key: str
    label: str
    value_type: str  # text, choice, number, date, yes_no
    column: str = ""
    words_column: str = ""
    attribute_id: int | None = None
    holder: str = "lead"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """One kind of activity. Sales' own calls are not the lead's behaviour: `is_by_lead` is false."""

    key: str
    label: str
    is_by_lead: bool = True


# Operators that fit each type of value. Each but known/unknown is false when the value is unknown;
# none_of, too, is false for unknown: "is none of" speaks of a value that somebody knows.
OPERATORS: dict[str, tuple[str, ...]] = {
    "text": ("one_of", "none_of", "contains_word", "known", "unknown"),
    "choice": ("one_of", "none_of", "known", "unknown"),
    "number": ("at_least", "at_most", "between", "one_of", "none_of", "known", "unknown"),
    "date": ("before", "after", "between", "known", "unknown"),
    "yes_no": ("yes", "no", "known", "unknown"),
}

BUILT_IN_FIELDS: tuple[Field, ...] = (
    Field("lead.job_title", "Job title", "text", "job_title_key", "job_title_words"),
    Field("lead.role", "Role", "choice", "role_key"),
    Field("lead.seniority", "Seniority", "choice", "seniority_key"),
    Field("lead.department", "Department", "choice", "department_key"),
    Field("lead.language", "Language", "choice", "language_key"),
    Field("lead.country", "Country", "choice", "country_key"),
    Field("lead.region", "Region", "choice", "region_key"),
    Field("lead.city", "City", "choice", "city_key"),
    Field("lead.source", "Lead source", "choice", "lead_source_key"),
    Field("lead.channel", "Channel", "choice", "channel_key"),
    Field("lead.campaign", "Campaign", "choice", "campaign_key"),
    Field("lead.captured_on", "Captured on", "date", "captured_at"),
    Field("lead.email_domain", "E-mail domain", "choice", "email_domain"),
    Field("lead.has_free_email", "Has a free e-mail address", "yes_no", "is_free_email"),
    Field("lead.has_disposable_email", "Has a disposable e-mail address", "yes_no", "is_disposable_email"),
    Field("lead.has_business_website", "Has a business website", "yes_no", "has_business_website"),
    Field("lead.has_phone", "Has a phone number", "yes_no", "has_phone"),
    Field("account.name", "Company", "text", "company_key", "company_words"),
    Field("account.industry", "Industry", "choice", "industry_key"),
    Field("account.employees", "Employees", "number", "employees"),
    Field("account.employee_band", "Employee band", "choice", "employee_band_key"),
    Field("account.annual_revenue", "Annual revenue", "number", "annual_revenue"),
    Field("account.revenue_band", "Revenue band", "choice", "revenue_band_key"),
    Field(
        "account.kind",
        "Kind of account",
        "choice",
        "account_kind",
        choices=("prospect", "customer", "competitor", "partner"),
    ),
)

BUILT_IN_KINDS: tuple[Kind, ...] = (
    Kind("page_viewed", "Page viewed"),
    Kind("form_submitted", "Form submitted"),
    Kind("content_downloaded", "Content downloaded"),
    Kind("webinar_attended", "Webinar attended"),
    Kind("email_opened", "E-mail opened"),
    Kind("email_clicked", "E-mail clicked"),
    Kind("demo_requested", "Demo requested"),
    Kind("trial_requested", "Trial requested"),
    Kind("pricing_downloaded", "Pricing guide downloaded"),
    Kind("product_favourited", "Product favourited"),
    Kind("product_carted", "Product put in cart"),
    Kind("campaign_answered", "Campaign answered"),
    Kind("contact_requested", "Contact asked for"),
    Kind("session", "Website session"),
    Kind("sales_call", "Call by sales", is_by_lead=False),
    Kind("sales_email", "E-mail by sales", is_by_lead=False),
    Kind("sales_meeting", "Meeting with sales", is_by_lead=False),
)


@dataclass(frozen=True)
class Catalogue:
    """All fields and kinds of one workspace. `personas` maps a persona's key to its rule."""

    fields: dict[str, Field] = field(default_factory=lambda: {f.key: f for f in BUILT_IN_FIELDS})
    kinds: dict[str, Kind] = field(default_factory=lambda: {k.key: k for k in BUILT_IN_KINDS})
    kind_ids: dict[str, int] = field(default_factory=dict)
    personas: dict[str, dict[str, object]] = field(default_factory=dict)
    persona_names: dict[str, str] = field(default_factory=dict)
