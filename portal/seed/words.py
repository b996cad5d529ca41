"""The words of the sample company: names, companies, pages, campaigns. Made up; addresses lead nowhere."""
# ruff: noqa: E501

from __future__ import annotations

# (country, region, language, weight, cities, first names, family names)
PLACES = (
    (
        "Germany", "DACH", "German", 30,
        ("Hamburg", "Berlin", "München", "Köln", "Leipzig", "Stuttgart"),
        ("Anna", "Lukas", "Katrin", "Stefan", "Miriam", "Felix", "Heike", "Tobias", "Julia", "Markus"),
        ("Schneider", "Fischer", "Hoffmann", "Krüger", "Vogel", "Brandt", "Lorenz", "Jäger", "Seidel"),
    ),
    (
        "Austria", "DACH", "German", 7,
        ("Wien", "Graz", "Linz"),
        ("Eva", "Matthias", "Sabine", "Florian", "Theresa", "Georg"),
        ("Gruber", "Huber", "Steiner", "Pichler", "Moser", "Eder"),
    ),
    (
        "Switzerland", "DACH", "German", 8,
        ("Zürich", "Bern", "Basel", "Lausanne"),
        ("Nina", "Reto", "Céline", "Urs", "Laura", "Beat"),
        ("Meier", "Keller", "Baumann", "Frei", "Favre", "Rochat"),
    ),
    (
        "Sweden", "Nordics", "Swedish", 9,
        ("Stockholm", "Göteborg", "Malmö"),
        ("Elsa", "Oskar", "Karin", "Nils", "Sara", "Johan"),
        ("Andersson", "Nyström", "Lindgren", "Sandberg", "Holm", "Åkesson"),
    ),
    (
        "Norway", "Nordics", "Norwegian", 6,
        ("Oslo", "Bergen", "Trondheim"),
        ("Silje", "Lars", "Marte", "Henrik", "Ida", "Eirik"),
        ("Hansen", "Dahl", "Lie", "Haugen", "Moen", "Bakke"),
    ),
    (
        "Denmark", "Nordics", "Danish", 6,
        ("København", "Aarhus", "Odense"),
        ("Freja", "Mads", "Louise", "Rasmus", "Camilla", "Jens"),
        ("Nielsen", "Kjær", "Møller", "Lund", "Holst", "Bruun"),
    ),
    (
        "Netherlands", "Benelux", "Dutch", 10,
        ("Amsterdam", "Rotterdam", "Utrecht", "Eindhoven"),
        ("Sanne", "Bram", "Femke", "Joris", "Anouk", "Ruben"),
        ("de Vries", "Jansen", "Bakker", "Visser", "Mulder", "van Dijk"),
    ),
    (
        "United Kingdom", "UK and Ireland", "English", 13,
        ("London", "Manchester", "Leeds", "Bristol", "Edinburgh"),
        ("Oliver", "Amelia", "Harriet", "Callum", "Priya", "Marcus", "Grace", "Imran"),
        ("Whitfield", "Hughes", "Patel", "Marsh", "Doyle", "Bennett", "Okoye", "Sharma"),
    ),
    (
        "France", "France", "French", 6,
        ("Paris", "Lyon", "Nantes", "Lille"),
        ("Camille", "Hugo", "Manon", "Julien", "Chloé", "Antoine"),
        ("Lefèvre", "Moreau", "Girard", "Roux", "Fontaine", "Marchand"),
    ),
    (
        "Spain", "Iberia", "Spanish", 5,
        ("Madrid", "Barcelona", "Valencia"),
        ("Lucía", "Diego", "Carmen", "Javier", "Elena", "Raúl"),
        ("Ortega", "Navarro", "Serrano", "Vidal", "Molina", "Castro"),
    ),
)  # fmt: skip

COMPANY_FIRST = (
    "Alster", "Amber", "Arbor", "Atlas", "Baltic", "Beacon", "Birke", "Borea", "Brunnen", "Cedar", "Cobalt",
    "Copper", "Delta", "Ecken", "Elbe", "Ember", "Falk", "Fjord", "Flint", "Garnet", "Granit", "Hafen",
    "Harbour", "Helio", "Isar", "Juniper", "Kestrel", "Kiefer", "Klar", "Lantern", "Linden", "Lumen", "Mistral",
    "Morgen", "Nebel", "Nova", "Oak", "Onyx", "Orbit", "Pallas", "Pinnacle", "Quarz", "Rhein", "Saga", "Sattel",
    "Silva", "Solstice", "Spree", "Sten", "Summit", "Tarn", "Terra", "Thule", "Vale", "Vector", "Viken", "Weser",
    "Wilder", "Zenit", "Zephyr",
)  # fmt: skip
# (second word, industry)
COMPANY_SECOND = (
    ("Software", "Software"), ("Systems", "Software"), ("Apps", "Software"), ("Cloud", "Software"),
    ("Bank", "Financial services"), ("Capital", "Financial services"), ("Insurance", "Insurance"),
    ("Logistics", "Logistics"), ("Freight", "Logistics"), ("Shipping", "Logistics"),
    ("Maschinenbau", "Manufacturing"), ("Werke", "Manufacturing"), ("Components", "Manufacturing"),
    ("Retail", "Retail"), ("Handel", "Retail"), ("Foods", "Food and drink"),
    ("Clinics", "Health care"), ("Pharma", "Health care"), ("Energy", "Energy"), ("Netz", "Energy"),
    ("Consulting", "Consulting"), ("Partners", "Consulting"), ("Media", "Media"), ("Verlag", "Media"),
    ("Academy", "Education"), ("Schools", "Education"), ("Telecom", "Telecommunications"),
    ("Bau", "Construction"), ("Hotels", "Travel"), ("Stiftung", "Non-profit"),
)  # fmt: skip
LEGAL_FORMS = {
    "Germany": "GmbH", "Austria": "GmbH", "Switzerland": "AG", "Sweden": "AB", "Norway": "AS", "Denmark": "A/S",
    "Netherlands": "B.V.", "United Kingdom": "Ltd", "France": "SAS", "Spain": "S.L.",
}  # fmt: skip
EMPLOYEE_BANDS = (
    (10, "1–10"), (50, "11–50"), (200, "51–200"), (500, "201–500"), (1_000, "501–1,000"), (5_000, "1,001–5,000"),
    (10**9, "more than 5,000"),
)  # fmt: skip
REVENUE_BANDS = (
    (2_000_000, "under 2 million"), (10_000_000, "2–10 million"), (50_000_000, "10–50 million"),
    (250_000_000, "50–250 million"), (10**18, "over 250 million"),
)  # fmt: skip

# (job title, seniority, department, role in buying, weight)
JOBS = (
    ("Head of IT", "Head", "IT", "Decision maker", 9),
    ("IT Manager", "Manager", "IT", "Influencer", 10),
    ("CTO", "C-level", "IT", "Decision maker", 5),
    ("CIO", "C-level", "IT", "Decision maker", 4),
    ("Enterprise Architect", "Senior", "IT", "Influencer", 5),
    ("System Administrator", "Staff", "IT", "User", 6),
    ("Head of Operations", "Head", "Operations", "Decision maker", 8),
    ("COO", "C-level", "Operations", "Decision maker", 3),
    ("Operations Manager", "Manager", "Operations", "Influencer", 8),
    ("Process Analyst", "Staff", "Operations", "User", 5),
    ("CFO", "C-level", "Finance", "Decision maker", 4),
    ("Financial Controller", "Manager", "Finance", "Influencer", 5),
    ("Head of Procurement", "Head", "Procurement", "Decision maker", 3),
    ("Buyer", "Staff", "Procurement", "User", 4),
    ("Managing Director", "C-level", "Management", "Decision maker", 5),
    ("HR Business Partner", "Manager", "People", "User", 4),
    ("Marketing Manager", "Manager", "Marketing", "User", 5),
    ("Software Engineer", "Staff", "IT", "User", 6),
    ("Consultant", "Senior", "Consulting", "Influencer", 5),
    ("Student assistant", "Student", "", "", 2),
    ("Intern", "Student", "Marketing", "", 2),
    ("", "", "", "", 9),
)

# (lead source, channel, campaign, weight)
CAPTURES = (
    ("Website form", "Organic search", "", 20),
    ("Website form", "Paid search", "Process automation, search", 14),
    ("Website form", "Direct", "", 8),
    ("Content download", "Paid social", "Guide: month-end in two days", 13),
    ("Content download", "Organic search", "Guide: month-end in two days", 6),
    ("Webinar", "E-mail", "Autumn webinars", 10),
    ("Webinar", "Paid social", "Spring webinars", 8),
    ("Trade fair", "Event", "Digital Operations Fair", 7),
    ("Partner", "Referral", "Partner programme", 6),
    ("Bought list", "Outbound", "Cold list, logistics", 8),
)

PAGES = (
    ("Home", 20), ("Product tour", 14), ("Pricing", 11), ("Pricing: Enterprise plan", 4), ("Integrations", 8),
    ("Customer story: Alster Logistics", 5), ("Customer story: Fjord Energy", 4), ("Blog: Month-end in two days", 7),
    ("Blog: Five signs of a broken process", 6), ("Security and data protection", 5), ("Documentation", 6),
    ("About us", 3), ("Careers", 4), ("Compare: Nordlicht or spreadsheets", 4), ("Support", 3), ("Imprint", 1),
)  # fmt: skip
MAILS = (
    "Newsletter",
    "What is new in Nordlicht",
    "Invitation to the webinar",
    "Your guide",
    "Tips for month-end",
)
CONTENTS = (
    "Guide: Month-end in two days", "Checklist: Process audit", "White paper: Automation in logistics",
    "Template: Business case", "Report: Operations 2026",
)  # fmt: skip
WEBINARS = (
    "Automating approvals",
    "Month-end without tears",
    "Nordlicht Live",
    "Security questions answered",
)
FORMS = ("Newsletter sign-up", "Contact form", "Guide request", "Event registration")
CAMPAIGNS = tuple(sorted({capture[2] for capture in CAPTURES if capture[2]}))
TOOLS = ("Spreadsheets", "SAP", "Jira", "ServiceNow", "Own development", "Trello", "Monday")
TIME_FRAMES = ("This quarter", "This half-year", "Next year", "No plans")
FREE_MAIL = ("gmail.com", "gmx.de", "outlook.com", "yahoo.com", "web.de")
DISPOSABLE_MAIL = ("mailinator.com",)
