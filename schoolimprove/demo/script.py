"""The loader of the script: it reads the acts of all chapters and walks them in order through the real verbs.

A chapter is a module of `acts/` beside a TOML file of the same name. The file tells stories, which are acts:

    [[story]]
    school = "Priory Lane Primary School"
    held = "school -15"
    acts = [{ day = -3, by = "dsim", verb = "approve" }]

The module says in `VERBS` which function each verb is; a function `stories`, if it has one, yields further stories.
Another app brings a chapter by adding these two files.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from django.db.models import Model

from schoolimprove.accounts.models import User
from schoolimprove.accounts.roles import SCHOOL_ROLES, Role
from schoolimprove.lib import clock
from schools.models import School

from .cast import Cast, holder_of
from .days import Days

ACTS = Path(__file__).with_name("acts")
OPENS, BETWEEN = time(8, 30), timedelta(minutes=7)
M = TypeVar("M", bound=Model)
Verb = Callable[..., None]


class StoryEndsError(Exception):
    """What a story needs is not there on this day of the year, so that the rest of it does not happen."""


class Story:
    """One story with what a verb may ask of it: the school, who acts, and what earlier acts have made."""

    def __init__(self, told: Mapping[str, Any], days: Days) -> None:
        self.told, self.days = told, days
        self.optional: bool = told.get("optional", False)
        """Acts are left out for which the school has nobody who signs in."""
        self.over = False
        self.known: dict[str, date] = dict(told.get("known", {}))
        if "held" in told:
            self.known["held"] = self.day(told["held"])
        self.cast: Cast
        self.by: User
        self._made: dict[type[Model], Any] = {}
        self._people: dict[Role, User | None] = {}

    def day(self, written: int | str, *, school: bool = True) -> date:
        return self.days.day(written, school=school, **self.known)

    @property
    def held_on(self) -> date:
        """The day on which the visit of the story is held."""
        return self.known["held"]

    @cached_property
    def school(self) -> School:
        schools = School.objects.select_related("district__double_district", "authority")
        return schools.get(name=self.told["school"])

    def add(self, obj: Model) -> None:
        self._made[type(obj)] = obj.pk

    def has(self, model: type[Model]) -> bool:
        return model in self._made

    def the(self, model: type[M], *related: str) -> M:
        """Return the object of the story, as it is now."""
        if model not in self._made:
            raise StoryEndsError
        return model._default_manager.select_related(*related).get(pk=self._made[model])

    def who(self, role: Role) -> User | None:
        """Return who holds the role for the school of the story, and signs in; it is asked once in a story."""
        if role not in self._people:
            self._people[role] = self._who(role)
        return self._people[role]

    def _who(self, role: Role) -> User | None:
        if "school" not in self.told:
            return holder_of(role)
        school = self.school
        if role in SCHOOL_ROLES or role == Role.SIP:
            return holder_of(role, school=school)
        district = school.district
        if role == Role.EIP:
            return holder_of(role, district=district)
        if role in (Role.DSIM, Role.DISTRICT_ADMINISTRATOR):
            return holder_of(role, double_district=district.double_district if district else None)
        return holder_of(role, authority=school.authority)


@dataclass(frozen=True)
class ScriptedAct:
    """`by` are roles, of which the first acts that somebody holds; nobody is named where the system acts."""

    story: Story
    day: date
    at: time
    verb: str
    by: tuple[Role, ...]
    said: Mapping[str, Any]

    def happen(self, verbs: Mapping[str, Verb]) -> None:
        if self.story.over:
            return
        try:
            if self._has_somebody():
                verbs[self.verb](self.story, **self.said)
        except StoryEndsError:
            self.story.over = True

    def _has_somebody(self) -> bool:
        people = (self.story.who(role) for role in self.by)
        person = next((person for person in people if person), None)
        if person is not None:
            self.story.by = person
        elif self.by and not self.story.optional:
            raise LookupError(f"On {self.day} nobody signs in as {self.by[0]} to {self.verb}: {self.story.told}.")
        return person is not None or not self.by


class Script:
    """All acts that happen before the office opens on `today`; what is told of later days has not happened."""

    def __init__(self, days: Days, chapters: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        self.verbs: dict[str, Verb] = {}
        self.stories: list[Story] = []
        told = chapters if chapters is not None else {name: read(name) for name in names()}
        modules = {name: import_module(f"{__package__}.acts.{name}") for name in told}
        for name, chapter in told.items():
            self.verbs |= modules[name].VERBS
            self.stories += [Story(each, days) for each in chapter["story"]]
        for name, chapter in told.items():
            if hasattr(modules[name], "stories"):
                self.stories += [Story(each, days) for each in modules[name].stories(chapter, days, self.stories)]
        acts = (act for story in self.stories for act in acts_of(story))
        begun = (act for act in acts if (act.day, act.at) < (days.today, OPENS))
        self.acts = sorted(begun, key=lambda act: (act.day, act.at))

    def play(self, cast: Cast) -> None:
        """Live at the moment of each act: an act without a time comes some minutes after the last one of its day."""
        moment = datetime.min.replace(tzinfo=clock.LONDON)
        for act in self.acts:
            opens = datetime.combine(act.day, act.at, clock.LONDON)
            moment = max(opens, moment + BETWEEN) if moment.date() == act.day else opens
            act.story.cast = cast
            with clock.at(moment):
                act.happen(self.verbs)


def names() -> list[str]:
    """Return the chapters in the order of their names, which is that of their acts on the same day."""
    return sorted(path.stem for path in ACTS.glob("*.py") if path.stem != "__init__")


def read(chapter: str) -> dict[str, Any]:
    return tomllib.loads((ACTS / f"{chapter}.toml").read_text("utf-8"))


def acts_of(story: Story) -> Iterator[ScriptedAct]:
    for written in story.told["acts"]:
        said = dict(written)
        days, verb, by, at = said.pop("day"), said.pop("verb"), said.pop("by", ()), said.pop("at", OPENS)
        roles = tuple(map(Role, [by] if isinstance(by, str) else by))
        for day in days if isinstance(days, list) else [days]:
            at_school = bool(roles) and roles[0] in SCHOOL_ROLES
            yield ScriptedAct(story, story.day(day, school=at_school), at, verb, roles, said)
