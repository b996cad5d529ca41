"""The icons that pages may use. The served sprite holds these alone: the package's own is over a megabyte."""

from __future__ import annotations

_NAMES = """
    activity archive arrow-clockwise arrow-counterclockwise arrow-down arrow-down-up arrow-left
    arrow-repeat arrow-return-left arrow-right arrow-up at award ban bar-chart bar-chart-line bell
    bookmark box-arrow-in-right box-arrow-right box-arrow-up-right briefcase building buildings
    bullseye calendar-check calendar-event calendar-plus calendar-x calendar3 card-checklist cart
    cash-coin chat-left-text chat-square-text check check-circle check-circle-fill check-lg
    check2-circle check2-square chevron-down chevron-left chevron-right chevron-up circle
    circle-fill circle-half clipboard clipboard-check clipboard-data clock clock-history compass
    copy cursor dash dash-circle dash-lg database database-add diagram-3 display door-open download
    envelope envelope-check envelope-open exclamation-circle exclamation-diamond exclamation-lg
    exclamation-triangle eye eye-slash file-earmark-spreadsheet file-earmark-text filetype-csv flag
    flag-fill funnel gear geo-alt globe graph-down graph-up graph-up-arrow grip-vertical hand-index
    hand-thumbs-down hand-thumbs-up hash heart hourglass hourglass-split house inbox inboxes
    info-circle journal-check journal-text journals key key-fill keyboard layers lightbulb lightning
    link-45deg list list-check list-ol list-task lock megaphone moon-stars mouse palette
    pause-circle pencil pencil-square people person person-badge person-check person-circle
    person-dash person-plus person-x pie-chart pin-angle play-circle play-fill plug plus plus-circle
    plus-lg printer question-circle question-lg quote receipt record-circle recycle rulers search
    send send-check shield-check shield-exclamation shield-lock signpost-split slash-circle sliders
    sort-down sort-up speedometer2 stack star star-fill stars stop-circle stopwatch sun table tag
    tags telephone telephone-outbound three-dots three-dots-vertical toggle-off toggle-on translate
    trash trophy unlock upload wrench x x-circle x-lg
"""

ICON_NAMES = frozenset(_NAMES.split())
