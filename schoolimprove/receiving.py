"""Files on their way in: nothing of them is kept for strangers, and no more than could be used for anybody else.

Django puts what is sent on the disk before any form has looked at it, whoever sends it to whichever page. What is over
is let go as it comes; the form then sees that the file is too large, or that there is none, and says so.
"""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile

from schoolimprove.documents import uploads
from schools.imports.core import unpacking

IMPORTS = "admin:schools_importrun_add"


class OnlyWhatCanBeUsed(FileUploadHandler):
    """Goes first among the handlers."""

    taken = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.taken = 0
        if not self._is_signed_in():
            raise SkipFile

    def _is_signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return user is not None and user.is_authenticated

    def _largest(self) -> int:
        """Bytes of one file, by the page it is sent to."""
        route = getattr(self.request, "resolver_match", None)
        return unpacking.LARGEST if route is not None and route.view_name == IMPORTS else uploads.LARGEST

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """The pieces up to the first that is over, so that the file is seen to be too large."""
        if self.taken > self._largest():
            return None
        self.taken += len(raw_data)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
