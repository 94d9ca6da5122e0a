"""`{% keep_typed_text %}` inside a form written by hand makes what is typed in it survive the end of the session.

Forms of `schoolimprove.ui.forms` in a view that `KeepsDrafts` carry the same inputs by themselves.
"""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from schoolimprove.records.drafts import TOKEN_FIELD, VERSION_FIELD, new_token

register = template.Library()


@register.simple_tag(takes_context=True)
def keep_typed_text(context: dict[str, Any], base_version: int = 0) -> SafeString | str:
    """Two hidden inputs: the signed token, and the version the form was opened on (0 for something new)."""
    request = context.get("request")
    if request is None or not request.user.is_authenticated:
        return ""
    token = new_token(request.user.pk, request.path, base_version)
    return format_html(
        '<input type="hidden" name="{}" value="{}"><input type="hidden" name="{}" value="{}">',
        TOKEN_FIELD,
        token.signed(),
        VERSION_FIELD,
        base_version,
    )
