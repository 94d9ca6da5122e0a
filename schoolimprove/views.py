"""Pages that belong to no app: home, the authority's stylesheet, and the texts of the footer."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView

from schoolimprove.accounts.moves import Barred
from schoolimprove.accounts.rights import appointments_of, in_words, user_can
from schoolimprove.accounts.roles import ROLES_AHEAD, Permission
from schoolimprove.accounts.session import here_before
from schoolimprove.context import own_authority
from schoolimprove.guides import accessibility, retention
from schoolimprove.guides.cookies import cookies
from schoolimprove.guides.glossary import WORDS
from schoolimprove.guides.topics import BY_SLUG, TOPICS, Topic, topics_for
from schoolimprove.lib import clock
from schoolimprove.reminders.todo import tasks_of
from schoolimprove.ui.colour import authority_css
from schoolimprove.ui.components import Column, Fact, Table
from schoolimprove.ui.registry import dates_for, news_for, notices_for
from schools.home.watchlist import schools_at_home

SHOWN_SCHOOLS = 10
SHOWN_NEWS = 8
SHOWN_TASKS = 20
"""The most urgent; `?all` shows the others too."""
LATELY = timedelta(days=14)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say why somebody who holds the permission may not do this all the same, where the thing has said so."""
    why = str(exception) if isinstance(exception, Barred) else ""
    return render(request, "403.html", {"why": why}, status=403)


def home(request: HttpRequest) -> HttpResponse:
    """The user's tasks, the dates they should know, what others did since they were last here, and their schools."""
    user, today = request.user, clock.today()
    held = appointments_of(user)
    tasks, reads = tasks_of(user, today), user_can(user, Permission.VIEW_SCHOOL)
    asked = {each.url for task in tasks for each in (task, *task.parts)} - {""}
    context = {
        "page_title": "Home",
        "heading": f"Hello, {user}",
        "notices": notices_for(user, today),
        "tasks": tasks if "all" in request.GET else tasks[:SHOWN_TASKS],
        "number_of_tasks": len(tasks),
        "ahead": [ROLES_AHEAD[role] for role in sorted({each.role for each in held}) if role in ROLES_AHEAD],
        "late": sum(task.overdue for task in tasks),
        "dates": [each for each in dates_for(user, today) if each.url not in asked],
        "appointments": in_words(held),
        "reads_schools": reads,
        **(_schools(user, today) if reads else {}),
        **_news(request),
    }
    return render(request, "home.html", context)


def _news(request: HttpRequest) -> dict[str, Any]:
    """What is new since one was here before, and what else there was lately: whoever comes back soon misses nothing."""
    before, lately = here_before(request.session), clock.now() - LATELY
    news = news_for(request.user, min(before or lately, lately), most=SHOWN_NEWS)
    since = before or lately
    return {
        "here_before": before,
        "news": [event for event in news if event.when > since],
        "news_before": [event for event in news if event.when <= since],
    }


def _schools(user: Any, today: date) -> dict[str, Any]:
    """The schools that wait longest for a visit, where there are few enough to look through; and those watched."""
    schools = schools_at_home(user, today)
    shown = schools.listed[:SHOWN_SCHOOLS]
    return {
        "schools": shown,
        "number_of_schools": schools.number,
        "more_schools": len(shown) < schools.number,
        "sees_visits": user_can(user, Permission.VIEW_SHARED_RECORD),
        "watched": schools.watched,
    }


@login_not_required
@cache_control(public=True, max_age=300)
def authority_stylesheet(_request: HttpRequest) -> HttpResponse:
    """The authority's colour as a stylesheet, since it is data and inline styles are not allowed."""
    return HttpResponse(authority_css(own_authority()["colour"]), content_type="text/css; charset=utf-8")


@method_decorator(login_not_required, name="dispatch")
class FooterPage(TemplateView):
    """Privacy, and the pages that add to what this shows; anybody may read them."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        whom = {
            "contact": settings.CONTACT,
            "data_protection_contact": settings.DATA_PROTECTION_CONTACT,
            "retention_schedule_url": settings.RETENTION_SCHEDULE_URL,
        }
        return super().get_context_data(**whom, **kwargs)


class Accessibility(FooterPage):
    template_name = "pages/accessibility.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        measured = accessibility.measured()
        return super().get_context_data(measured=measured, checks=_checks(measured), **kwargs)


def _checks(measured: accessibility.Measured) -> list[Fact]:
    """How it was checked, in the statement's words."""
    not_opened = f"{len(measured.not_opened)}: the test data did not include their state"
    sideways = "for sideways scrolling; the smaller width is the desktop window at 400%"
    return [
        Fact("Tested on", measured.tested_on),
        Fact("Pages", f"{len(measured.pages)} opened, each as a user who works with it"),
        *([Fact("Pages not opened", not_opened)] if measured.not_opened else []),
        Fact("Rules", f"{measured.rules} of axe {measured.axe}: {', '.join(measured.tags)}; none switched off"),
        Fact("Browser", f"Chromium {measured.browser}, {measured.width} pixels wide"),
        Fact("Forms in error", f"{len(measured.in_error)} pages, sent empty or with errors"),
        Fact("Empty lists", f"{len(measured.nothing_found)} lists, filtered so that nothing matches"),
        Fact("With the keyboard", "On each page the Tab key reaches everything, and you can see what has the focus"),
        Fact("Without JavaScript", "Each page has the same heading, links, fields and send buttons"),
        Fact("Small or magnified", f"Each page at {measured.narrow} and {measured.smallest} pixels, {sideways}"),
        Fact("Found", "Nothing" if measured.is_clean else f"{len(measured.findings) + len(measured.sideways)}"),
    ]


class Retention(FooterPage):
    template_name = "pages/retention.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        gone = Table(
            "What we delete automatically", [Column("What"), Column("When")], retention.gone(), caption_hidden=True
        )
        kept = Table(
            "What the authority decides",
            [Column("What"), Column("What happens to it")],
            retention.kept(),
            caption_hidden=True,
        )
        return super().get_context_data(gone=gone, kept=kept, **kwargs)


class Cookies(FooterPage):
    template_name = "pages/cookies.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kept = [(cookie.name, cookie.purpose, cookie.lasts) for cookie in cookies()]
        columns = [Column("Cookie"), Column("What it is for"), Column("How long it lasts")]
        table = Table("Cookies of this service", columns, kept)
        return super().get_context_data(cookies=table, number=len(kept), **kwargs)


class Help(FooterPage):
    """The contents of help, what is about one's own roles first."""

    template_name = "pages/help.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = {each.role for each in appointments_of(self.request.user)} if self.request.user.is_authenticated else ()
        return super().get_context_data(topics=TOPICS, yours=topics_for(held), **kwargs)


class HelpTopic(FooterPage):
    def get_template_names(self) -> list[str]:
        return [self._topic.template_name]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**{**kwargs, **_back_to_help(), "topic": self._topic})

    @property
    def _topic(self) -> Topic:
        return BY_SLUG[self.kwargs["topic"]]


class Glossary(FooterPage):
    template_name = "pages/glossary.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(words=WORDS, **_back_to_help(), **kwargs)


def _back_to_help() -> dict[str, str]:
    return {"back_url": reverse("help"), "back_label": "Help"}
