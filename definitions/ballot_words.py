"""What a key still lacks, in sentences, and the two keyholes as the pages draw them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from definitions.tally import HOUSES, HouseTally, Lack, Rules
from portal.common.models import Team

FRACTIONS = {
    (1, 2): gettext_lazy("More than half"),
    (2, 3): gettext_lazy("Two thirds"),
    (3, 4): gettext_lazy("Three quarters"),
    (1, 1): gettext_lazy("All"),
}


def share_words(rules: Rules) -> str:
    """“Two thirds”, or the plain fraction where it has no name."""
    fraction = (rules.agree_numerator, rules.agree_denominator)
    return str(FRACTIONS.get(fraction) or f"{rules.agree_numerator}/{rules.agree_denominator}")


def rules_sentence(rules: Rules) -> str:
    if not rules.quorum_percent:
        return _("One person of marketing and one of sales agree: the second agreement does it.")
    return _(
        "In each house, separately: %(quorum)d %% of those who may vote do so, %(share)s of the cast votes "
        "agree (abstentions aside), and no block is unanswered. The author alone cannot carry a house; "
        "a tie fails."
    ) % {"quorum": rules.quorum_percent, "share": share_words(rules).lower()}


def lack_sentence(lack: Lack, house: str, rules: Rules) -> str:
    """One sentence of what this key waits for."""
    label = str(Team(house).label).lower()
    if lack.code == "nobody_eligible":
        return _("Nobody in %(house)s may vote.") % {"house": label}
    if lack.code == "quorum":
        return ngettext(
            "One more vote from %(house)s.", "%(number)d more votes from %(house)s.", lack.number
        ) % {"number": lack.number, "house": label}
    if lack.code == "share" and not lack.of:
        return _("%(share)s must agree: nobody has yet.") % {"share": share_words(rules)}
    if lack.code == "share":
        return _("%(share)s must agree: %(number)d of %(of)d so far.") % {
            "share": share_words(rules),
            "number": lack.number,
            "of": lack.of,
        }
    if lack.code == "block" and len(lack.names) == 1:
        return _("%(name)s’s block is unanswered.") % {"name": lack.names[0]}
    if lack.code == "block":
        return _("The blocks of %(names)s are unanswered.") % {
            "names": get_text_list(list(lack.names), _("and"))
        }
    return _("Somebody besides the author must agree.")


def needs_sentence(tally: HouseTally, rules: Rules) -> str:
    """All that the key still lacks; or that it lacks nothing."""
    if tally.is_turned:
        return _("%(agree)d of %(cast)d cast votes agree.") % {"agree": tally.agree, "cast": tally.cast}
    # Before anybody has voted, “nobody agrees yet” adds nothing to “three more votes”.
    lacks = [lack for lack in tally.lacks if not (lack.code == "share" and not tally.voted)]
    return " ".join(lack_sentence(lack, tally.house, rules) for lack in lacks)


def count_sentences(tally: HouseTally, rules: Rules) -> list[str]:
    """How a closed count stood against quorum and share, sentence by sentence."""
    if not tally.eligible:
        return [lack_sentence(lack, tally.house, rules) for lack in tally.lacks]
    found = [
        _("%(voted)d of %(eligible)d people voted; %(needed)d were needed.")
        % {"voted": tally.voted, "eligible": tally.eligible, "needed": tally.quorum_needed}
    ]
    if tally.cast:
        found.append(
            _("%(agree)d of %(cast)d cast votes agree (%(percent)d %%); needed: %(share)s.")
            % {
                "agree": tally.agree,
                "cast": tally.cast,
                "percent": tally.agree * 100 // tally.cast,
                "share": share_words(rules).lower(),
            }
        )
    elif tally.voted:
        found.append(_("Nobody voted for it or against it."))
    if tally.abstain:
        found.append(
            ngettext("One person abstained.", "%(number)d people abstained.", tally.abstain)
            % {"number": tally.abstain}
        )
    if tally.unanswered:
        found.append(
            _("Nobody settled the block of %(names)s.")
            % {"names": get_text_list(list(tally.unanswered), _("and"))}
        )
    if tally.is_author_alone:
        found.append(_("Only the author agreed, who cannot carry a house alone."))
    return found


def keyholes(tally: Mapping[str, HouseTally], rules: Rules) -> list[dict[str, Any]]:
    """The shape of templates/shared/_keyholes.html, JSON-ready: it is kept as the outcome of a ballot."""
    return [
        {
            "name": house,
            "label": str(Team(house).label),
            "eligible": tally[house].eligible,
            "voted": tally[house].voted,
            "cast": tally[house].cast,
            "agree": tally[house].agree,
            "disagree": tally[house].disagree,
            "block": tally[house].block,
            "abstain": tally[house].abstain,
            "quorum_needed": tally[house].quorum_needed,
            "has_quorum": tally[house].has_quorum,
            "needs": needs_sentence(tally[house], rules),
            "is_turned": tally[house].is_turned,
        }
        for house in HOUSES
    ]
