"""Profiles: named sets of defaults for the assets' recipes, one YAML file each in `profiles/`.

Belongs here: finding and checking profiles, and turning a recipe (a frozen pydantic model of a domain module) into
the `dg.Config` of its asset with the profile's values as field defaults. So "Materialize" in the UI uses them, the
launchpad overrides any field, and each run records what it used.
"""

from functools import cache
from importlib import resources
from typing import Any, get_args

import dagster as dg
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from jobsearch_dagster.foundation.errors import UserError


class Recipe(BaseModel):
    """Base of all recipes: frozen, unknown keys refused. A recipe without fields means that nothing can be chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def names() -> tuple[str, ...]:
    """The profiles that come with the package."""
    folder = resources.files("jobsearch_dagster.foundation") / "profiles"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml")))


@cache
def load(name: str) -> dict[str, dict[str, Any]]:
    """Values per asset.

    Raises:
        UserError: No such profile.
    """
    if name not in names():
        raise UserError(f"profile {name} does not exist: use one of {', '.join(names())}")
    text = (resources.files("jobsearch_dagster.foundation") / "profiles" / f"{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text) or {}


def resolve(recipe: type[Recipe], asset: str, profile: str) -> Recipe:
    """The asset's recipe under a profile.

    Raises:
        UserError: The profile holds a key or value that the recipe refuses.
    """
    return checked(recipe, asset, load(profile).get(asset, {}))


def checked(recipe: type[Recipe], asset: str, values: dict[str, Any]) -> Recipe:
    """Validate values from a profile or the launchpad.

    Raises:
        UserError: Unknown key, wrong type or contradiction, with the field and the reason.
    """
    try:
        return recipe.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in (asset, *first["loc"]))
        raise UserError(f"config {place}: {first['msg']}; correct it in the profile or the launchpad") from error


def config_of(recipe: Recipe) -> type[dg.Config]:
    """A Dagster config class with the recipe's fields, their descriptions, and its values as defaults."""
    fields: dict[str, Any] = {}
    for name, info in type(recipe).model_fields.items():
        value = recipe.model_dump()[name]
        annotation: Any = info.annotation
        if isinstance(value, tuple):  # Dagster config knows lists only, and of scalars
            element = get_args(annotation)[0]
            annotation, value = {int: list[int], float: list[float]}.get(element, list[str]), list(value)
        fields[name] = (annotation, FieldInfo(default=value, description=info.description))
    return create_model(f"{type(recipe).__name__}Config", __base__=dg.Config, **fields)
