"""Addresses of one's reminders, and of the email that did not arrive."""

from django.urls import path

from schoolimprove.ui import converters  # noqa: F401 (registers the kinds of file)

from .views import choices, failed_mail, inbox, reminder, termly

app_name = "reminders"
urlpatterns = [
    path("", inbox.Inbox.as_view(), name="inbox"),
    path("export.<export_kind:kind>", inbox.inbox_export, name="inbox_export"),
    path("read/", inbox.read_all, name="read_all"),
    path("email/", choices.Choices.as_view(), name="choices"),
    path("email/failed/", failed_mail.FailedMail.as_view(), name="failed_mail"),
    path("email/failed/export.<export_kind:kind>", failed_mail.failed_mail_export, name="failed_mail_export"),
    path("email/failed/<int:email>/again/", failed_mail.send_again, name="send_again"),
    path("email/failed/<int:email>/seen/", failed_mail.seen, name="mail_seen"),
    path("term/", termly.page, name="termly"),
    path("term/<slug:job>/<slug:turn>/again/", termly.again, name="termly_again"),
    path("<int:reminder>/", reminder.page, name="reminder"),
    path("<int:reminder>/done/", reminder.done, name="done"),
    path("<int:reminder>/late/", reminder.Late.as_view(), name="late"),
]
