"""Instants leave as people in Vietnam read them, whichever route shows them."""

import importlib
import pkgutil

from pydantic import BaseModel

from app.api.v1 import schemas
from tests.architecture.core_schemas import schemas_of


def test_every_instant_of_an_answer_is_shown_in_vietnamese_time() -> None:
    modules = [
        importlib.import_module(f"{schemas.__name__}.{one.name}") for one in pkgutil.iter_modules(schemas.__path__)
    ]
    models = {
        model
        for module in modules
        for model in vars(module).values()
        if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__
    }
    elsewhere = [
        f"{model.__module__}.{model.__name__}"
        for model in models
        if not model.__name__.endswith("Question")
        for schema, around in schemas_of(model.__pydantic_core_schema__)
        if schema["type"] == "datetime" and around != "function-after"
    ]
    assert sorted(set(elsewhere)) == []
