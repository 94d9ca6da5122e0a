"""The settings under each way of running, read from a folder without a `.env`."""

import os
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.processes import PATIENCE

from .test_documents import ROOT, names_told_of

PRODUCTION = {
    "SECRET_KEY": "9lZ0kq7-a-long-key-of-a-test-which-protects-nothing-4f5X_2",
    "SITE_URL": "https://school-improvement.example.gov.uk",
    "DATABASE_URL": "postgres://u:p@db.example.gov.uk:5432/schoolimprove",
    "REDIS_URL": "redis://redis.example.gov.uk:6379/0",
    "EMAIL_URL": "submission://u:p@mail.example.gov.uk:587",
    "DEFAULT_FROM_EMAIL": "School improvement <si@example.gov.uk>",
}
ReadSettings = Callable[[dict[str, str]], dict[str, Any]]


@pytest.fixture
def settings_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReadSettings:
    """Runs a copy of the settings that lies where no `.env` is, in exactly the environment given."""
    copy = tmp_path / "schoolimprove" / "settings.py"
    copy.parent.mkdir()
    shutil.copy(ROOT / "schoolimprove" / "settings.py", copy)

    def read(environment: dict[str, str]) -> dict[str, Any]:
        for name in names_told_of():
            monkeypatch.delenv(name, raising=False)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        return runpy.run_path(str(copy))

    return read


def refusal(read: ReadSettings, environment: dict[str, str]) -> str:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(environment)
    return str(refused.value)


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_refuses_to_start_without_a_variable_it_needs(settings_of: ReadSettings, name: str) -> None:
    told = refusal(settings_of, {other: value for other, value in PRODUCTION.items() if other != name})
    assert told.startswith(f"{name} is not set. ")
    assert len(told) > len(f"{name} is not set. ") + 20, "no remedy"


def test_the_example_environment_starts_once_its_gap_is_filled(settings_of: ReadSettings) -> None:
    lines = re.findall(r"^([A-Z_]+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert {name for name, value in lines if not value} == {"SECRET_KEY", "POSTGRES_PASSWORD"}
    filled = settings_of({**dict(lines), "SECRET_KEY": PRODUCTION["SECRET_KEY"]})
    assert (filled["PRODUCTION"], filled["EMAIL_PORT"]) == (True, 25)


def test_production_is_what_runs_when_nothing_is_asked_for(settings_of: ReadSettings) -> None:
    assert "is not set" in refusal(settings_of, {})


def test_production_refuses_an_embedded_database(settings_of: ReadSettings) -> None:
    told = refusal(settings_of, {**PRODUCTION, "DATABASE_URL": "sqlite:////srv/db.sqlite3"})
    assert told.startswith("DATABASE_URL must name a PostgreSQL database")


def test_a_demonstration_refuses_to_start_beside_a_kept_database(settings_of: ReadSettings) -> None:
    told = refusal(settings_of, {"DEMO": "1", "DATABASE_URL": PRODUCTION["DATABASE_URL"]})
    assert told.startswith("DEMO=1 and DATABASE_URL are both set")
    assert "Unset DATABASE_URL" in told


def test_production_is_served_over_https_only(settings_of: ReadSettings) -> None:
    production = settings_of(PRODUCTION)
    flags = ("SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_INCLUDE_SUBDOMAINS")
    assert [production[flag] for flag in flags] == [True] * 4
    assert production["SECURE_HSTS_SECONDS"] == 31_536_000
    assert not production["DEBUG"]


def test_a_browser_takes_productions_cookies_from_nobody_else(settings_of: ReadSettings) -> None:
    production = settings_of(PRODUCTION)
    assert [production[f"{cookie}_COOKIE_NAME"] for cookie in ("SESSION", "CSRF", "KNOWN_BROWSER")] == [
        "__Host-sessionid",
        "__Host-csrftoken",
        "__Host-knownbrowser",
    ]
    assert not any(production.get(f"{cookie}_COOKIE_{part}") for cookie in ("SESSION", "CSRF") for part in ("DOMAIN",))
    assert settings_of({**PRODUCTION, "HTTPS": "0"})["SESSION_COOKIE_NAME"] == "sessionid"


def test_what_the_databases_address_asks_of_the_connection_is_kept(settings_of: ReadSettings) -> None:
    asked = f"{PRODUCTION['DATABASE_URL']}?sslmode=verify-full&sslrootcert=/etc/ssl/county.pem"
    options = settings_of({**PRODUCTION, "DATABASE_URL": asked})["DATABASES"]["default"]["OPTIONS"]
    usual = {"connect_timeout": 5, "options": "-c jit=off"}
    assert options == {**usual, "sslmode": "verify-full", "sslrootcert": "/etc/ssl/county.pem"}
    assert settings_of(PRODUCTION)["DATABASES"]["default"]["OPTIONS"] == usual
    told = settings_of({**PRODUCTION, "PGOPTIONS": "-c statement_timeout=60s"})["DATABASES"]["default"]["OPTIONS"]
    assert told["options"] == "-c statement_timeout=60s -c jit=off"


def test_stolen_passwords_are_refused_where_their_list_is_named(settings_of: ReadSettings, tmp_path: Path) -> None:
    listed = tmp_path / "stolen.txt"
    told = refusal(settings_of, {**PRODUCTION, "STOLEN_PASSWORDS": str(listed)})
    assert told == f"STOLEN_PASSWORDS is {str(listed)!r}, but there is no such file."
    listed.write_text("correct horse battery\n")
    validators = settings_of({**PRODUCTION, "STOLEN_PASSWORDS": str(listed)})["AUTH_PASSWORD_VALIDATORS"]
    assert validators[-1]["OPTIONS"] == {"path": str(listed)}
    assert len(validators) == len(settings_of(PRODUCTION)["AUTH_PASSWORD_VALIDATORS"]) + 1


def test_production_trusts_forwarded_headers_only_behind_a_proxy(settings_of: ReadSettings) -> None:
    assert settings_of(PRODUCTION)["SECURE_PROXY_SSL_HEADER"] is None
    behind = settings_of({**PRODUCTION, "BEHIND_PROXY": "1"})
    assert behind["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")


def test_production_answers_to_its_own_address(settings_of: ReadSettings) -> None:
    production = settings_of({**PRODUCTION, "ALLOWED_HOSTS": "other.example.gov.uk"})
    assert production["ALLOWED_HOSTS"][:2] == ["school-improvement.example.gov.uk", "other.example.gov.uk"]
    assert production["CSRF_TRUSTED_ORIGINS"] == ["https://school-improvement.example.gov.uk"]
    assert "*" not in production["ALLOWED_HOSTS"]


def test_a_message_comes_back_only_after_its_task_was_given_up(settings_of: ReadSettings) -> None:
    production = settings_of(PRODUCTION)
    assert production["CELERY_BROKER_URL"] == PRODUCTION["REDIS_URL"]
    assert production["CELERY_TASK_TIME_LIMIT"] < production["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"]


def test_the_content_security_policy_allows_nothing_inline_and_nobody_else(settings_of: ReadSettings) -> None:
    directives = settings_of(PRODUCTION)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    allowed = {source for sources in directives.values() for source in sources}
    assert allowed == {"'none'", "'self'", "data:"}
    assert [name for name, sources in directives.items() if "data:" in sources] == ["img-src"]


def test_passwords_are_kept_with_argon2(settings_of: ReadSettings) -> None:
    assert settings_of(PRODUCTION)["PASSWORD_HASHERS"][0] == "django.contrib.auth.hashers.Argon2PasswordHasher"


def test_a_demonstration_needs_nothing_and_sends_nothing(settings_of: ReadSettings) -> None:
    demo = settings_of({"DEMO": "1", "DEBUG": "1"})
    assert demo["DATABASES"]["default"]["ENGINE"] == "django.db.backends.sqlite3"
    assert demo["CELERY_BROKER_URL"] == "filesystem://"
    assert demo["POST_OFFICE"]["CELERY_ENABLED"] is False
    assert "post_office" not in str(demo["CELERY_BEAT_SCHEDULE"])
    assert not demo["SECURE_SSL_REDIRECT"]
    assert not demo["DEBUG"], "errors in full are for developers, not for guests"


def test_a_checkout_waits_for_its_turn_on_the_embedded_database(settings_of: ReadSettings) -> None:
    options = settings_of({"DEBUG": "1"})["DATABASES"]["default"]["OPTIONS"]
    assert (options["transaction_mode"], options["timeout"]) == ("IMMEDIATE", 20)
    assert "journal_mode=WAL" in options["init_command"]


def test_no_request_is_one_big_transaction(settings_of: ReadSettings) -> None:
    assert not settings_of(PRODUCTION)["DATABASES"]["default"].get("ATOMIC_REQUESTS")


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    # The tests that drive a browser set the last one, for this process and those it starts.
    unwanted = {*names_told_of(), "DJANGO_ALLOW_ASYNC_UNSAFE"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    # Both stated, so that a developer's own `.env` changes neither.
    environment = {"DEBUG": "0", "DEMO": "0", "DJANGO_SETTINGS_MODULE": "schoolimprove.settings", **environment}
    command = [sys.executable, "-W", "error", "manage.py", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env={**kept, **environment}, capture_output=True, text=True, timeout=PATIENCE
    )


def test_the_deployment_check_of_django_finds_nothing() -> None:
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout == "System check identified no issues (0 silenced).\n"


def test_a_command_tells_the_remedy_instead_of_a_traceback() -> None:
    refused = manage("check", **{**PRODUCTION, "SITE_URL": "nowhere"})
    assert refused.returncode == 1
    assert refused.stderr.startswith("SITE_URL is not an address of http or https. Set it to ")
    assert refused.stderr.count("\n") == 1
