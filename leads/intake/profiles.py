"""Files known by their header: those of the CRMs that people export from, and public data sets. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from leads.intake.recognise import (
    ACCOUNTS,
    ACTIVITIES,
    AFTERWARDS,
    LEADS,
    OUTCOMES,
    PARTLY_AFTERWARDS,
    SYNONYMS,
    plain,
)


@dataclass(frozen=True)
class Profile:
    """A file known by its header. `needs` are plain headers that must all be there.

    `columns` overrule the synonyms; "" leaves a column out, "attribute" keeps it as an attribute.
    `kinds` names the kind of activity for each (plain) word of the column of kinds.
    """

    key: str
    label: str
    kind: str
    needs: frozenset[str]
    columns: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    fixed_kind: str = ""
    fixed_outcome: str = ""
    # Message ids of this file are unique within one kind only: the kind is put before them.
    prefix: str = ""
    # Unknown words of the column of kinds are sales' own doing.
    is_by_sales: bool = False
    own_kinds: frozenset[str] = frozenset()  # … but for these plain words
    notes: dict[str, str] = field(default_factory=dict)
    note: str = ""
    # What the file holds has no place here: the note says so, and it is taken only when asked for by kind.
    is_foreign: bool = False


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_X_LEAKS = tuple(
    _names(
        """tags lead_quality lead_profile asymmetrique_activity_index asymmetrique_profile_index
        asymmetrique_activity_score asymmetrique_profile_score last_notable_activity converted"""
    )
)

PROFILES: tuple[Profile, ...] = (
    Profile(
        "leadforge-accounts",
        "leadforge: accounts",
        ACCOUNTS,
        _names("account_id company_name industry employee_band process_maturity_band"),
    ),
    Profile(
        "leadforge-leads",
        "leadforge: leads",
        LEADS,
        _names("lead_id contact_id account_id lead_created_at first_touch_channel"),
        columns={"contact_id": "attribute", "lead_id": "external_id"},
    ),
    Profile(
        "leadforge-contacts",
        "leadforge: contacts of known leads",
        LEADS,
        _names("contact_id account_id job_title role_function buyer_role"),
        columns={"contact_id": "match", "created_at": "", "account_id": "account.external_id"},
        note="Each line enriches the leads that carry its contact_id; import the leads before.",
    ),
    Profile(
        "leadforge-touches",
        "leadforge: touches",
        ACTIVITIES,
        _names("touch_id lead_id touch_timestamp touch_type touch_direction"),
        kinds={"call": "sales_call", "email": "sales_email", "linkedin_message": "sales_message"},
    ),
    Profile(
        "leadforge-sessions",
        "leadforge: website sessions",
        ACTIVITIES,
        _names("session_id lead_id session_timestamp pricing_page_views demo_page_views"),
        columns={"session_type": "subject", "page_views": "property"},
        fixed_kind="session",
    ),
    Profile(
        "leadforge-sales",
        "leadforge: what sales did",
        ACTIVITIES,
        _names("activity_id lead_id rep_id activity_timestamp activity_type activity_outcome"),
        kinds={
            "call": "sales_call",
            "email": "sales_email",
            "meeting": "sales_meeting",
            "demo": "sales_meeting",
        },
        columns={"rep_id": "property", "activity_outcome": "property"},
        is_by_sales=True,
    ),
    Profile(
        "leadforge-opportunities",
        "leadforge: opportunities",
        OUTCOMES,
        _names("opportunity_id lead_id created_at stage close_outcome closed_at"),
    ),
    Profile(
        "leadforge-customers",
        "leadforge: customers",
        OUTCOMES,
        _names("customer_id opportunity_id account_id customer_start_at"),
        columns={"customer_id": "", "account_id": ""},
        fixed_outcome="won",
        note="The lead is that of the opportunity; import the opportunities before.",
    ),
    Profile(
        "xeducation",
        "X Education: leads",
        LEADS,
        _names("prospect_id lead_number lead_origin lead_source total_visits"),
        columns={
            "prospect_id": "external_id",
            "lead_origin": "channel",
            "lead_number": "attribute",
            "search": "attribute",
            **dict.fromkeys(_X_LEAKS, ""),
        },
        notes={
            **dict.fromkeys(_X_LEAKS, AFTERWARDS),
            "last_activity": PARTLY_AFTERWARDS,
            "what_is_your_current_occupation": PARTLY_AFTERWARDS,
        },
    ),
    Profile(
        "bpi2012-cases",
        "BPI 2012: applications",
        LEADS,
        _names("case_id reg_date amount_req"),
        columns={"amount_req": "attribute"},
    ),
    Profile(
        "bpi2012-events",
        "BPI 2012: events",
        ACTIVITIES,
        _names("case_id timestamp activity lifecycle resource"),
        columns={"lifecycle": "property", "resource": "property"},
        is_by_sales=True,
        own_kinds=_names("a_submitted a_partlysubmitted o_sent_back"),
    ),
    Profile(
        "hubspot-contacts",
        "HubSpot: contacts",
        LEADS,
        _names("email id firstname lastname createdate"),
        columns={"created_at": "", "email_1": ""},
    ),
    Profile(
        "hubspot-companies",
        "HubSpot: companies",
        ACCOUNTS,
        _names("id name createdate annualrevenue"),
        columns={"address": "", "address_2": "", "description": ""},
    ),
    Profile(
        "hubspot-forms",
        "HubSpot: form submissions",
        ACTIVITIES,
        _names("timestamp form_id contact_id conversion_id title"),
        columns={"conversion_id": "message_id", "title": "subject", "page_url": "property", "page_id": ""},
        fixed_kind="form_submitted",
        prefix="form_submitted",
    ),
    Profile(
        "hubspot-email-events",
        "HubSpot: e-mail events",
        ACTIVITIES,
        _names("id created email_campaign_id type recipient"),
        columns={"filtered_event": "property", "sent_by_created": "", "sent_by_id": "", "caused_by_id": ""},
        kinds={
            "sent": "email_sent",
            "processed": "email_processed",
            "delivered": "email_delivered",
            "bounce": "email_bounced",
            "dropped": "email_dropped",
            "deferred": "email_deferred",
        },
    ),
    Profile(
        "hubspot-email-clicks",
        "HubSpot: details of e-mail clicks",
        ACTIVITIES,
        _names("id referer browser location url user_agent"),
        fixed_kind="email_clicked",
        columns={"browser": "", "location": "", "user_agent": "", "ip_address": ""},
        note="The file names neither lead nor time: a line is taken when its e-mail event is known already.",
    ),
    Profile(
        "hubspot-owners",
        "HubSpot: owners",
        LEADS,
        _names("owner_id active_user_id email portal_id"),
        columns={"owner_id": "", "active_user_id": "", "type": ""},
        note="These are your own people, not leads. Invite them under People instead.",
        is_foreign=True,
    ),
    Profile(
        "salesforce-leads",
        "Salesforce: leads",
        LEADS,
        _names("id is_converted company owner_id system_modstamp"),
        columns={"status": ""},
        notes={"status": AFTERWARDS},
    ),
    Profile(
        "salesforce-contacts",
        "Salesforce: contacts",
        LEADS,
        _names("id account_id last_name mailing_city system_modstamp"),
    ),
    Profile(
        "salesforce-accounts",
        "Salesforce: accounts",
        ACCOUNTS,
        _names("id billing_city name number_of_employees"),
        columns={"type": "", "phone": ""},
    ),
    Profile(
        "salesforce-tasks",
        "Salesforce: tasks",
        ACTIVITIES,
        _names("id who_id task_subtype activity_date status"),
        columns={
            "task_subtype": "kind",
            "type": "property",
            "status": "property",
            "who_id": "lead.external_id",
        },
        kinds={"task": "sales_task", "call": "sales_call", "email": "sales_email"},
        is_by_sales=True,
    ),
    Profile(
        "salesforce-events",
        "Salesforce: events",
        ACTIVITIES,
        _names("id who_id event_subtype start_date_time type"),
        columns={
            "type": "kind",
            "event_subtype": "property",
            "activity_date": "",
            "activity_date_time": "",
            "start_date_time": "occurred_at",
        },
        kinds={"call": "sales_call", "meeting": "sales_meeting", "email": "sales_email"},
        is_by_sales=True,
    ),
    Profile(
        "salesforce-opportunities",
        "Salesforce: opportunities",
        OUTCOMES,
        _names("id stage_name is_won is_closed close_date"),
    ),
    Profile(
        "marketo-leads",
        "Marketo: leads",
        LEADS,
        _names("id created_at updated_at email first_name last_name"),
    ),
    Profile(
        "marketo-activities",
        "Marketo: activities",
        ACTIVITIES,
        _names("activity_date activity_type_id lead_id primary_attribute_value"),
        columns={
            "activity_type_id": "kind",
            "primary_attribute_value": "campaign",
            "campaign_id": "property",
            "link": "subject",
        },
        kinds={
            "1": "page_viewed",
            "2": "form_submitted",
            "3": "link_clicked",
            "6": "email_sent",
            "7": "email_delivered",
            "8": "email_bounced",
            "9": "unsubscribed",
            "10": "email_opened",
            "11": "email_clicked",
        },
    ),
)


def profile_of(headers: list[str]) -> Profile | None:
    """The known file with this header; the one that asks for most columns wins."""
    names = {plain(header) for header in headers} | {plain(header).removesuffix("_c") for header in headers}
    fitting = [profile for profile in PROFILES if profile.needs <= names]
    return max(fitting, key=lambda profile: len(profile.needs), default=None)


def profile_by_key(key: str) -> Profile | None:
    return next((profile for profile in PROFILES if profile.key == key), None)


def kind_of_file(headers: list[str]) -> str:
    """What a file most likely holds, by its header."""
    profile = profile_of(headers)
    if profile is not None:
        return profile.kind
    names = {plain(header) for header in headers}
    found = {kind: {table[name] for name in names if name in table} for kind, table in SYNONYMS.items()}
    if {"occurred_at", "kind"} <= found[ACTIVITIES] and found[ACTIVITIES] & {
        "lead.external_id",
        "lead.email",
    }:
        return ACTIVITIES
    if found[OUTCOMES] & {"outcome", "is_won"}:
        return OUTCOMES
    if found[LEADS] & {"email", "first_name", "last_name", "full_name", "job_title"}:
        return LEADS
    return ACCOUNTS if {"name", "external_id"} <= found[ACCOUNTS] and "company_name" in names else LEADS
