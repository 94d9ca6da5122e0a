"""Stories and the teller: each story is a generator that yields the day on which it goes on."""

import heapq
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import count

from schoolimprove.lib import clock

Story = Iterator[date]

_OPENS, _BETWEEN = time(8, 30), timedelta(minutes=7)


class Teller:
    """Tells every story in the order of its days, living on the day of each act.

    What would happen on `today` or later has not happened: the story stops there, in whatever state it is.
    """

    def __init__(self, today: date) -> None:
        self._today = today
        self._turn = count()
        self._waiting: list[tuple[date, int, Story]] = []
        self._moment = datetime.min.replace(tzinfo=clock.LONDON)

    def add(self, story: Story) -> None:
        self._go_on(story)

    def tell(self) -> None:
        while self._waiting:
            day, _turn, story = heapq.heappop(self._waiting)
            with clock.at(self._next_moment(day)):
                self._go_on(story)

    def _go_on(self, story: Story) -> None:
        """Up to where the story next waits for a day; each keeps its place among those of the same day."""
        day = next(story, None)
        if day is not None and day < self._today:
            heapq.heappush(self._waiting, (day, next(self._turn), story))

    def _next_moment(self, day: date) -> datetime:
        """Some minutes after the last act of the day."""
        opens = datetime.combine(day, _OPENS, clock.LONDON)
        self._moment = max(opens, self._moment + _BETWEEN) if self._moment.date() == day else opens
        return self._moment
