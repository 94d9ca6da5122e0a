"""Whoever was told by an address and now signs in with it is told as a user from now on, and nothing over again."""

from django.db.models import CharField, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Lower

from schoolimprove.accounts.models import User

from .models import Mailing, Reminder
from .models.mailing import MailingState


def know_by_account() -> int:
    """Give reminders, and emails that are owed, to the accounts their addresses have become; how many reminders."""
    accounts = User.objects.filter(is_active=True).annotate(lower=Lower("email")).filter(lower=OuterRef("address"))
    account = Subquery(accounts.order_by("pk").values("pk")[:1])
    told = Reminder.objects.filter(
        rule=OuterRef("rule"),
        subject_kind=OuterRef("subject_kind"),
        subject_id=OuterRef("subject_id"),
        due_on=OuterRef("due_on"),
        step=OuterRef("step"),
        user__email__iexact=OuterRef("address"),
    )
    by_address = Q(user__isnull=True) & Q(Exists(accounts.order_by()))
    Mailing.objects.filter(by_address, state=MailingState.WAITING).update(user_id=account, address=Value(""))
    theirs = Reminder.objects.filter(by_address, ~Q(Exists(told.order_by())))
    return theirs.update(user_id=account, address=Value("", output_field=CharField()))
