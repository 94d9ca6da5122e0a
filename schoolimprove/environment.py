"""Reading the environment: every value typed, every refusal with its remedy."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError, EnvNotSetError, EnvValidationError


class Environment:
    """Variables of the process, then of the `.env` file, which never overrides a variable that is set.

    Without a default a variable is required. `remedy` is the sentence that follows what is wrong.
    """

    def __init__(self, dotenv: Path) -> None:
        self._env = Env()
        if dotenv.is_file():
            self._env.read_env(str(dotenv), recurse=False)

    def flag(self, name: str, default: bool) -> bool:
        return bool(self._read(self._env.bool, name, default, "Set it to 1 or 0, or leave it out."))

    def number(self, name: str, default: int) -> int:
        """A whole number, not negative."""
        remedy = f"Set it to a whole number, or leave it out for {default}."
        value = int(self._read(self._env.int, name, default, remedy))
        if value < 0:
            raise ImproperlyConfigured(f"{name} is {value}. {remedy}")
        return value

    def text(self, name: str, default: str | None = None, *, remedy: str = "") -> str:
        """A text; without a default, one that is not empty."""
        value = str(self._read(self._env.str, name, default, remedy))
        if default is None and not value.strip():
            raise ImproperlyConfigured(f"{name} is empty. {remedy}")
        return value

    def words(self, name: str) -> list[str]:
        """Values between commas; none when the variable is not set."""
        return [word.strip() for word in self.text(name, "").split(",") if word.strip()]

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} is {value!r}. Set it to one of {', '.join(choices)}.")
        return value

    def folder(self, name: str, default: Path) -> Path:
        path = Path(self.text(name, str(default)))
        if not path.is_absolute():
            raise ImproperlyConfigured(f"{name} is {str(path)!r}. Set it to an absolute path.")
        return path

    def address(self, name: str, default: str | None = None, *, schemes: tuple[str, ...], remedy: str) -> str:
        """A URL with one of `schemes` and a host, without a slash at its end."""
        value = self.text(name, default, remedy=remedy)
        parts = urlsplit(value)
        if parts.scheme not in schemes or not parts.hostname:
            raise ImproperlyConfigured(f"{name} is not an address of {' or '.join(schemes)}. {remedy}")
        return value.rstrip("/")

    def link(self, name: str, *, remedy: str) -> str:
        """The address of a page elsewhere; empty when the variable is not set."""
        return self.address(name, None, schemes=("http", "https"), remedy=remedy) if self.text(name, "") else ""

    def database(self, name: str, default: str | None, *, remedy: str) -> dict[str, Any]:
        return dict(self._read(self._env.dj_db_url, name, default, remedy))

    def email(self, name: str, default: str | None, *, remedy: str) -> dict[str, Any]:
        """Django's `EMAIL_*` settings."""
        found = dict(self._read(self._env.dj_email_url, name, default, remedy))
        if "EMAIL_BACKEND" not in found:
            raise ImproperlyConfigured(f"{name} is not the address of a mail server. {remedy}")
        return found

    def _read(self, parser: Callable[..., Any], name: str, default: Any, remedy: str) -> Any:
        try:
            return parser(name) if default is None else parser(name, default)
        except EnvNotSetError:
            raise ImproperlyConfigured(f"{name} is not set. {remedy}") from None
        except (EnvError, ValueError) as error:
            # The value itself is not repeated: it may be a password.
            reason = (
                "; ".join(map(str, error.error_messages)) if isinstance(error, EnvValidationError) else "unreadable"
            )
            raise ImproperlyConfigured(f"{name} is not valid ({reason}). {remedy}") from None
