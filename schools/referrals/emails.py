"""Email to those who keep a group, when a school is referred to it. It names no school."""

from schoolimprove.accounts import mail
from schoolimprove.accounts.models import User
from schoolimprove.accounts.rights import user_can
from schoolimprove.accounts.roles import Permission, roles_with
from schools.referrals.models import Referral
from schools.register.scope import covering


def email_keepers(referral: Referral) -> None:
    """Queue an email to each person who keeps the group and may act at the school."""
    posts = covering(referral.school, roles=roles_with(Permission.KEEP_GROUPS)).order_by()
    for user in User.objects.filter(is_active=True, person__in=posts.values("person")).order_by("name", "pk"):
        if user_can(user, Permission.KEEP_GROUPS, on=referral.group):
            mail.send(
                "schools/referrals/emails/referral_sent",
                to=user.email,
                name=user.name,
                group=referral.group.name,
                urgent=referral.urgent,
                link=mail.in_full(referral.get_absolute_url()),
            )
