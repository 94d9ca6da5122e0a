"""Many models in one migration operation."""

from collections.abc import Sequence
from typing import Any

from django.db.migrations.operations import CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class CreateModels(Operation):
    """Create models, each of which points only to those before it or to other migrations.

    After each `CreateModel` Django builds the classes of all related models again, and all our models are related
    through their users. Forty separate operations take longer than the rest of the migration of an empty database.
    """

    def __init__(self, models: Sequence[CreateModel]) -> None:
        self.models = list(models)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.models], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Drop the classes: Django builds them again when it next needs them.
        state.__dict__.pop("apps", None)
        for model in self.models:
            model.state_forwards(app_label, state)

    def database_forwards(self, app_label: str, editor: Any, from_state: ProjectState, to_state: ProjectState) -> None:
        for model in self.models:
            model.database_forwards(app_label, editor, from_state, to_state)

    def database_backwards(self, app_label: str, editor: Any, from_state: ProjectState, to_state: ProjectState) -> None:
        for model in reversed(self.models):
            model.database_backwards(app_label, editor, from_state, to_state)

    def describe(self) -> str:
        return f"Create models {', '.join(model.name for model in self.models)}"
