"""Logs: one JSON object a line in production, readable lines in a demonstration or a checkout.

No personal data: users are numbers, addresses go without their query, secrets in addresses are left out, and the
rows a database quotes in its errors are dropped.
"""

import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from pythonjsonlogger.json import JsonFormatter

from schoolimprove.lib import context

serving: ContextVar[HttpRequest | None] = ContextVar("serving", default=None)

_SECRET = re.compile(r"(?<![\w=:-])(?=[a-z_=:-]*[0-9A-Z])[\w=:-]{20,}", re.ASCII)
_QUOTED_ROW = re.compile(r"^DETAIL: .*\n?", re.MULTILINE)


def without_secrets(path: str) -> str:
    """`path` with every part that looks like a secret (long, with a digit or a capital) replaced."""
    return _SECRET.sub("[secret]", path)


def known_user(request: HttpRequest | None) -> str | None:
    """The key of who is signed in, if the request has already found out: logging must not cause a query."""
    session = getattr(request, "session", None)
    # Not `session.get`: it would load a session nobody asked for, and load it again while a failing load is logged.
    loaded = vars(session).get("_session_cache") if session is not None else None
    return str(loaded[SESSION_KEY]) if loaded and SESSION_KEY in loaded else None


class ContextFilter(logging.Filter):
    """Adds the request id and the user's number; takes secrets out of addresses that Django logs."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = context.request_id.get() or None
        record.user = known_user(serving.get())
        if isinstance(record.args, tuple):
            record.args = tuple(_cleaned(argument) for argument in record.args)
        # Django attaches the whole request to its records; it is not for printing.
        record.__dict__.pop("request", None)
        return True


def _cleaned(argument: object) -> object:
    return without_secrets(argument) if isinstance(argument, str) and argument.startswith("/") else argument


class _WithoutRows(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        return _QUOTED_ROW.sub("", super().formatException(ei))


class JsonLines(_WithoutRows, JsonFormatter):
    """One JSON object a line, its time in UTC."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class ReadableLines(_WithoutRows):
    """Time, level, request, logger, message. A message is one line; lines of a traceback are indented.

    An address may hold a line break: what comes after it would otherwise read as a line of ours.
    """

    def format(self, record: logging.LogRecord) -> str:
        record.short_id = (getattr(record, "request_id", None) or "-")[:8]
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        return _printable(super().formatMessage(record))

    def formatException(self, ei: Any) -> str:
        return _indented(super().formatException(ei))

    def formatStack(self, stack_info: str) -> str:
        return _indented(super().formatStack(stack_info))


def _printable(text: str) -> str:
    """Return the text with what breaks a line, or steers a terminal, written as an escape."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _indented(text: str) -> str:
    return "\n".join(f"    {_printable(line)}" for line in text.split("\n"))


def logging_configuration(*, as_json: bool, level: str) -> dict[str, Any]:
    """The `dictConfig` of every process: web, worker, beat and commands."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"context": {"()": ContextFilter}},
        "formatters": {
            "json": {
                "()": JsonLines,
                "fmt": "{asctime}{levelname}{name}{message}{request_id}{user}",
                "style": "{",
                "rename_fields": {"asctime": "time", "levelname": "level", "name": "logger"},
            },
            "readable": {
                "()": ReadableLines,
                "fmt": "{asctime} {levelname:7} {short_id} {name}: {message}",
                "style": "{",
                "datefmt": "%H:%M:%S",
            },
        },
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "readable",
                "filters": ["context"],
            }
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Its own handlers mail the administrators; ours is the only way out.
            "django": {"handlers": [], "propagate": True, "level": "INFO"},
            # What was refused is in the access line already.
            "django.request": {"level": "ERROR"},
            "django.security": {"handlers": [], "propagate": True},
            "django.server": {"handlers": [], "propagate": True},
            "gunicorn.error": {"handlers": [], "propagate": True, "level": "INFO"},
            "gunicorn.access": {"handlers": [], "propagate": False},
            # Both name the addresses people sign in or are written to with.
            "axes": {"level": "ERROR"},
            "post_office": {"level": "WARNING"},
            # Each records every font it subsets.
            "fontTools": {"level": "WARNING"},
            "weasyprint": {"level": "ERROR"},
        },
    }
