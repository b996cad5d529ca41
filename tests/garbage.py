"""What nobody should send, and somebody does: in a query, and in a form."""

from __future__ import annotations

BEYOND = 10**30
GARBAGE = (
    "page=-1",
    "page=0",
    f"page={BEYOND}",
    "page=x&page=2",
    "page=%00",
    "page=" + "9" * 5_000,
    "sort=-",
    "sort=password",
    "sort=lead__owner__password&q=%25_%5C%27%22",
    "sort=%00",
    "q=%00&on=%00&field=%00&area=%00&stamp=%00&until=%00&from=%00&item=%00&edit_number=%00&half=%00",
    "q=%ED%A0%80%FF",
    "q=" + "%C3%A4" * 3_000,
    "q='+OR+1=1--&tab=x&grade=99&source=%00&due=never&kind=x&stage=x&status=x&reason=x&version=x&family=x",
    f"reason={BEYOND}&version={BEYOND}&item={BEYOND}&from={BEYOND}&edit_number={BEYOND}",
    "item=%C2%B2&from=%C2%B2&item=-1",
    "item=" + "9" * 5_000 + "&from=" + "9" * 5_000,
    "from=2026-02-31&to=2026-02-30&until=2026-02-31T25:00",
    "from=0001-01-01&to=0001-03-01&until=0001-01-01T00:00:00%2B14:00",
    "from=9999-12-01&to=9999-12-31&until=9999-12-31T23:59:59-12:00",
    "from=2026-05-04&to=2026-01-01&since=x&criterion=%3Cscript%3E&channel=%00",
    "criterion=nobody-has-it&channel=nobody&status=challenged",
    "week=0&threshold=&week=" + "9" * 5_000,
    "week=987654",
    "threshold=987654",
    "field=custom.nothing&value=%00&won=1&quarter=2026-13-01",
    "field=lead.has_phone&value=True&won=1",
    "outcome=won&period=365&keep=%00&keep=nobody&aim=balance",
    "of=%00&beside=%00&under=%00&broken=%00&draft=%00&lead=%00",
    f"of={BEYOND}&beside={BEYOND}&under=active&broken=draft&draft={BEYOND}&lead={BEYOND}",
    f"outcome=accepted&judged_after_days={BEYOND}&within_days=%C2%B2&period=%00",
    f"after={BEYOND}&before=%00&shown=x:y&shown={BEYOND}:&newest=%C2%B2&segment=%00&industry=%00&country=%FF",
    f"late=%00&person={BEYOND}",
    "late=on&person=%C2%B2&week_of=2026-02-31&promise=never",
    "week_of=0001-01-01&promise=%00",
    "week_of=9999-12-31&promise=kept",
    "%00=%00&=&&&=%",
)

FIELDS = """
    absent action-due_on action-owner action-text add_type allows attendees basis below cap_fit
    choice confidence-score confidence-sentence count criterion criterion_key currency day
    decide_hours digest_hour direction do due_on duration_minutes edit_number effect_kind email
    ends_0 facilitator fade_days family fingerprint grade_2 grade_3 grade_4 grade_5 group
    group_0_cap group_0_label half handoff has_reached holiday_country holiday_region how
    is_active item item-minutes item-title join key kind label local_time minimum_fit minutes
    missing_field move-day move-hour name needs_text next note notes-edit_number notes-text
    notes-why outcome-edit_number outcome-owner outcome-reason outcome-review_on outcome-verdict
    outcome-why owner deferred-title per_days person personas place points points_0 present query
    question r0-field r0-is r0-meet_type r0-number r0-type r0-values r0-w0_on reason reply
    reply_to review_on role round rule rule_form rule_text score screen seen_in source stage
    starts_0 starts_0_1 starts_on statement step team text threshold through time_zone times
    title to url value verdict was weekday weekly_capacity weekly_need wording wording_0
""".split()  # noqa: SIM905
DEEP_RULE = '{"all":[' * 2_000 + "]}" * 2_000
POSTED = (
    "",
    "\0",
    "²",
    "-1",
    "9" * 30,
    "2026-02-31",
    "9999-12-31",
    "<script>alert(1)</script>\r\nBcc: x",
    DEEP_RULE,
)
