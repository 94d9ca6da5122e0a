"""Bringing files in: what they are, the files, and for GIAS perhaps one authority alone."""

import re
from collections.abc import Sequence
from typing import Any

from schoolimprove.ui.forms import FilesField, Form, RadiosField, TextField
from schools.imports.core.registry import Importer
from schools.imports.core.unpacking import LARGEST

MOST_FILES = 10


class ImportForm(Form):
    submit_label = "Check the files"
    kind = RadiosField(label="What do you want to import?", named="what you want to import")
    uploads = FilesField(
        label="Files",
        named="the files",
        accept=(".csv", ".xlsx", ".zip", ".gz", ".json", ".txt"),
        help_text="You can select several. We show you a preview before we change anything.",
    )
    only = TextField(
        label="Only one authority",
        help_text=(
            "For schools from GIAS only. Enter a three-digit code, such as 936, to import only its rows. Leave this "
            "empty to import every row."
        ),
        required=False,
        max_length=3,
        width=5,
    )

    def __init__(self, *args: Any, importers: Sequence[Importer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["kind"]
        kind.choices = [(each.key, each.label) for each in importers]
        kind.hints = {each.key: each.files for each in importers}
        self._takes_authority = {each.key for each in importers if each.takes_authority}

    def clean_uploads(self) -> list[Any]:
        files: list[Any] = self.cleaned_data["uploads"]
        if len(files) > MOST_FILES:
            self.add_error("uploads", f"Select {MOST_FILES} files at most")
        for file in files:
            if file.size > LARGEST:
                self.add_error("uploads", f"{file.name} must be smaller than {LARGEST // 1024 // 1024} MB")
        return files

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        code, kind = data.get("only", ""), data.get("kind")
        if code and kind in self._takes_authority and not re.fullmatch("[0-9]{3}", code):
            self.add_error("only", "Enter a three-digit code")
        elif code and kind and kind not in self._takes_authority:
            self.add_error("only", "We can only import these files as a whole. Clear the code")
        return data
