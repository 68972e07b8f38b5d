"""`/docs`: the operations of the HTTP API on one plain page, which loads nothing from elsewhere.

Belongs here: what of `/openapi.json` is shown. What an operation takes and gives is declared where it is served.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import APIRouter, Request, Response
from fastapi.templating import Jinja2Templates

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(Path(__file__).with_name("templates"))


class Operation(NamedTuple):
    """One operation.

    Attributes:
        call: Method and path.
        summary: What it does.
        parameters: Name and meaning of each parameter, or field of the body.
        answers: Status and meaning of each answer.
    """

    call: str
    summary: str
    parameters: list[tuple[str, str]]
    answers: list[tuple[str, str]]


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The page."""
    return templates.TemplateResponse(request, "api.html", {"operations": list(operations(request.app.openapi()))})


def operations(described: dict[str, Any]) -> Iterator[Operation]:
    """The operations of an OpenAPI description."""
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            parameters = [*operation.get("parameters", []), *_fields(operation, described)]
            yield Operation(
                f"{method.upper()} {path}",
                operation["description"],
                [(one["name"], _meaning(one)) for one in parameters],
                [(status, answer["description"]) for status, answer in sorted(operation["responses"].items())],
            )


def _fields(operation: dict[str, Any], described: dict[str, Any]) -> list[dict[str, Any]]:
    """The fields of the body, in the shape of parameters."""
    if "requestBody" not in operation:
        return []
    name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rsplit("/", 1)[1]
    body = described["components"]["schemas"][name]
    required = body.get("required", [])
    return [
        {"name": field, "schema": schema, "required": field in required} for field, schema in body["properties"].items()
    ]


def _meaning(parameter: dict[str, Any]) -> str:
    """Whether it is required, and what it is."""
    schema = parameter["schema"]
    described = [parameter, schema, *schema.get("anyOf", [])]
    words = next((words for one in described if (words := one.get("description"))), "")
    choices = " or ".join(map(str, schema.get("enum", [])))
    return "; ".join(filter(None, ["required" if parameter.get("required") else "", choices, words]))
