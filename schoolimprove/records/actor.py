"""Who acts, and by what right."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


@dataclass(frozen=True)
class Actor:
    """A user and the appointment that authorises the act; both are empty for the system itself."""

    user: "AbstractBaseUser | None" = None
    appointment_id: int | None = None

    @property
    def user_id(self) -> int | None:
        return self.user.pk if self.user else None


SYSTEM = Actor()
