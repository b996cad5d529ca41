"""What columns and kinds are called in the wild: synonyms for each kind of file. Pure."""

from __future__ import annotations

import re
import unicodedata

# The kinds of file, as in `Import.Kind`.
ACCOUNTS, LEADS, ACTIVITIES, OUTCOMES = "accounts", "leads", "activities", "outcomes"

AFTERWARDS = "Known only afterwards: a criterion on it would look perfect and be worth nothing."
PARTLY_AFTERWARDS = "Partly filled in after sales had spoken to the lead: be careful with a criterion on it."
SYSTEM = "A column of the exporting system itself."


def plain(header: str) -> str:
    """A header as compared: lower-case words joined by _, without the marks that systems put around."""
    text = unicodedata.normalize("NFKC", header).strip("\ufeff ")
    text = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text)
    text = re.sub(r"[^\w]+", "_", text.casefold()).strip("_")
    text = re.sub(r"^(property|properties)_+(?=\w)", "", text)
    return re.sub(r"_{2,}", "_", text)


def _table(text: str) -> dict[str, str]:
    """Lines of `target: header header …`; of two headers of one target the first is preferred."""
    found: dict[str, str] = {}
    for line in text.strip().splitlines():
        target, _, names = line.partition(":")
        for name in names.split():
            found.setdefault(name, target.strip())
    return found


_COMPANY = """
{p}name: company company_name account_name organisation organization company_or_account employer firma
{p}domain: company_domain company_domain_name account_domain hs_domain
{p}industry: industry sector branch branche company_industry
{p}employees: employees number_of_employees numberofemployees num_employees employee_count
{p}employees: company_size_employees
{p}employee_band: employee_band company_size size_band employee_range employees_band
{p}annual_revenue: annual_revenue annualrevenue yearly_revenue turnover revenue total_revenue
{p}revenue_band: revenue_band estimated_revenue_band revenue_range annual_revenue_range
"""

SYNONYMS: dict[str, dict[str, str]] = {
    ACCOUNTS: _table(
        """
external_id: id account_id company_id record_id hs_object_id external_id accountid companyid
name: name company_name account_name company organisation organization
domain: domain company_domain company_domain_name website_domain
website: website url web_site homepage company_website
country: country billing_country company_country country_region hq_country
region: region state billing_state province state_region
city: city billing_city town
kind: account_type account_kind kind relationship
created_at: created_at createdate created_date create_date created date_created
is_deleted: is_deleted fivetran_deleted deleted archived
"""
        + _COMPANY.format(p="")
    ),
    LEADS: _table(
        """
external_id: id lead_id leadid prospect_id contact_id record_id record_id_contact hs_object_id person_id
external_id: case_id external_id
email: email e_mail email_address mail work_email business_email emailaddress
first_name: first_name firstname given_name forename vorname
last_name: last_name lastname surname family_name nachname
full_name: full_name fullname name contact_name lead_name
phone: phone phone_number telephone mobile mobile_phone mobilephone work_phone telefon
company: company company_name account_name organisation organization employer firma
job_title: job_title jobtitle title position job
role: role job_function role_function function persona_role
seniority: seniority job_level seniority_level
department: department
website: website url web_site company_website homepage
country: country mailing_country country_region country_name land
region: region state mailing_state province state_region
city: city mailing_city town ort stadt
language: language preferred_language hs_language locale
lead_source: lead_source leadsource source original_source original_source_type hs_analytics_source
channel: channel first_touch_channel lead_channel medium utm_medium capturing_channel
campaign: campaign campaign_name utm_campaign first_campaign
captured_at: created_at lead_created_at createdate created_date create_date created captured_at date_created
captured_at: signup_date reg_date created_on submitted_at
account.external_id: account_id accountid company_id associatedcompanyid associated_company_id
is_deleted: is_deleted fivetran_deleted deleted
"""
        + _COMPANY.format(p="account.").replace("account.name:", "company:")
    ),
    ACTIVITIES: _table(
        """
message_id: message_id activity_id touch_id session_id event_id id uuid guid external_id
lead.external_id: lead_id leadid contact_id prospect_id who_id person_id case_id lead_external_id
lead.external_id: visitor_lead_id
lead.email: email e_mail email_address recipient lead_email contact_email
occurred_at: occurred_at timestamp touch_timestamp session_timestamp activity_timestamp activity_date
occurred_at: activity_date_time event_timestamp event_time datetime date created created_at happened_at
occurred_at: start_date_time time
kind: kind activity_type touch_type event_type type activity event activity_kind event_name action
subject: subject title page page_url url link page_title asset content content_name product form form_name
subject: session_type
campaign: campaign campaign_name utm_campaign campaign_id email_campaign_id
channel: channel touch_channel medium utm_medium
seconds: seconds session_duration_seconds duration_seconds duration call_duration_in_seconds time_on_page
minutes: minutes duration_in_minutes duration_minutes
direction: direction touch_direction
views.pricing: pricing_page_views
views.demo: demo_page_views
is_deleted: is_deleted fivetran_deleted deleted
"""
    ),
    OUTCOMES: _table(
        """
external_id: opportunity_id id deal_id external_id outcome_id
lead.external_id: lead_id leadid contact_id person_id
lead.email: email e_mail email_address lead_email
account.external_id: account_id company_id
opened_at: created_at created_date createdate opened_at
closed_at: closed_at close_date closedate won_at customer_start_at
outcome: close_outcome outcome stage_outcome result
is_won: is_won won
is_closed: is_closed closed
value: value amount estimated_acv acv deal_amount revenue
is_deleted: is_deleted fivetran_deleted deleted
"""
    ),
}

# Columns that say how it ended. They make every criterion look perfect.
_LEAKS = """
current_stage is_sql converted is_converted converted_date converted_date_time converted_contact_id
converted_account_id converted_opportunity_id converted_within_90_days conversion_timestamp
close_outcome closed_at is_won
is_closed lifecyclestage lifecycle_stage lead_status hs_lead_status became_customer_at closedate
recent_deal_amount num_associated_deals mql_reason behavioral_score
"""
LEAKS = frozenset(_LEAKS.split())
_SYSTEM = re.compile(
    r"_?fivetran_.*|system_modstamp|.*_modstamp|photo_url|(last_)?modified.*|last_modified.*|last_viewed_date|"
    r"last_referenced_date|updated_at|created_by_id|owner_id|owner_rep_id|record_type_id|master_record_id|"
    r"jigsaw_.*|.*geocode.*|portal_id|app_id|.*_by_id|is_deleted|hs_merged_object_ids|lean_data_.*|description|.*_url"
)


def is_leak(header: str) -> bool:
    return plain(header).removesuffix("_c") in LEAKS


def is_of_the_system(header: str) -> bool:
    name = plain(header)
    return bool(_SYSTEM.fullmatch(name) or _SYSTEM.fullmatch(name.removesuffix("_c")))


# Words of a column of kinds. Whatever is not here becomes a kind of the workspace's own.
KIND_WORDS: dict[str, str] = _table(
    """
page_viewed: page_viewed page_view pageview page_views page_visited page_visited_on_website visit_webpage
page_viewed: website_visit web_page_visit viewed_page
form_submitted: form_submitted form_submission form_submit form_fill fill_out_form submitted_form
content_downloaded: content_downloaded content_download download downloaded whitepaper ebook asset_download
webinar_attended: webinar_attended webinar webinar_attendance attended_webinar
email_opened: email_opened email_open open opened open_email
email_clicked: email_clicked email_click click clicked click_email email_link_clicked link_click_in_email
demo_requested: demo_requested demo_request demo request_demo requested_demo book_demo
trial_requested: trial_requested trial_request trial trial_started free_trial
pricing_downloaded: pricing_downloaded pricing_guide pricing_download price_list
product_favourited: product_favourited product_favorited favourite favorite wishlist
product_carted: product_carted add_to_cart cart
campaign_answered: campaign_answered campaign_response campaign_responded responded
contact_requested: contact_requested contact_request contact_us contact_sales
session: session website_session visit
sales_call: sales_call call phone_call phone outbound_call call_made
sales_email: sales_email email e_mail mail
sales_meeting: sales_meeting meeting
"""
)
# Kinds that a known file or a direction brings along: label, and whether it is the lead's own doing.
EXTRA_KINDS: dict[str, tuple[str, bool]] = {
    "call_received": ("Call from the lead", True),
    "email_received": ("E-mail from the lead", True),
    "message_received": ("Message from the lead", True),
    "sales_message": ("Message by sales", False),
    "sales_task": ("Task of sales", False),
    "email_sent": ("E-mail sent", False),
    "email_processed": ("E-mail processed", False),
    "email_delivered": ("E-mail delivered", False),
    "email_bounced": ("E-mail bounced", False),
    "email_dropped": ("E-mail dropped", False),
    "email_deferred": ("E-mail deferred", False),
    "link_clicked": ("Link clicked", True),
    "unsubscribed": ("Unsubscribed", True),
}
# A call or mail that came in is the lead's doing; one that went out is sales'.
INCOMING = {
    "sales_call": "call_received",
    "sales_email": "email_received",
    "sales_message": "message_received",
}
INCOMING_WORDS = frozenset({"inbound", "in", "incoming", "received"})
WON_WORDS = frozenset({"closed_won", "won", "customer", "win", "closedwon"})
LOST_WORDS = frozenset({"closed_lost", "lost", "loss", "closedlost"})
