"""How many reminders wait to be read, kept beside the user so that every page can say it without asking."""

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from schoolimprove.accounts.models import User

from .models import Reminder


def count_unread(users: QuerySet[User] | None = None) -> int:
    """Counted anew, for these users or for all; how many users' number changed. One statement."""
    waiting = Reminder.objects.unread().open().filter(user=OuterRef("pk")).order_by()
    number = Subquery(waiting.values("user").annotate(number=Count("pk")).values("number"))
    people = User.objects.all() if users is None else users
    counted = people.annotate(counted=Coalesce(number, 0)).filter(~Q(unread_reminders=Coalesce(number, 0)))
    return counted.update(unread_reminders=Coalesce(number, 0))
