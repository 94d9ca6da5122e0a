"""What schools puts on the home page, among a school's tabs and in its chronology."""

from schoolimprove.ui.registry import (
    DatesPanel,
    NewsPanel,
    NoticePanel,
    dates_panels,
    news_panels,
    notice_panels,
)
from schools.home.installing import notices_of_installation
from schools.home.news import news_about_schools
from schools.home.people_dates import dates_about_people
from schools.imports.todo import dates_about_files
from schools.oversight.upcoming import dates_about_schools
from schools.register import tabs
from schools.register.people.cover import notices_of_cover


def register() -> None:
    """Called once, when the app is ready."""
    dates_panels.register(DatesPanel("schools", 10, dates_about_schools))
    dates_panels.register(DatesPanel("people", 20, dates_about_people))
    dates_panels.register(DatesPanel("files", 30, dates_about_files))
    news_panels.register(NewsPanel("schools", 10, news_about_schools))
    notice_panels.register(NoticePanel("installing", 5, notices_of_installation))
    notice_panels.register(NoticePanel("cover", 10, notices_of_cover))
    tabs.register_own()
