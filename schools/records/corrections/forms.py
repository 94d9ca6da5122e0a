"""Forms of a correction: the whole record again with its reason, and the comments with which it comes back."""

from typing import Any

from schoolimprove.ui.forms import Form, TextArea
from schools.records.writing.forms import RecordForm

LONGEST_REASON = 5000


class CorrectionForm(RecordForm):
    """The form the record is written in, filled with what the school reads, and why it is corrected."""

    submit_label = "Propose the correction"
    field_order = ("reason",)

    reason = TextArea(
        label="Why you are correcting the record",
        help_text="The school will read this.",
        rows=3,
        max_length=LONGEST_REASON,
        named="why you are correcting the record",
    )

    def written(self, kind: str) -> dict[str, Any]:
        """Texts, content and facts of the visit, as a correction takes them; `kind` where the type stays as it is."""
        return {"texts": self.texts(), "content": self.content(), "visit": {"kind": kind, **self.visit()}}


class ReturnCorrectionForm(Form):
    """The line manager's comments to the author."""

    submit_label = "Return to the author"

    reason = TextArea(
        label="Comments for the author",
        help_text="The school does not see this.",
        max_length=LONGEST_REASON,
        named="your comments for the author",
    )


class WithdrawCorrectionForm(Form):
    submit_label = "Withdraw the correction"

    reason = TextArea(
        label="Why you are withdrawing the correction",
        help_text="The school does not see this.",
        rows=3,
        max_length=LONGEST_REASON,
        named="why you are withdrawing the correction",
    )
