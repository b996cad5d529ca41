"""Who said what about which version: votes with their reasons, comments, and what reps answered."""
# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass

MARKETING_PROMISE = (
    "Eight leads a week that meet the definition, each with a company and a way to reach them."
)
SALES_PROMISE = "A decision within eight working hours, a first call within three working days, a reason for every return."


@dataclass(frozen=True)
class Said:
    """One vote. `was` is an earlier vote of the same person, (choice, reason), if they changed their mind."""

    person: str
    choice: str
    reason: str = ""
    prediction: str = ""
    was: tuple[str, str] | None = None


@dataclass(frozen=True)
class Round:
    """The ballot on one version. `proposed_days` and so on are days ago."""

    number: int
    author: str
    proposed_by: str
    drafted_days: int
    proposed_days: int
    statement: str
    ends: str  # ratified, rejected, or open
    votes: tuple[Said, ...]


ROUNDS = (
    Round(
        1, "mona", "mona", 214, 203,
        "Until now everybody meant something else by a qualified lead. This is a start that we can measure.",
        "ratified",
        (
            Said("rita", "agree", "Better a rough rule than none. We look again in a quarter."),
            Said("maya", "agree"),
            Said("sam", "agree", prediction="About ten a week."),
            Said("marco", "agree", "The prices clause is what our own numbers say."),
            Said("sofia", "agree"),
            Said("jonas", "agree"),
            Said("liam", "abstain", "I joined last week."),
            Said("aiko", "agree"),
            Said("nadia", "agree"),
            Said("pedro", "disagree", "Company size says little in logistics."),
            Said("astrid", "agree"),
        ),
    ),
    Round(
        2, "maya", "mona", 62, 58,
        "The review asked for fewer leads that pick up the phone. Reachable is required now, silence costs "
        "points, and two people of one company count.",
        "ratified",
        (
            Said("mona", "agree", "Fewer, but we stand behind each of them."),
            Said("rita", "agree", "This is what the review decided.", "Returns fall below a quarter."),
            Said("marco", "agree"),
            Said("sofia", "agree", "The free mailboxes were half of my returns."),
            Said(
                "sam", "agree", "Convinced: the silence clause answers my point.",
                was=("disagree", "People who downloaded a guide in May still come through in autumn."),
            ),
            Said("aiko", "disagree", "A required clause is blunt: some founders write from private addresses."),
            Said("liam", "agree"),
            Said("elena", "agree"),
            Said("nadia", "agree"),
            Said("tom", "agree"),
            Said("jonas", "agree"),
        ),
    ),
    Round(
        3, "jonas", "mona", 41, 35,
        "A higher bar, so that the queue is empty by Friday.",
        "rejected",
        (
            Said("mona", "agree"),
            Said("jonas", "agree"),
            Said("marco", "abstain"),
            Said("elena", "disagree", "We would drop half of the logistics accounts that we just won over."),
            Said("rita", "block", "Four reps would have nothing to do by the middle of the month."),
            Said("sam", "disagree", "95 is a number without a reason."),
            Said("sofia", "disagree", "I would rather call five too many than miss the one."),
            Said("liam", "agree"),
            Said("pedro", "disagree", "Look at the return reasons first, then at the bar."),
        ),
    ),
    Round(
        4, "marco", "mona", 12, 0,
        "Bought addresses made a third of what came back. They cost points now; half an hour in a webinar "
        "earns some.",
        "open",
        (
            Said("mona", "agree", "The numbers leave little to discuss."),
            Said("rita", "agree", "Finally.", "Returns for “no real interest” fall by half."),
            Said("jonas", "agree"),
            Said("sofia", "agree"),
            Said("aiko", "disagree", "Minus 20 punishes the good addresses on that list with the bad ones."),
            Said("liam", "agree", "Fine with me."),
            Said("tom", "abstain", "I have not worked that list."),
        ),
    ),
)  # fmt: skip


# Of the second definition: when sales calls a lead qualified.
SALES_ROUND = Round(
    1, "rita", "rita", 160, 152,
    "Marketing asked what becomes of what it hands over. Four questions, asked by whoever talks to the lead.",
    "ratified",
    (
        Said("mona", "agree", "Now a lost deal tells us something."),
        Said("sam", "agree"),
        Said("sofia", "agree", "I ask these four anyway."),
        Said("maya", "agree"),
        Said("pedro", "agree"),
        Said("jonas", "agree"),
        Said("liam", "disagree", "Nobody says on the phone that there is no budget."),
        Said("aiko", "agree"),
        Said("nadia", "agree"),
        Said("marco", "abstain", "I do not call anybody."),
        Said("astrid", "agree"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """One comment, `days` ago; answered by `replies` and settled by `resolved_by`."""

    number: int
    days: int
    person: str
    kind: str
    key: str
    text: str
    replies: tuple[tuple[str, str], ...] = ()
    resolved_by: str = ""


REMARKS = (
    Remark(
        2, 61, "sam", "concern", "reachable", "Founders of small companies write from private mailboxes.",
        (("maya", "That is why a phone number is enough as well."), ("sam", "Good, then I can live with it.")),
        "sam",
    ),
    Remark(
        2, 60, "sofia", "question", "committee", "Does it count when both are interns?",
        (("maya", "The clause before rules interns out, each for themselves."),), "maya",
    ),
    Remark(4, 11, "rita", "feedback", "cold-list", "I would not mind minus 30."),
    Remark(
        4, 10, "aiko", "concern", "cold-list", "We paid for that list until March. Can we check the good ones first?",
        (("marco", "I went through it: eleven of 96 became opportunities, all of them by asking for a demo."),),
        "aiko",
    ),
    Remark(
        5, 5, "sam", "concern", "switching",
        "We know the end of the contract of one account in four. For the others the clause is silent: is that fair?",
    ),
    Remark(
        5, 4, "elena", "question", "breadth", "Do checklists count as guides?",
        (("maya", "Everything in the download centre counts, checklists too."),), "maya",
    ),
    Remark(5, 3, "nadia", "feedback", "breadth", "Two guides in one evening is one student. Two weeks apart is a buyer."),
    Remark(5, 2, "mona", "feedback", "", "Let us propose this after the next review, with its numbers beside it."),
)  # fmt: skip

# (person, answer to “what is a qualified lead for you?”, answer to “which are easiest to call?”)
ANSWERS = (
    (
        "sam", "Somebody with a problem this quarter who can say yes, or sits next to the one who can.",
        "Those who looked at prices and gave a phone number.",
    ),
    ("sofia", "A company that could be a customer and a person who answers.", "Webinar guests, the day after."),
    (
        "rita", "One that a rep would call before lunch without being told to.",
        "Whoever asked for a demo, if we call within the hour.",
    ),
    ("liam", "Two people of the same company asking about the same thing.", "Accounts where a colleague is known."),
    ("nadia", "A date and a budget, even rough ones.", "People whose contract runs out."),
    ("pedro", "Logistics with more than fifty people.", "Former users in a new company."),
)  # fmt: skip
# Answers that the present draft reflects: person, question, clause, or the reason why not.
REFLECTED = (
    ("nadia", "easiest", "switching", ""),
    ("liam", "qualified", "committee", ""),
    ("sam", "easiest", "pricing", ""),
    ("pedro", "easiest", "", "We do not know where people worked before."),
)
