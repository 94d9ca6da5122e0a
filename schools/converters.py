"""Parts of addresses that are more than a number or a word."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class ReferenceConverter(StringConverter):
    regex = r"RV-\d{4}-\d{5,}"


class ExportConverter(StringConverter):
    regex = "csv|xlsx|json"


register_converter(ReferenceConverter, "record_reference")
register_converter(ExportConverter, "export_kind")
