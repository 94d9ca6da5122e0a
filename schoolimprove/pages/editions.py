"""The pages of one kind of edition, from one declaration: its list, an edition, and writing, publishing, discarding."""

from typing import Any

from django.urls import URLPattern, path

from schoolimprove.pages.edition_list import list_of
from schoolimprove.pages.edition_page import EditionPage
from schoolimprove.pages.edition_writing import DraftEdit, DraftWrite, EditionFormPage, EditionMove


class EditionPages(EditionPage):
    """All pages of one kind of edition, in `paths`; a subclass declares what `EditionPage` names."""

    @classmethod
    def paths(cls, prefix: str, base: Any = None, *, key: str = "") -> list[URLPattern]:
        """Return the paths of the list, its file, and every page of one edition."""
        name, one = cls.route.partition(":")[2], f"{prefix}<int:{cls.parameter}>/"
        pages: dict[type[EditionFormPage], Any] = {
            kind: type(f"{cls.__name__}{kind.__name__}", (kind,), {"page": cls, "__module__": cls.__module__})
            for kind in (DraftWrite, DraftEdit)
        }
        return [
            *list_of(cls).paths(prefix),
            path(f"{prefix}write/", pages[DraftWrite].as_view(), name=f"{name}_write"),
            path(f"{one}begin/", pages[DraftWrite].as_view(), name=f"{name}_begin"),
            path(f"{one}edit/", pages[DraftEdit].as_view(), name=f"{name}_edit"),
            *super().paths(prefix, base or EditionMove, key=f"<int:{cls.parameter}>"),
        ]
