"""The kind of file of an address that takes a list away: `/people/export.csv`."""

from django.urls import register_converter
from django.urls.converters import StringConverter


class ExportConverter(StringConverter):
    regex = "csv|xlsx|json"


register_converter(ExportConverter, "export_kind")
