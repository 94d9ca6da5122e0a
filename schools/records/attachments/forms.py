"""Attaching files to a record."""

from typing import Any

from schoolimprove.documents.scanning import scan
from schoolimprove.documents.uploads import LARGEST, TYPES, Refused, content_type_of
from schoolimprove.ui.forms import FilesField, Form
from schools.records.attachments.actions import MOST_FILES, Brought


class AttachmentForm(Form):
    submit_label = "Attach files"
    uploads = FilesField(
        label="Files",
        named="the files",
        accept=tuple(TYPES),
        help_text="PDF, Word, Excel, PNG or JPEG, up to 10 MB each. Sharing the record shares them with the school.",
    )

    def clean_uploads(self) -> list[Brought]:
        """Each looked at by its content; whatever is wrong is said of each."""
        files: list[Any] = self.cleaned_data["uploads"]
        if len(files) > MOST_FILES:
            self.add_error("uploads", f"Select up to {MOST_FILES} files")
            return []
        found = []
        for file in files:
            try:
                found.append(_looked_at(file))
            except Refused as error:
                self.add_error("uploads", f"{file.name}: {error}")
        return found


def _looked_at(file: Any) -> Brought:
    if file.size > LARGEST:
        raise Refused("The file is larger than 10 MB.")
    content = file.read()
    content_type = content_type_of(content)
    return Brought(file.name, content, content_type, scan(content))
