"""Files in words."""

from django import template

register = template.Library()
_KB, _MB = 1024, 1024 * 1024


@register.filter
def size(count: int) -> str:
    """`84 KB`, `1.2 MB`: bytes as a file manager tells them."""
    if count < _KB:
        return f"{count} byte{'' if count == 1 else 's'}"
    if count < _MB - _KB // 2:
        return f"{round(count / _KB)} KB"
    return f"{count / _MB:.1f} MB"
