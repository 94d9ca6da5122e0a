"""Tell the person who must act next that work is now theirs: submitted, returned, proposed, given to someone else.

A rule says in its ladder, at the step *asked*, who that is. It is told in the transaction of the verb that hands the
work over, each time it does, and by email as the person chose: at once, or in the daily email. The person who hands
it over is not told of what they did.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection, models

from schoolimprove.accounts.models import User
from schoolimprove.accounts.recipients import How, note_recipient
from schoolimprove.lib import clock

from .models import Deadline, Mailing, Reminder, ReminderChoices
from .models.reminder import Answer, ByMail
from .registry import Audience, Rule, rule_named
from .steps import Step
from .unread import count_unread

_ASKED = """
WITH due AS (SELECT id, subject_kind, subject_id, school_id FROM reminders_deadline WHERE id IN ({keys}))
SELECT deadline_id, user_id, CASE WHEN user_id IS NULL THEN lower(address) ELSE '' END, max(name), min(covered)
FROM ({audience}) AS everybody
WHERE user_id IS NOT NULL OR address <> ''
GROUP BY 1, 2, 3
ORDER BY 1, 2, 3
"""


class _Asked(NamedTuple):
    deadline_id: int
    user_id: int | None
    address: str
    name: str
    covered: int


def hand_over(rules: Sequence[str], *subjects: models.Model, by: User | None, old: User | None = None) -> None:
    """Tell who must act next on these subjects, of each once: by the first of the rules that is open.

    `by` handed the work over; None for a job. What `old` was told of it is settled.
    """
    if not subjects:
        return
    about = {"subject_kind": subjects[0]._meta.label_lower, "subject_id__in": [each.pk for each in subjects]}
    if old is not None:
        settle(old, Reminder.objects.filter(rule__in=rules, **about))
    first: dict[int, Deadline] = {}
    for row in Deadline.objects.open().filter(rule__in=rules, **about):
        held = first.get(row.subject_id)
        if held is None or rules.index(row.rule) < rules.index(held.rule):
            first[row.subject_id] = row
    tell(sorted(first.values(), key=lambda row: (row.rule, row.pk)), by=by)


def settle(user: User, reminders: models.QuerySet[Reminder]) -> None:
    """Take off a person's page what they no longer have to do, since someone else has it now."""
    theirs = reminders.filter(user=user, answer__in=[Answer.NONE, Answer.LATE])
    if theirs.update(answer=Answer.HANDED_ON, because="", answered_at=clock.now()):
        count_unread(User.objects.filter(pk=user.pk))


def tells_of(key: str) -> bool:
    """Return whether anyone is told of work by this rule when it is handed over."""
    rule = rule_named(key)
    return rule is not None and any(rung.step == Step.ASKED for rung in rule.ladder)


def tell(deadlines: Iterable[Deadline], *, by: User | None) -> None:
    """Write a reminder of each deadline to each person asked, and owe the emails of those who want them at once."""
    written: list[Reminder] = []
    for key, group in groupby(deadlines, key=lambda each: each.rule):
        rule = rule_named(key)
        if rule is not None:
            rows = {each.pk: each for each in group}
            written += [_reminder(rule, rows[each.deadline_id], each) for each in _asked(rule, rows, by)]
    if not written:
        return
    users = {each.user_id for each in written if each.user_id}
    choices = {each.user_id: each for each in ReminderChoices.objects.filter(user__in=users)}
    _choose_mail(written, choices)
    Reminder.objects.bulk_create(written)
    count_unread(User.objects.filter(pk__in=users))
    for each in written:
        note_recipient(each.name, _how(each, choices))


def _asked(rule: Rule, rows: Mapping[int, Deadline], by: User | None) -> Iterator[_Asked]:
    """Yield everyone who must act next on each deadline, but the person who handed it over."""
    for rung in rule.ladder:
        if rung.step == Step.ASKED:
            yield from (row for row in _people(rung.audience, sorted(rows)) if by is None or row.user_id != by.pk)


def _people(audience: Audience, keys: Sequence[int]) -> list[_Asked]:
    people, values = audience.told(clock.today())
    sql = _ASKED.format(keys=", ".join(["%s"] * len(keys)), audience=people)
    with connection.cursor() as cursor:
        cursor.execute(sql, [*keys, *values])
        return [_Asked(*row) for row in cursor.fetchall()]


def _reminder(rule: Rule, deadline: Deadline, asked: _Asked) -> Reminder:
    return Reminder(
        rule=rule.key,
        subject_kind=deadline.subject_kind,
        subject_id=deadline.subject_id,
        school_id=deadline.school_id,
        due_on=deadline.due_on,
        working=deadline.working,
        step=Step.ASKED,
        user_id=asked.user_id,
        address=asked.address,
        name=asked.name,
        told_on=clock.today(),
        by_mail=ByMail.HELD if asked.covered else ByMail.DIGEST,
    )


def _choose_mail(written: Sequence[Reminder], choices: Mapping[int, ReminderChoices]) -> None:
    """Owe one email to each person who wants work handed over mailed at once, however much there is."""
    mailings: dict[int, Mailing] = {}
    for each in written:
        chosen = choices.get(each.user_id or 0)
        if each.by_mail == ByMail.DIGEST and chosen is not None and chosen.handed_at_once and not chosen.muted:
            each.by_mail = ByMail.AT_ONCE
            each.mailing = mailings.setdefault(chosen.user_id, _mailing(chosen.user_id))
    for mailing in mailings.values():
        mailing.save(force_insert=True)


def _mailing(user: Any) -> Mailing:
    now = clock.now()
    return Mailing(key=f"handed over {user} {now.isoformat()}", user_id=user, at_once=True, send_at=now)


def _how(told: Reminder, choices: Mapping[int, ReminderChoices]) -> How:
    chosen = choices.get(told.user_id or 0)
    if told.by_mail == ByMail.AT_ONCE:
        return How.AT_ONCE
    muted = told.by_mail == ByMail.HELD or (chosen is not None and chosen.muted)
    return How.TASKS if muted else How.DIGEST
