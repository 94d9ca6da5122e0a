"""Parts of addresses that are more than a number or a word."""

from django.urls import register_converter
from django.urls.converters import StringConverter

from schoolimprove.ui import converters  # noqa: F401 (registers the kinds of file)


class ReferenceConverter(StringConverter):
    regex = r"RV-\d{4}-\d{5,}"


register_converter(ReferenceConverter, "record_reference")
