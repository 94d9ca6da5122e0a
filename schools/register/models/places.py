"""Local authorities, districts, partnerships and dioceses, and the types of establishment that GIAS lists."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models

from schoolimprove.records.models import BaseRecord
from schoolimprove.ui.colour import validate_contrast


class LocalAuthority(BaseRecord):
    """One per three-digit code. `own` marks the authority that runs this installation."""

    code = models.CharField(max_length=3, unique=True, validators=[RegexValidator(r"^\d{3}$", "Enter three digits.")])
    name = models.CharField(max_length=100)
    own = models.BooleanField("runs this installation", default=False)
    colour = models.CharField(
        max_length=7,
        default="#1d4f5f",
        validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", "Enter a colour such as #1d4f5f."), validate_contrast],
        help_text="The header's colour. White text must be readable on it.",
    )

    class Meta:
        ordering = ["code"]
        verbose_name = "local authority"
        verbose_name_plural = "local authorities"

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"

    def clean(self) -> None:
        if not self.name.strip():
            raise ValidationError({"name": "Enter the authority's name."})


def letterhead() -> dict[str, str]:
    """Return the name and the colour of the authority that runs this installation, for documents."""
    own = LocalAuthority.objects.filter(own=True).order_by("code").values("name", "colour").first()
    return {"name": "", "colour": "#1d4f5f"} if own is None else {"name": own["name"], "colour": own["colour"]}


class DoubleDistrict(BaseRecord):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class District(BaseRecord):
    authority = models.ForeignKey(LocalAuthority, models.PROTECT, related_name="districts")
    double_district = models.ForeignKey(DoubleDistrict, models.PROTECT, null=True, blank=True, related_name="districts")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["authority", "name"], name="district_one_of_each_name")]

    def __str__(self) -> str:
        return self.name


class Diocese(BaseRecord):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Partnership(BaseRecord):
    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class EstablishmentType(BaseRecord):
    """A type from GIAS's own list; it goes before the name in `schools.register.establishments.TYPES`."""

    code = models.CharField(max_length=3, unique=True, validators=[RegexValidator(r"^\d{2,3}$", "Enter two digits.")])
    name = models.CharField(max_length=100)
    group_code = models.CharField(max_length=3, blank=True)
    group_name = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name} ({self.code})"
