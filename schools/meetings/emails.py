"""Email to the members of a group when a meeting is called or cancelled. It names the meeting and no school."""

from schoolimprove.accounts import mail
from schoolimprove.accounts.models import User
from schoolimprove.lib import clock
from schools.groups.models import Membership
from schools.meetings.models import Meeting


def email_members(meeting: Meeting, template: str, *, reason: str = "") -> None:
    """Queue an email to each member of the group who can sign in."""
    members = Membership.objects.current(clock.today()).filter(group=meeting.group_id).order_by().values("person")
    for user in User.objects.filter(is_active=True, person__in=members).order_by("name", "pk"):
        mail.send(
            f"schools/meetings/emails/{template}",
            to=user.email,
            name=user.name,
            group=meeting.group.name,
            meeting=meeting,
            reason=reason,
            link=mail.in_full(meeting.get_absolute_url()),
        )
