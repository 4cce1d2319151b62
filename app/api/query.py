"""Query parameters read as one model.

FastAPI works out the kind of each parameter anew for each request; twelve of them cost more than the statement they ask
for.
"""

from typing import Any, Generic, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Question = TypeVar("Question", bound=BaseModel)


class QueryOf(Generic[Question]):
    """A dependency: the query as `model`, or every fault of it at once. The contract takes `parameters` from it.

    A parameter given several times is a list where the model has a list, else refused: nobody knows which was meant.
    Parameters the model does not know are refused as well, if it forbids them.
    """

    def __init__(self, model: type[Question]) -> None:
        self.model = model
        self._lists = frozenset(
            field.alias or name for name, field in model.model_fields.items() if _is_list(field.annotation)
        )

    async def __call__(self, request: Request) -> Question:
        given: dict[str, Any] = {}
        faults: list[Any] = []
        for name, value in parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True):
            if name in self._lists:
                given.setdefault(name, []).append(value)
            elif name in given:
                faults.append({"type": "parameter_repeated", "loc": ("query", name)})
            else:
                given[name] = value
        try:
            question = self.model.model_validate(given)
        except ValidationError as error:
            faults += [self._of_query(fault) for fault in error.errors(include_url=False)]
            raise RequestValidationError(faults) from error
        if faults:
            raise RequestValidationError(faults)
        return question

    def _of_query(self, fault: Any) -> dict[str, Any]:
        found = {**fault, "loc": ("query", *fault["loc"])}
        if fault["type"] == "extra_forbidden":
            known = sorted(field.alias or name for name, field in self.model.model_fields.items())
            found |= {"type": "parameter_unknown", "ctx": {"expected": ", ".join(known)}}
        return found

    def parameters(self) -> list[dict[str, Any]]:
        """Return the parameters as OpenAPI describes them."""
        schema = self.model.model_json_schema()
        required = schema.get("required", ())
        found = []
        for name, described in schema["properties"].items():
            if described.get("default", "") is None:
                described.pop("default")  # what is left out is not sent as null
            parameter = {"name": name, "in": "query", "required": name in required, "schema": described}
            if "description" in described:
                parameter["description"] = described["description"]
            found.append(parameter)
        return found


def _is_list(annotation: Any) -> bool:
    """Tell whether the annotation, or an alternative of it, is a list or tuple."""
    return get_origin(annotation) in (list, tuple) or any(_is_list(part) for part in get_args(annotation))
