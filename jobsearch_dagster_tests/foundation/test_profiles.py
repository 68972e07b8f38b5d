"""A profile is a set of defaults that every asset accepts, and that the launchpad can override."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import dagster as dg
import pytest
from pydantic import Field

from jobsearch_dagster import build
from jobsearch_dagster.foundation import profiles
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import Recipe

PROFILES = profiles.names()
ASSETS = sorted(build.lake_assets())


class Baking(Recipe):
    """A recipe with a field of every kind that recipes use."""

    minutes: int = Field(default=30, ge=1, description="in the oven")
    heat: float = 180.0
    kind: Literal["bread", "cake"] = "bread"
    dozens: int | None = None
    toppings: tuple[str, ...] = ("salt", "seeds")
    grams: dict[str, float] = Field(default_factory=lambda: {"flour": 500.0})


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of profiles that the test fills."""
    (tmp_path / "profiles").mkdir()
    monkeypatch.setattr("importlib.resources.files", lambda package: tmp_path)
    profiles.load.cache_clear()
    yield tmp_path / "profiles"
    profiles.load.cache_clear()


def write(folder: Path, text: str) -> None:
    (folder / "mine.yaml").write_text(text, encoding="utf-8")


def test_the_default_profile_is_one_of_them() -> None:
    assert {"demo", "report", "smoke"} <= set(PROFILES)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_names_existing_assets_only(profile: str) -> None:
    assert set(profiles.load(profile)) <= set(ASSETS)


@pytest.mark.parametrize("asset", ASSETS)
@pytest.mark.parametrize("profile", PROFILES)
def test_every_asset_has_a_recipe_under_every_profile(profile: str, asset: str) -> None:
    recipe = profiles.resolve(build.lake_assets()[asset].recipe, asset, profile)
    for name, value in profiles.load(profile).get(asset, {}).items():
        found = getattr(recipe, name)
        assert (list(found) if isinstance(found, tuple) else found) == value


@pytest.mark.parametrize("profile", PROFILES)
def test_a_profile_s_values_are_the_defaults_of_the_assets_dagster_config(profile: str) -> None:
    """Dagster itself fills in the defaults: what it hands over is the recipe of the profile."""
    job = build.build_defs(profile=profile).resolve_implicit_global_asset_job_def()
    filled = dg.validate_run_config(job, {})["ops"]
    for name, asset in build.lake_assets().items():
        handed_over = profiles.checked(asset.recipe, name, filled[name].get("config") or {})
        assert handed_over == profiles.resolve(asset.recipe, name, profile)


def test_a_profile_that_does_not_exist_names_those_that_do() -> None:
    with pytest.raises(UserError, match=r"profile nothing does not exist: use one of demo, .*report, .*smoke"):
        profiles.load("nothing")


def test_a_name_that_leaves_the_folder_is_no_profile() -> None:
    with pytest.raises(UserError, match="does not exist"):
        profiles.load("../dagster")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("baking: {minute: 3}", "config baking.minute: Extra inputs are not permitted"),
        ("baking: {minutes: 0}", "config baking.minutes: .*greater than or equal to 1"),
        ("baking: {minutes: soon}", "config baking.minutes: .*valid integer"),
        ("baking: {kind: pie}", "config baking.kind: .*'bread' or 'cake'"),
    ],
)
def test_what_a_recipe_does_not_know_is_refused_with_its_place(folder: Path, text: str, message: str) -> None:
    write(folder, text)
    with pytest.raises(UserError, match=message):
        profiles.resolve(Baking, "baking", "mine")


def test_a_profile_overrides_only_what_it_names(folder: Path) -> None:
    write(folder, "baking: {minutes: 50, toppings: [sugar]}")
    assert profiles.resolve(Baking, "baking", "mine") == Baking(minutes=50, toppings=("sugar",))
    assert profiles.resolve(Baking, "cooking", "mine") == Baking()


def test_an_empty_profile_is_all_defaults(folder: Path) -> None:
    write(folder, "# nothing differs\n")
    assert profiles.resolve(Baking, "baking", "mine") == Baking()


def asset_result(recipe: Recipe, run_config: dict[str, Any]) -> Any:
    """What an asset is handed whose config was made from the recipe."""
    config_class = profiles.config_of(recipe)

    def baking(config: dg.Config) -> dict[str, Any]:
        return config.model_dump()

    baking.__annotations__["config"] = config_class
    asset = dg.asset(baking)
    given = dg.RunConfig(ops={"baking": {"config": run_config}})
    return dg.materialize([asset], run_config=given).output_for_node("baking")


def test_a_run_without_config_uses_the_recipe_s_values() -> None:
    recipe = Baking(minutes=50, kind="cake", dozens=2, toppings=("sugar",), grams={"flour": 1.0})
    assert profiles.checked(Baking, "baking", asset_result(recipe, {})) == recipe
    assert profiles.checked(Baking, "baking", asset_result(Baking(), {})) == Baking()


def test_the_launchpad_overrides_any_field() -> None:
    given = {"minutes": 5, "toppings": ["nuts"], "kind": "cake", "dozens": 1, "grams": {"rye": 2.5}, "heat": 99.5}
    assert profiles.checked(Baking, "baking", asset_result(Baking(), given)) == Baking(**given)


def test_dagster_shows_the_fields_descriptions() -> None:
    info = profiles.config_of(Baking()).model_fields["minutes"]
    assert (info.description, info.default) == ("in the oven", 30)
