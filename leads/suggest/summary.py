"""What was searched, how the result did, and how it compares: sentences for the page and the draft."""

from __future__ import annotations

from django.utils.translation import gettext as _

from leads.suggest.evidence import Quality
from leads.suggest.population import Population
from leads.suggest.suggestion import Suggestion
from leads.suggest.words import percent


def found_words(population: Population, suggestion: Suggestion) -> list[str]:
    """How it was found: which leads were searched, which judged, and what was left out."""
    sentences = [
        _("%(earlier)s leads were searched, and %(later)s that came later judged what was found.")
        % {"earlier": f"{suggestion.earlier.leads:,}", "later": f"{suggestion.later.leads:,}"}
    ]
    if suggestion.tried:
        sentences.append(_("%(tried)s rules were tried.") % {"tried": f"{suggestion.tried:,}"})
    if population.is_sample:
        sentences.append(
            _("They are evenly drawn in time from %(found)s leads.") % {"found": f"{population.found:,}"}
        )
    if population.is_of_handoffs:
        sentences.append(
            _(
                "Only leads that were handed over are known: what earlier versions kept from sales nobody "
                "has judged, and this threshold may let in many of them. Look at the count in the draft."
            )
        )
    if population.ended_before:
        sentences.append(
            _("%(count)s leads had ended before they could be judged and were left out.")
            % {"count": f"{population.ended_before:,}"}
        )
    return sentences


def quality_words(suggestion: Suggestion, in_force: Quality | None) -> str:
    """Whether the suggestion does better than the version in force, said no more surely than it is."""
    mine, other = suggestion.later.area, in_force.area if in_force else None
    if mine is None or other is None:
        return ""
    if mine.low > other.high:
        return _("On the later leads the suggestion tells the outcome better than the version in force.")
    if mine.high < other.low:
        return _("On the later leads the version in force tells the outcome better than the suggestion.")
    return _("On the later leads the two cannot be told apart: their intervals overlap.")


def summary_words(population: Population, suggestion: Suggestion, ended: str) -> str:
    """The summary of the draft: what was searched, and how well it did on leads that it had not seen."""
    area = suggestion.later.area
    words = [_("Suggested from history: what tells which leads %(ended)s.") % {"ended": ended}]
    words += found_words(population, suggestion)
    if area:
        words.append(
            _(
                "On the later leads: AUC %(area).2f (%(low).2f to %(high).2f), precision %(precision)s, "
                "recall %(recall)s."
            )
            % {
                "area": area.value,
                "low": area.low,
                "high": area.high,
                "precision": percent(suggestion.later.precision),
                "recall": percent(suggestion.later.recall),
            }
        )
    words += [
        _("Left out as a possible leak: %(label)s. %(sentence)s")
        % {"label": leak.label, "sentence": leak.sentence}
        for leak in suggestion.leaks
        if leak.is_left_out
    ]
    return "\n".join(words)
