"""Profiles: sets of defaults for the assets' recipes, one YAML file each: packaged in `profiles/`, or a user's own.

Belongs here: finding and checking profiles, and turning a recipe (a frozen pydantic model of a domain module) into
the `dg.Config` of its asset with the profile's values as field defaults. So "Materialize" in the UI uses them, the
launchpad overrides any field, and each run records what it used.
"""

import difflib
from collections.abc import Collection
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, create_model
from pydantic.fields import FieldInfo

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.package_data import read_yaml
from jobsearch_dagster.foundation.settings import is_profile_file

if TYPE_CHECKING:
    import dagster as dg

EXTENDS = "extends"
"""Entry of a user's profile that names the packaged profile whose values hold where the file has none."""

Values = dict[str, dict[str, Any]]
"""Fields and their values per asset."""


BYSTANDER = "bystander"
"""Marks a field that does not change the result, `Annotated[int, BYSTANDER]`: another value makes nothing stale."""


class Recipe(BaseModel):
    """Base of all recipes: frozen, unknown keys refused. A recipe without fields means that nothing can be chosen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def decisive(self) -> dict[str, Any]:
        """Values of the fields that decide what the result is, as JSON has them: all but the bystanders."""
        bystanders = {name for name, info in type(self).model_fields.items() if BYSTANDER in info.metadata}
        return self.model_dump(mode="json", exclude=bystanders)


def names() -> tuple[str, ...]:
    """The profiles that come with the package."""
    folder = resources.files("jobsearch_dagster.foundation") / "profiles"
    return tuple(sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".yaml")))


def load(profile: str) -> Values:
    """Values per asset.

    Args:
        profile: Name of a packaged profile, or the path of a user's YAML file.

    Raises:
        UserError: There is no such profile, or the file is no profile.
    """
    if not is_profile_file(profile):
        return _packaged(profile)
    try:
        content = Path(profile).read_bytes()
    except OSError as error:
        raise UserError(f"profile {profile} cannot be read: {error.strerror}; give the path of a YAML file") from error
    return _own(profile, content)


@cache
def _packaged(name: str) -> Values:
    if name not in names():
        raise UserError(f"profile {name} does not exist: use one of {', '.join(names())}, or your own file NAME.yaml")
    return read_yaml(resources.files("jobsearch_dagster.foundation") / "profiles" / f"{name}.yaml") or {}


@cache
def _own(path: str, content: bytes) -> Values:
    """What a user's file says, over the profile that it extends; the content decides whether it is parsed again."""
    try:
        values = yaml.safe_load(content) or {}
    except yaml.YAMLError as error:
        raise UserError(f"profile {path} is no YAML: {' '.join(str(error).split())}; correct it") from error
    if not isinstance(values, dict):
        raise UserError(f"profile {path} is no mapping: write lines such as `query_pairs: {{paraphrases: true}}`")
    extended = values.pop(EXTENDS, "demo")
    if extended not in names():
        raise UserError(f"profile {path}: {EXTENDS} {extended}: use one of {', '.join(names())}")
    merged = dict(_packaged(extended))
    for asset, fields in values.items():
        if not isinstance(fields, dict | None):
            raise UserError(f"profile {path}: {asset} is no mapping: write `{asset}: {{field: value}}`")
        merged[asset] = {**merged.get(asset, {}), **(fields or {})}
    return merged


def refuse_unknown_assets(profile: str, assets: Collection[str]) -> None:
    """Every asset that a profile names must exist, or its values would be left out in silence.

    Raises:
        UserError: One does not; the message names the nearest that does.
    """
    for asset in load(profile):
        if asset not in assets:
            raise UserError(f"profile {profile}: there is no asset {asset}: {nearest(str(asset), assets)}")


def nearest(name: str, known: Collection[str]) -> str:
    """Words that lead from a name that does not exist to those that do."""
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"use one of {', '.join(known)}" if known else "nothing can be chosen about it"


def resolve(recipe: type[Recipe], asset: str, profile: str, changes: dict[str, Any] | None = None) -> Recipe:
    """The asset's recipe under a profile.

    Args:
        recipe: The asset's recipe.
        asset: Its name.
        profile: The profile in force.
        changes: Fields that `--set` gives another value for one command.

    Raises:
        UserError: The profile, or a change, holds a key or value that the recipe refuses.
    """
    values = load(profile).get(asset, {})
    if changes:
        return checked(recipe, asset, {**values, **changes}, "--set")
    return checked(recipe, asset, values, f"the profile {profile}")


def checked(
    recipe: type[Recipe], asset: str, values: dict[str, Any], source: str = "the profile or the launchpad"
) -> Recipe:
    """Validate values from a profile or the launchpad.

    Args:
        recipe: What they must be values of.
        asset: Whose they are.
        values: The values.
        source: Where they stand, for the message.

    Raises:
        UserError: Unknown key, wrong type or contradiction, with the field and the reason.
    """
    try:
        return recipe.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in (asset, *first["loc"]))
        reason = first["msg"]
        if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
            reason = f"there is no such field: {nearest(str(first['loc'][0]), recipe.model_fields)}"
        raise UserError(f"config {place}: {reason}; correct it in {source}") from error


def config_of(recipe: Recipe) -> "type[dg.Config]":
    """A Dagster config class with the recipe's fields, their descriptions, and its values as defaults."""
    import dagster as dg  # here, because recipes stand in domain modules, which a question imports without Dagster

    fields: dict[str, Any] = {}
    for name, info in type(recipe).model_fields.items():
        value = recipe.model_dump()[name]
        annotation: Any = info.annotation
        if isinstance(value, tuple):  # Dagster config knows lists only, and of scalars
            element = get_args(annotation)[0]
            annotation, value = {int: list[int], float: list[float]}.get(element, list[str]), list(value)
        fields[name] = (annotation, FieldInfo(default=value, description=info.description))
    return create_model(f"{type(recipe).__name__}Config", __base__=dg.Config, **fields)
