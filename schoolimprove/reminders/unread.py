"""How many reminders wait to be read, kept beside the user so that every page can say it without asking."""

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from schoolimprove.accounts.models import User

from .models import Reminder


def count_unread(users: QuerySet[User] | None = None) -> int:
    """Counted anew, for these users or for all; how many users' number changed. One statement."""
    waiting = Reminder.objects.newest().open().unread().filter(user=OuterRef("pk")).order_by()
    number = Subquery(waiting.values("user").annotate(number=Count("pk")).values("number"))
    people = User.objects.all() if users is None else users
    return people.exclude(unread_reminders=Coalesce(number, 0)).update(unread_reminders=Coalesce(number, 0))
