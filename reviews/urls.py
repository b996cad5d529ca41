"""Addresses of the reviews app."""

from django.urls import path

from reviews.views import ahead, corrections, feeds, insights, meetings, room, series

app_name = "reviews"
urlpatterns = [
    # Series
    path("", series.series_list, name="series_list"),
    path("new", series.series_new, name="series_new"),
    path("series/<int:pk>", series.series_page, name="series_page"),
    path("series/<int:pk>/edit", series.series_change, name="series_edit"),
    path("series/<int:pk>/end", series.series_stop, name="series_end"),
    path("series/<int:pk>/attendees", series.attendee_invite, name="attendee_add"),
    path("series/<int:pk>/attendees/<int:person>/remove", series.attendee_leave, name="attendee_remove"),
    path("series/<int:pk>/call", series.meeting_call_out, name="meeting_call"),
    path("series/<int:pk>/checkpoints", series.checkpoints, name="checkpoints_add"),
    path("replies", feeds.reply_upload, name="reply_import"),
    # One meeting
    path("meetings/<int:pk>", meetings.meeting_page, name="meeting_page"),
    path("meetings/<int:pk>/prepare", meetings.meeting_get_ready, name="meeting_prepare"),
    path("meetings/<int:pk>/open", meetings.meeting_begin, name="meeting_open"),
    path("meetings/<int:pk>/move", meetings.meeting_postpone, name="meeting_move"),
    path("meetings/<int:pk>/skip", meetings.meeting_skip, name="meeting_cancel"),
    path("meetings/<int:pk>/reply", meetings.meeting_answer_invitation, name="meeting_reply"),
    path("meetings/<int:pk>/close", meetings.meeting_end, name="meeting_close"),
    path("meetings/<int:pk>/minutes.md", meetings.minutes_download, name="minutes_download"),
    path("meetings/<int:pk>/minutes.pdf", meetings.minutes_pdf, name="minutes_pdf"),
    # The agenda before the meeting
    path("meetings/<int:pk>/renewal", ahead.renewal, name="agenda_renewal"),
    path("meetings/<int:pk>/preread", ahead.preread, name="preread"),
    path("meetings/<int:pk>/preread.pdf", ahead.preread_pdf, name="preread_pdf"),
    path("items/<int:pk>/defer", ahead.item_leave_out, name="item_defer"),
    path("items/<int:pk>/bring-back", ahead.item_take_back, name="item_bring_back"),
    path("series/<int:pk>/backlog", ahead.backlog, name="backlog"),
    path("backlog/<int:pk>/remove", ahead.backlog_off, name="backlog_remove"),
    # Corrected after the close
    path("meetings/<int:pk>/correct", corrections.minutes_put_right, name="minutes_correct"),
    path("items/<int:pk>/correct", corrections.item_correct, name="item_correct"),
    path("items/<int:pk>/correct/outcome", corrections.outcome_put_right, name="outcome_correct"),
    path("items/<int:pk>/correct/notes", corrections.notes_put_right, name="notes_correct"),
    # In the room
    path("meetings/<int:pk>/state", room.room_state, name="room_state"),
    path("meetings/<int:pk>/work", room.room_work, name="room_work"),
    path("meetings/<int:pk>/now", room.room_now, name="room_now"),
    path("meetings/<int:pk>/wall", room.wall, name="wall"),
    path("meetings/<int:pk>/items", room.item_new, name="item_add"),
    path("meetings/<int:pk>/parked", room.item_aside, name="item_park"),
    path("meetings/<int:pk>/actions", room.action_new, name="action_add"),
    path("meetings/<int:pk>/attendance", room.attendance, name="attendance_set"),
    path("meetings/<int:pk>/confidence", room.confidence, name="confidence_say"),
    path("items/<int:pk>/place", room.item_place, name="item_move"),
    path("items/<int:pk>/show", room.item_show, name="item_take_up"),
    path("items/<int:pk>/leave", room.item_leave, name="item_leave"),
    path("items/<int:pk>/notes", room.item_notes, name="item_note"),
    path("items/<int:pk>/outcome", room.item_outcome, name="item_decide"),
    path("items/<int:pk>/vote", room.item_vote, name="item_vote"),
    path("actions/<int:pk>/settle", room.action_settle, name="action_settle"),
    # Numbers and calendar
    path("insights", insights.insights, name="insights"),
    path("insights.csv", insights.insights_csv, name="insights_csv"),
    path("insights/pulse", insights.pulse, name="pulse"),
    path("insights/pulse/<int:pk>", insights.pulse_give, name="pulse_answer"),
    path("insights/<slug:name>", insights.insight, name="insight"),
    path("insights/<slug:name>.csv", insights.insight_csv, name="insight_csv"),
    path("calendar", feeds.feed_settings, name="feed_settings"),
    path("calendar/new", feeds.feed_new, name="feed_renew"),
    path("calendar/off", feeds.feed_off, name="feed_stop"),
    path("calendar/workspace/new", feeds.workspace_feed_new, name="workspace_feed_renew"),
    path("calendar/workspace/off", feeds.workspace_feed_off, name="workspace_feed_stop"),
    path("feed/workspace/<str:token>.ics", feeds.workspace_feed, name="workspace_feed"),
    path("feed/<str:token>.ics", feeds.feed, name="feed"),
]
