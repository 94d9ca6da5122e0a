"""People come, change their name, go and come back."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from schoolimprove.accounts import mail
from schoolimprove.accounts.models import Purpose, SecretLink, User, normalise_email
from schoolimprove.accounts.registry import HandOver, hand_overs, tell_followers
from schoolimprove.accounts.rights import appointments_of, forget_appointments, user_can
from schoolimprove.accounts.roles import ADMIN_SITE_ROLES, Permission
from schoolimprove.records.actor import SYSTEM, Actor
from schoolimprove.records.transition import Blocked, record_event

from .access import end_access
from .emails import require_email
from .links import use_link
from .second_factor import drop_devices

ALREADY_KNOWN = "A person with this email address already has an account."


def invite(*, email: str, name: str, note: str = "", by: Actor) -> User:
    """Make an account without a password, and email a link to set one.

    Raise `Blocked` when the address is taken, or has had too many emails.
    """
    try:
        with transaction.atomic():
            user = User.objects.create_user(normalise_email(email), name=name.strip())
            _send_invitation(user, note, by)
            record_event(user, "invited", by=by, changes={"email": [None, user.email]})
    except IntegrityError as error:
        raise Blocked([ALREADY_KNOWN]) from error
    return user


def invite_again(user: User, *, note: str = "", by: Actor) -> None:
    """Email a new link to a person who has not accepted, and void the earlier one. Raise `Blocked` when it cannot."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not locked.is_active or locked.has_usable_password():
            raise Blocked([f"{locked} does not have an invitation that you can send again."])
        _send_invitation(locked, note, by)
        record_event(locked, "invited again", by=by)


def _send_invitation(user: User, note: str, by: Actor) -> None:
    require_email(user.email)
    token = SecretLink.objects.issue(Purpose.INVITATION, user)
    mail.send(
        "accounts/emails/invitation",
        to=user.email,
        name=user.name,
        inviter=str(by.user) if by.user else "",
        note=note.strip(),
        link=mail.address_of("accounts:invitation", token),
    )


def accept_invitation(token: str, password: str) -> User:
    """Set the first password; of two people with one link the second gets `LinkSpent`."""
    with transaction.atomic():
        user = use_link(Purpose.INVITATION, token).user
        user.set_password(password)
        user.save(update_fields=["password"])
        SecretLink.objects.void(user)
        record_event(user, "accepted the invitation", by=Actor(user))
    return user


def rename(user: User, name: str, *, by: Actor) -> None:
    """Correct how a person is called."""
    before, user.name = user.name, name.strip()
    if before == user.name:
        return
    with transaction.atomic():
        user.save(update_fields=["name"])
        record_event(user, "renamed", by=by, changes={"name": [before, user.name]})
        tell_followers(user, by=by)


def blockers_to_deactivating(user: User, *, by: Actor) -> list[str]:
    """Why this person cannot be deactivated, as sentences."""
    reasons = []
    if not user.is_active:
        reasons.append(f"{user} is already deactivated.")
    if user.pk == by.user_id:
        reasons.append("You cannot deactivate yourself. Ask another system administrator.")
    return reasons


def deactivate(user: User, *, by: Actor, on: date, reason: str, hand_over_to: Mapping[str, str] | None = None) -> None:
    """Take away somebody's way in and hand over what they hold.

    `hand_over_to` maps a hand-over's key to the chosen candidate; what has no choice ends. `Blocked` with reasons.
    """
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if reasons := [*blockers_to_deactivating(locked, by=by), *_unsettled(locked, hand_over_to or {}, on)]:
            raise Blocked(reasons)
        for hook in hand_overs:
            if hook.held_by(locked, on=on):
                to = (hand_over_to or {}).get(hook.key, "")
                hook.hand_over(locked, to=to, by=by, on=on, reason=reason)
        User.objects.filter(pk=locked.pk).update(is_active=False, is_staff=False)
        locked.end_sessions()
        end_access(locked, by=by)
        record_event(locked, "deactivated", by=by, reason=reason, changes={"is_active": [True, False]})
    user.refresh_from_db()
    forget_appointments(user)


def _unsettled(user: User, chosen: Mapping[str, str], on: date) -> list[str]:
    return [
        f"Select who takes over {hook.label.lower()}."
        for hook in hand_overs
        if not _is_settled(hook, user, chosen.get(hook.key, ""), on)
    ]


def _is_settled(hook: HandOver, user: User, choice: str, on: date) -> bool:
    if not hook.held_by(user, on=on):
        return True
    if not choice:
        return bool(hook.end_label)
    return choice in {value for value, _label in hook.candidates(user, on=on)}


def reactivate(user: User, *, by: Actor, reason: str) -> None:
    """Let somebody back: by a fresh invitation, since neither the old password nor the old telephone is trusted."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.is_active:
            raise Blocked([f"{locked} is not deactivated."])
        locked.is_active = True
        locked.set_unusable_password()
        locked.save(update_fields=["is_active", "password"])
        drop_devices(locked)
        _send_invitation(locked, "", by)
        record_event(locked, "reactivated", by=by, reason=reason, changes={"is_active": [False, True]})
        sync_staff(locked)
    user.refresh_from_db()


def blockers_to_taking_superuser(user: User, *, by: Actor) -> list[str]:
    """Why this account cannot lose the right of a superuser, as sentences."""
    reasons = []
    if not user.is_superuser:
        reasons.append(f"{user} is not a superuser.")
    if by.user is None or not user_can(by.user, Permission.MANAGE_PEOPLE):
        reasons.append(
            "You do not have an appointment as a system administrator. Give yourself one first, so that there is still "
            "a person who can manage accounts."
        )
    return reasons


def take_superuser(user: User, *, by: Actor, reason: str) -> None:
    """End the right of the first day; what the person may do comes from appointments alone. `Blocked` with reasons."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if reasons := blockers_to_taking_superuser(locked, by=by):
            raise Blocked(reasons)
        locked.is_superuser = False
        locked.save(update_fields=["is_superuser"])
        record_event(
            locked, "superuser’s right taken away", by=by, reason=reason, changes={"is_superuser": [True, False]}
        )
        sync_staff(locked)
    user.refresh_from_db()


def sync_staff(user: User) -> bool:
    """Let `is_staff` follow the appointments held today; whether it changed. For whoever changes appointments."""
    forget_appointments(user)
    entitled = user.is_active and (
        user.is_superuser or any(held.role in ADMIN_SITE_ROLES for held in appointments_of(user))
    )
    changed = User.objects.filter(pk=user.pk).exclude(is_staff=entitled).update(is_staff=entitled)
    user.is_staff = entitled
    if changed:
        record_event(user, "admin site", by=SYSTEM, changes={"is_staff": [not entitled, entitled]})
    return bool(changed)


def last_invited_at(user: User) -> datetime | None:
    """When the newest invitation was sent."""
    return SecretLink.objects.filter(user=user, purpose=Purpose.INVITATION).values_list("created_at", flat=True).first()
