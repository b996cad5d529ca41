"""What people are told about ballots: a word in the portal and a mail, owed in the act's own transaction."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from definitions.drift import Drift
from definitions.models import Ballot, BallotStatus, Version, Vote
from definitions.selectors.ballots import electors_of, votes_of
from portal.common.models import Topic, User
from portal.common.notify import Word, owe_notifications
from portal.common.selectors import active_people


def tell(
    people: Iterable[User],
    *,
    about: Ballot | Version,
    key: str,
    sentence: str,
    more: str = "",
    mail: bool = True,
) -> None:
    """Tell each active person once per `key`. `more` stands in the mail only."""
    owe_notifications(
        (
            Word(person, key, sentence, about.get_absolute_url(), more)
            for person in people
            if person.is_active
        ),
        topic=Topic.AGREEMENT,
        by_mail=mail,
    )


def people_with_a_vote(ballot: Ballot) -> list[User]:
    return [elector.person for elector in electors_of(ballot)]


def people_concerned(ballot: Ballot) -> list[User]:
    """Those with a vote and those who wrote or proposed it, each once."""
    authors = [ballot.opened_by, ballot.version.created_by]
    people = {person.pk: person for person in [*people_with_a_vote(ballot), *authors] if person}
    return list(people.values())


def _until(ballot: Ballot) -> str:
    return date_format(localtime(ballot.closes_at), "l j F, H:i")


def ballot_opened(ballot: Ballot) -> None:
    sentence = _("%(version)s is proposed. Your vote is asked for until %(until)s.") % {
        "version": ballot.version,
        "until": _until(ballot),
    }
    tell(
        people_with_a_vote(ballot),
        about=ballot,
        key=f"ballot-opened:{ballot.pk}",
        sentence=sentence,
        more=ballot.statement,
    )


def ballot_started_over(ballot: Ballot, changes: list[str]) -> None:
    sentence = _("%(version)s was changed: voting starts over and is open until %(until)s.") % {
        "version": ballot.version,
        "until": _until(ballot),
    }
    tell(
        people_with_a_vote(ballot),
        about=ballot,
        key=f"ballot-round:{ballot.pk}:{ballot.round}",
        sentence=sentence,
        more="\n".join(changes),
    )


def ballot_reworded(ballot: Ballot, changes: list[str], stamp: str) -> None:
    sentence = _("The wording of %(version)s was touched up. What it means is the same: votes stand.") % {
        "version": ballot.version
    }
    tell(
        people_with_a_vote(ballot),
        about=ballot,
        key=f"ballot-reworded:{ballot.pk}:{stamp}",
        sentence=sentence,
        more="\n".join(changes),
    )


def slip_drifted(ballot: Ballot, over: list[Drift]) -> None:
    sentence = _(
        "The numbers shown with %(version)s have drifted by more than %(percent)d %%. Your vote stands; "
        "you can change it until %(until)s."
    ) % {"version": ballot.version, "percent": ballot.drift_percent, "until": _until(ballot)}
    lines = [
        _("%(label)s: %(before)d then, %(now)d now.")
        % {"label": drift.label, "before": drift.before, "now": drift.now}
        for drift in over
    ]
    tell(
        people_with_a_vote(ballot),
        about=ballot,
        key=f"slip-drift:{ballot.pk}:{ballot.round}",
        sentence=sentence,
        more="\n".join(lines),
    )


def restore_asked(ballot: Ballot) -> None:
    """Loudly: everybody hears of an emergency, those who can second it and those who cannot."""
    sentence = _(
        "%(name)s asks to bring %(version)s back in an emergency. It takes one agreement of the other house."
    ) % {"name": ballot.opened_by, "version": ballot.version}
    tell(
        active_people(),
        about=ballot,
        key=f"restore-asked:{ballot.pk}",
        sentence=sentence,
        more=ballot.statement,
    )


def _restore_done(ballot: Ballot) -> None:
    version = ballot.version
    assert version.ends_at is not None
    names = get_text_list([str(vote.person) for vote in votes_of(ballot)], _("and"))
    sentence = _(
        "Emergency: %(names)s bring %(version)s back until %(day)s. Leads are being rescored by it."
    ) % {"names": names, "version": version, "day": date_format(localtime(version.ends_at), "j F Y")}
    tell(
        active_people(),
        about=ballot,
        key=f"restore-done:{ballot.pk}",
        sentence=sentence,
        more=ballot.statement,
    )


def version_returns(ended: Version, before: Version) -> None:
    """To everybody: what stood in for the agreement has ended."""
    sentence = _("The time of %(ended)s is over. %(before)s comes back as soon as every lead is scored.") % {
        "ended": ended,
        "before": before,
    }
    key = f"version-returns:{ended.pk}:{before.pk}:{ended.ends_at}"
    tell(active_people(), about=before, key=key, sentence=sentence)


def ballot_closed(ballot: Ballot) -> None:
    if ballot.kind == Ballot.Kind.RESTORE and ballot.status == BallotStatus.RATIFIED:
        _restore_done(ballot)
        return
    sentence = {
        BallotStatus.RATIFIED: _("%(version)s is ratified: both keys turned. Leads are being rescored."),
        BallotStatus.REJECTED: _("%(version)s was voted on and not ratified."),
        BallotStatus.LAPSED: _("%(version)s lapsed: too few people voted in time."),
        BallotStatus.WITHDRAWN: _("%(version)s was withdrawn."),
    }[BallotStatus(ballot.status)]
    tell(
        people_concerned(ballot),
        about=ballot,
        key=f"ballot-closed:{ballot.pk}",
        sentence=sentence % {"version": ballot.version},
    )


def block_raised(ballot: Ballot, vote: Vote) -> None:
    """Only those who have voted may know how others did, so only they are asked for an answer."""
    voted = [other.person for other in votes_of(ballot) if other.person_id != vote.person_id]
    sentence = _("%(name)s blocks %(version)s. A block needs an answer before a key can turn.") % {
        "name": vote.person,
        "version": ballot.version,
    }
    key = f"block:{vote.pk}:{vote.cast_at.timestamp():.0f}"
    tell(voted, about=ballot, key=key, sentence=sentence, mail=False)


def block_answered(ballot: Ballot, vote: Vote, stamp: str) -> None:
    sentence = _("%(name)s answered your block on %(version)s. Does that settle it?") % {
        "name": vote.block_answered_by,
        "version": ballot.version,
    }
    tell([vote.person], about=ballot, key=f"block-answered:{vote.pk}:{stamp}", sentence=sentence)


def vote_missing(ballot: Ballot, person: User, moment: str) -> None:
    """`moment` is "half-way" or "last": each is said once a round."""
    sentence = _("Your vote on %(version)s is still missing. The ballot closes on %(until)s.") % {
        "version": ballot.version,
        "until": _until(ballot),
    }
    tell([person], about=ballot, key=f"vote-missing:{ballot.pk}:{ballot.round}:{moment}", sentence=sentence)
