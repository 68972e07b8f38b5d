"""A profile is a set of defaults that every asset accepts, and that the launchpad can override."""

from pathlib import Path
from typing import Annotated, Any, Literal

import dagster as dg
import pytest
from pydantic import Field

from jobsearch_dagster import build
from jobsearch_dagster.foundation import profiles
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import BYSTANDER, Recipe
from jobsearch_dagster.foundation.settings import Settings

PROFILES = profiles.names()
ASSETS = sorted(build.lake_assets())


class Baking(Recipe):
    """A recipe with a field of every kind that recipes use."""

    minutes: int = Field(default=30, ge=1, description="in the oven")
    heat: float = 180.0
    kind: Literal["bread", "cake"] = "bread"
    dozens: int | None = None
    toppings: tuple[str, ...] = ("salt", "seeds")
    shapes: tuple[Literal["round", "long"], ...] = ("round",)
    trays: tuple[int, ...] = (1, 2)
    salts: tuple[float, ...] = (0.0, 0.02)
    grams: dict[str, float] = Field(default_factory=lambda: {"flour": 500.0})
    watched_by: Annotated[tuple[str, ...], BYSTANDER] = Field(default=(), description="who looks into the oven")


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A user's profile, which the test writes."""
    return tmp_path / "mine.yaml"


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
        ("baking: {minute: 3}", "config baking.minute: there is no such field: did you mean minutes?"),
        ("baking: {colour: red}", "config baking.colour: there is no such field: use one of minutes, heat, kind"),
        ("baking: {minutes: 0}", "config baking.minutes: Input should be greater than or equal to 1"),
        ("baking: {minutes: soon}", "config baking.minutes: Input should be a valid integer"),
        ("baking: {kind: pie}", "config baking.kind: Input should be 'bread' or 'cake'"),
        ("baking: 3", "baking is no mapping"),
        ("baking", "is no mapping"),
        ("extends: fast", "extends fast: use one of demo, "),
        ("baking: {minutes: 3", "is no YAML: "),
        ("baking: {minutes: \xff}", "is no YAML: "),
        (None, "cannot be read: No such file"),
    ],
)
def test_what_a_recipe_does_not_know_is_refused_in_one_line_with_its_place(
    mine: Path, text: str | None, message: str
) -> None:
    if text is not None:
        mine.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError) as refused:
        profiles.resolve(Baking, "baking", str(mine))
    assert message in str(refused.value)
    assert str(mine) in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_profile_overrides_only_what_it_names(mine: Path) -> None:
    mine.write_text("baking: {minutes: 50, toppings: [sugar]}", encoding="utf-8")
    assert profiles.resolve(Baking, "baking", str(mine)) == Baking(minutes=50, toppings=("sugar",))
    assert profiles.resolve(Baking, "cooking", str(mine)) == Baking()


@pytest.mark.parametrize("text", ["# nothing differs\n", "baking:\n#  minutes: 50\n"])
def test_an_empty_profile_is_all_defaults(mine: Path, text: str) -> None:
    mine.write_text(text, encoding="utf-8")
    assert profiles.resolve(Baking, "baking", str(mine)) == Baking()


@pytest.mark.parametrize("extended", [None, "demo", "report", "smoke"])
def test_a_user_s_profile_stands_on_a_packaged_one_field_by_field(mine: Path, extended: str | None) -> None:
    under = profiles.load(extended or "demo")
    mine.write_text(
        (f"extends: {extended}\n" if extended else "") + "lora_adapter: {max_steps: 3}\nraw_jobs: {}\n",
        encoding="utf-8",
    )
    own = profiles.load(str(mine))
    assert own == under | {"lora_adapter": under["lora_adapter"] | {"max_steps": 3}, "raw_jobs": {}}
    assert own["lora_adapter"]["batch_size"] == under["lora_adapter"]["batch_size"]


def test_a_user_s_profile_is_read_again_when_it_was_changed(mine: Path) -> None:
    for minutes in (10, 20):
        mine.write_text(f"baking: {{minutes: {minutes}}}", encoding="utf-8")
        assert profiles.resolve(Baking, "baking", str(mine)) == Baking(minutes=minutes)


def test_a_user_s_profile_gives_the_defaults_that_the_ui_shows(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The variable names the file from where the command runs; the code server may work elsewhere."""
    mine.write_text("job_summaries: {method: bart, model: /models/bart}", encoding="utf-8")
    monkeypatch.chdir(mine.parent)
    monkeypatch.setenv("JOBSEARCH_PROFILE", "mine.yaml")
    assert Settings.from_environment().profile == str(mine)
    monkeypatch.chdir("/")
    job = build.build_defs(profile=str(mine)).resolve_implicit_global_asset_job_def()
    filled = dg.validate_run_config(job, {})["ops"]["job_summaries"]["config"]
    assert (filled["method"], filled["model"], filled["sentences"]) == ("bart", "/models/bart", 2)


def test_an_asset_that_does_not_exist_is_refused_with_the_nearest(mine: Path) -> None:
    mine.write_text("query_pair: {paraphrases: true}", encoding="utf-8")
    with pytest.raises(UserError, match=rf"{mine}: there is no asset query_pair: did you mean query_pairs\?"):
        build.build_defs(profile=str(mine))


def test_a_change_for_once_stands_above_the_profile(mine: Path) -> None:
    mine.write_text("baking: {minutes: 50, kind: cake}", encoding="utf-8")
    assert profiles.resolve(Baking, "baking", str(mine), {"minutes": 5}) == Baking(minutes=5, kind="cake")


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
    recipe = Baking(
        minutes=50, kind="cake", dozens=2, toppings=("sugar",), grams={"flour": 1.0}, trays=(3,), salts=(1.5, 2.0)
    )
    assert profiles.checked(Baking, "baking", asset_result(recipe, {})) == recipe
    assert profiles.checked(Baking, "baking", asset_result(Baking(), {})) == Baking()


def test_the_launchpad_overrides_any_field() -> None:
    given = {"minutes": 5, "toppings": ["nuts"], "kind": "cake", "dozens": 1, "grams": {"rye": 2.5}, "heat": 99.5}
    assert profiles.checked(Baking, "baking", asset_result(Baking(), given)) == Baking.model_validate(given)


def test_grids_of_numbers_stay_numbers_in_dagster() -> None:
    """As text they would be shown, recorded and digested as other values than those of the recipe."""
    recipe = Baking(trays=(4, 8), salts=(1e-3, 2.0))
    handed_over = asset_result(recipe, {})
    assert (handed_over["trays"], handed_over["salts"]) == ([4, 8], [0.001, 2.0])
    handed_over = asset_result(recipe, {"trays": [16], "salts": [1, 0.5], "shapes": ["long"]})
    assert (handed_over["trays"], handed_over["salts"], handed_over["shapes"]) == ([16], [1.0, 0.5], ["long"])
    with pytest.raises(dg.DagsterInvalidConfigError):
        asset_result(recipe, {"trays": ["many"]})


def test_what_does_not_change_the_result_is_no_part_of_what_decides_it() -> None:
    recipe = Baking(watched_by=("me",), toppings=("salt",))
    assert recipe.decisive() == Baking(toppings=("salt",)).decisive()
    assert recipe.decisive().keys() == recipe.model_dump().keys() - {"watched_by"}
    assert recipe.decisive()["toppings"] == ["salt"]
    assert asset_result(recipe, {})["watched_by"] == ["me"]


def test_dagster_shows_the_fields_descriptions() -> None:
    info = profiles.config_of(Baking()).model_fields["minutes"]
    assert (info.description, info.default) == ("in the oven", 30)
