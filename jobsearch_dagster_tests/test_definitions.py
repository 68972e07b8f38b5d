"""The definitions load fast, without heavy libraries, and describe every asset fully."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import dagster as dg
import pytest
import yaml

from jobsearch_dagster.build import build_defs, lake_assets
from jobsearch_dagster.foundation import profiles
from jobsearch_dagster.foundation.table_asset import LakeAsset

REPOSITORY = Path(__file__).parents[1]
GROUPS = {
    "ingestion": {"raw_jobs", "rejected_rows", "column_profile"},
    "preparation": {
        "lowercased_jobs",
        "deduplicated_jobs",
        "standardized_jobs",
        "imputed_salaries",
        "clean_jobs",
        "job_entities",
        "entity_agreement",
        "near_duplicate_clusters",
        "imputation_quality",
    },
    "summarization": {"job_summaries"},
    "pairs": {"query_pairs", "token_statistics", "training_set", "validation_set", "test_set"},
    "finetuning": {"base_model", "lora_adapter", "training_log", "training_curves", "recipe_trials"},
    "search": {"job_catalog", "search_index"},
    "evaluation": {
        "base_answers",
        "lora_answers",
        "rag_answers",
        "analytics_answers",
        "answer_scores",
        "retrieval_scores",
        "ares_judges",
        "ares_scores",
        "latency",
        "metric_summary",
        "contender_comparison",
        "metric_correlations",
        "evaluation_report",
        "promoted_adapter",
        "human_preferences",
        "leakage_experiment",
        "learning_curve",
    },
}
HEAVY = (
    "torch", "transformers", "trl", "peft", "datasets", "evaluate", "ray", "gradio", "matplotlib",
    "sentence_transformers",
)  # fmt: skip


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return build_defs(profile="demo")


def specs() -> list[dg.AssetSpec]:
    return sorted(build_defs(profile="demo").resolve_all_asset_specs(), key=lambda spec: spec.key.to_user_string())


def test_the_definitions_can_be_loaded(defs: dg.Definitions) -> None:
    dg.Definitions.validate_loadable(defs)


def test_loading_the_definitions_imports_no_heavy_library() -> None:
    script = (
        "import sys, json, jobsearch_dagster.definitions as d; d.defs();"
        f"print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == []


def test_the_groups_hold_the_assets_of_the_design() -> None:
    found: dict[str, set[str]] = {}
    for spec in specs():
        found.setdefault(spec.group_name or "", set()).add(spec.key.to_user_string())
    assert found == GROUPS


@pytest.mark.parametrize("spec", specs(), ids=lambda spec: spec.key.to_user_string())
def test_every_asset_says_what_it_is(spec: dg.AssetSpec) -> None:
    assert spec.description
    assert len(spec.description) > 40
    assert spec.owners == ["team:jobsearch"]
    assert spec.kinds
    assert spec.tags["stage"] == spec.group_name
    assert spec.code_version
    schema = spec.metadata.get("dagster/column_schema")
    if spec.tags["form"] == "table":
        assert schema is not None
        assert all(column.description for column in schema.columns)
    else:
        assert schema is None


@pytest.mark.parametrize(
    "asset", [a for a in lake_assets().values() if a.schema is not None], ids=lambda asset: asset.name
)
def test_column_lineage_names_columns_that_exist_upstream(asset: LakeAsset) -> None:
    assert asset.schema is not None
    for column in asset.schema.columns:
        for source in column.sources:
            table, name = source.split(".")
            upstream = lake_assets()[table]
            assert table in ancestors(asset.name)
            assert upstream.schema is not None
            assert name in upstream.schema.names


def ancestors(name: str) -> set[str]:
    inputs = lake_assets()[name].inputs
    return set(inputs).union(*(ancestors(i) for i in inputs))


def test_every_table_that_derives_from_tables_has_column_lineage() -> None:
    assets = lake_assets()
    for asset in assets.values():
        if asset.name == "rejected_rows":
            continue  # comes after raw_jobs, but holds what is not in it
        if asset.schema is not None and any(assets[name].schema is not None for name in asset.inputs):
            assert any(column.sources for column in asset.schema.columns), asset.name


def test_every_group_has_a_check_of_its_own(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    groups = {graph.get(key.asset_key).group_name for key in graph.asset_check_keys if key.name != "stored_as_declared"}
    assert groups == set(GROUPS)


def test_steps_that_want_an_accelerator_say_so_to_every_executor(defs: dg.Definitions) -> None:
    (adapter,) = [a for a in defs.assets or [] if isinstance(a, dg.AssetsDefinition) and a.key.path == ["lora_adapter"]]
    assert adapter.op.pool == "gpu"
    assert adapter.op.tags["dagster-ray/config"]
    assert adapter.op.tags["dagster-k8s/config"]


@pytest.mark.parametrize("profile", profiles.names())
def test_a_profiles_values_are_the_defaults_that_the_launchpad_shows(profile: str) -> None:
    for key, values in profiles.load(profile).items():
        assert key in lake_assets(), f"{profile}.yaml names {key}, which is no asset"
        recipe = profiles.resolve(lake_assets()[key].recipe, key, profile)
        config = profiles.config_of(recipe)().model_dump()
        for name, value in values.items():
            assert config[name] == value


def test_the_code_location_has_one_name() -> None:
    workspace = yaml.safe_load((REPOSITORY / "workspace.yaml").read_text())
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    (location,) = workspace["load_from"]
    assert location["python_module"]["location_name"] == project["code_location_name"]


def test_a_stage_imports_no_later_stage() -> None:
    from jobsearch_dagster.build import STAGES

    package = REPOSITORY / "jobsearch_dagster"
    for position, stage in enumerate(("foundation", *STAGES)):
        later = [*STAGES[position:], "app"]
        for file in (package / stage).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            for name in later:
                assert f"jobsearch_dagster.{name}" not in text, f"{file} imports {name}"
