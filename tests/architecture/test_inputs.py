"""Inputs take JSON at its word, and every fault that a model of theirs can find has a text."""

import importlib
import pkgutil
from collections.abc import Iterator

import app.services
from app.api.messages import MESSAGES
from app.api.messages.labels import VALUES
from app.services.inputs import Input
from tests.architecture.core_schemas import schemas_of

# What Pydantic finds wrong where a kind of schema stands. Queries are text, so theirs are among the faults as well.
FAULTS_OF = {
    "str": {"string_type", "string_unicode", "string_too_short", "string_too_long", "string_pattern_mismatch"},
    "int": {
        "int_type", "int_parsing", "int_parsing_size", "int_from_float", "finite_number",
        "greater_than", "greater_than_equal", "less_than", "less_than_equal",
    },
    "bool": {"bool_type", "bool_parsing"},
    "date": set(),
    "datetime": {"datetime_parsing", "datetime_from_date_parsing", "datetime_object_invalid", "timezone_aware"},
    "enum": {"enum"},
    "literal": {"literal_error"},
    "tuple": {"tuple_type", "too_short", "too_long"},
    "list": {"list_type", "too_short", "too_long"},
    "model": {"model_type", "model_attributes_type"},
    "model-fields": {"missing", "extra_forbidden"},
    "tagged-union": {"union_tag_invalid", "union_tag_not_found"},
}  # fmt: skip
# Kinds that only wrap others, or whose faults are codes of our own.
TRANSPARENT = {
    "default", "nullable", "chain", "function-after", "function-before", "function-wrap", "no-info",
    "definitions", "definition-ref", "model-field",
}  # fmt: skip


def _inputs() -> list[type[Input]]:
    for module in pkgutil.walk_packages(app.services.__path__, "app.services."):
        if module.name.endswith("inputs"):
            importlib.import_module(module.name)
    return sorted(_below(Input), key=lambda model: (model.__module__, model.__qualname__))


def _below(model: type[Input]) -> Iterator[type[Input]]:
    for below in model.__subclasses__():
        if below.__module__.startswith("app."):
            yield below
            yield from _below(below)


def test_numbers_and_yes_or_no_and_dates_are_never_taken_for_one_another() -> None:
    lenient = [
        f"{model.__module__}.{model.__name__}: {schema['type']}"
        for model in _inputs()
        for schema, around in schemas_of(model.__pydantic_core_schema__)
        if (schema["type"] in ("int", "bool", "float") and not schema.get("strict"))
        or (schema["type"] in ("date", "datetime") and around != "function-before")
    ]
    assert lenient == []


def test_every_fault_an_input_can_have_is_told_in_words() -> None:
    kinds = {
        schema["type"] for model in _inputs() for schema, _ in schemas_of(model.__pydantic_core_schema__)
    } - TRANSPARENT
    assert kinds - FAULTS_OF.keys() == set()
    assert {fault for kind in kinds for fault in FAULTS_OF[kind]} - MESSAGES.keys() == set()


def test_every_value_an_input_offers_has_a_name_in_vietnamese() -> None:
    offered = {
        str(getattr(value, "value", value))
        for model in _inputs()
        for schema, _ in schemas_of(model.__pydantic_core_schema__)
        for value in (schema.get("members") or schema.get("expected") or ())
        if schema["type"] in ("enum", "literal")
    }
    assert offered - VALUES.keys() == set()
