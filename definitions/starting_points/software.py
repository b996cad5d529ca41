"""Business software: companies of a size, people who decide, and a trail of reading before the call."""

from __future__ import annotations

from definitions.starting_points.parts import clause, did, out_of_the_question, points

SOFTWARE = {
    "format": "accord.definition/1",
    "stage": "mql",
    "title": "Business software, first agreement",
    "threshold": 60,
    "minimums": {"fit": 20, "behaviour": 10},
    "caps": {"fit": 60, "behaviour": 60},
    "groups": [
        {"key": "web", "label": "Website", "cap": 20},
        {"key": "content", "label": "Content and e-mail", "cap": 20},
    ],
    "grades": [20, 40, 60, 80],
    "personas": {},
    "criteria": [
        clause(
            "c-company-size",
            "fit",
            "The company has at least 50 employees",
            {"attribute": "account.employees", "is": "at_least", "value": 50},
            points(20),
            "Smaller companies rarely have the problem that we solve.",
        ),
        clause(
            "c-decides-or-advises",
            "fit",
            "The job title says head, director, chief or vice president",
            {
                "attribute": "lead.job_title",
                "is": "contains_word",
                "values": ["head", "director", "chief", "vp", "vice president", "ceo", "cto", "cio", "cmo"],
            },
            points(20),
            "They decide, or are asked before somebody decides.",
        ),
        clause(
            "c-business-address",
            "fit",
            "Writes from a company's own e-mail domain",
            {"attribute": "lead.has_free_email", "is": "no"},
            points(10),
            "A company address lets sales see at once whom they would be calling.",
        ),
        clause(
            "c-can-be-reached",
            "fit",
            "Left a phone number",
            {"attribute": "lead.has_phone", "is": "yes"},
            points(5),
            "A lead that can be called is decided on sooner.",
        ),
        out_of_the_question(
            "c-competitor-or-student",
            "Competitors, students and people with a throw-away address never qualify",
            "student",
            "intern",
            "professor",
        ),
        clause(
            "c-asked-for-sales",
            "behaviour",
            "Asked for contact, a demo or a trial in the last 30 days",
            {
                "any": [
                    did("contact_requested", 30),
                    did("demo_requested", 30),
                    did("trial_requested", 30),
                ]
            },
            {"kind": "alone"},
            "Somebody who asks for a call gets one, whatever the points say.",
        ),
        clause(
            "c-pricing-pages",
            "behaviour",
            "Looked at the pricing pages at least twice in the last 30 days",
            did("page_viewed", 30, 2, "pricing", "price", "plans"),
            points(20),
            "People look at prices when they have begun to compare.",
            "web",
        ),
        clause(
            "c-back-on-the-site",
            "behaviour",
            "Each visit to the website, at most 4 a month, fading over 60 days",
            did("session", 60),
            {"kind": "points", "points": 4, "count": "each", "times": 4, "per_days": 30, "fade_days": 60},
            "Coming back is worth more than staying long.",
            "web",
        ),
        clause(
            "c-content",
            "behaviour",
            "Downloaded something to read, at most 3 a month, fading over 90 days",
            did("content_downloaded", 90),
            {"kind": "points", "points": 8, "count": "each", "times": 3, "per_days": 30, "fade_days": 90},
            "Reading is interest in the subject, not yet in us.",
            "content",
        ),
        clause(
            "c-webinar",
            "behaviour",
            "Attended a webinar in the last 90 days",
            did("webinar_attended", 90),
            points(15, fade_days=90),
            "An hour of somebody's time is a strong sign.",
        ),
        clause(
            "c-clicked-mail",
            "behaviour",
            "Clicked in at least two e-mails in the last 30 days",
            did("email_clicked", 30, 2),
            points(8),
            "Opens are counted by machines, clicks mostly by people.",
            "content",
        ),
        clause(
            "c-buying-committee",
            "behaviour",
            "At least two people of the account were active in the last 30 days",
            {"account_people": 2, "meet": did("any", 30)},
            points(15),
            "Companies buy in groups: a second reader means the subject is being talked about.",
        ),
        clause(
            "c-gone-quiet",
            "behaviour",
            "Nothing heard for 60 days",
            {"silence_days": 60, "activity": "any"},
            points(-20),
            "Interest has an end, and a call after it is a cold call.",
        ),
    ],
}
