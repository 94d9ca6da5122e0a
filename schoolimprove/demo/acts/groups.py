"""Groups and panels of the authority and of a double district, with their members; an officer with an interest."""

from typing import Any

from schoolimprove.accounts.roles import Role
from schoolimprove.demo.cast import holder_of
from schoolimprove.demo.script import Story, StoryEndsError, Verb
from schoolimprove.lib import clock
from schoolimprove.policy.values import policy_value
from schools.groups import actions
from schools.groups.models import Group
from schools.groups.policy import GROUP_KINDS
from schools.register.interests.actions import declare_interest
from schools.register.models.person import Person


def form_group(story: Story, *, kind: str, over: str, name: str, quorum: int = 0) -> None:
    on, school = clock.today(), story.school
    usual = next(each for each in policy_value(GROUP_KINDS, on=on).kinds if each.code == kind)
    said: dict[str, Any] = {
        "kind": kind,
        "name": name,
        "quorum": quorum or usual.quorum,
        "meets": usual.meets,
        "starts_on": on,
    }
    story.add(actions.form_group(by=story.by, on=on, scope={over: getattr(school, over)}, **said))


def add_member(story: Story, *, role: str, capacity: str) -> None:
    on, person = clock.today(), _person(story, Role(role))
    actions.add_member(story.the(Group), person, by=story.by, on=on, capacity=capacity, starts_on=on)


def declare(story: Story, *, kind: str, note: str) -> None:
    on = clock.today()
    person = Person.objects.get(user=story.by)
    declare_interest(person, story.school, by=story.by, on=on, kind=kind, note=note, starts_on=on)


def _person(story: Story, role: Role) -> Person:
    user = story.who(role) or holder_of(role)
    if user is None:
        raise StoryEndsError
    return Person.objects.get(user=user)


VERBS: dict[str, Verb] = {"form group": form_group, "add member": add_member, "declare interest": declare}
