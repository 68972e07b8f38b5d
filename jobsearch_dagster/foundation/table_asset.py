"""Assets of the lake: tables and artifacts with a key, a digest, and no work done twice.

Belongs here: the two decorators `table_asset` and `artifact_asset`, and what every asset of the product has in
common: its key, reuse, the metadata that the UI shows. What an asset computes is in its stage; whether it is out of
date is decided in `foundation/staleness.py` from the same key.
"""

import inspect
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import dagster as dg

from jobsearch_dagster.foundation import map_batches, profiles
from jobsearch_dagster.foundation.artifacts import Artifact, ArtifactStore
from jobsearch_dagster.foundation.digests import digest_of, digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.lake import KeyParts, Lake, Stamp
from jobsearch_dagster.foundation.map_batches import Mapper
from jobsearch_dagster.foundation.measures import peak_memory, restart_peak_memory
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.progress import Progress
from jobsearch_dagster.foundation.schema import TableSchema
from jobsearch_dagster.foundation.settings import MEMORY_LIMIT
from jobsearch_dagster.foundation.ui_metadata import column_lineage, column_schema, markdown_table

if TYPE_CHECKING:
    import duckdb
    import pandas as pd

PREVIEW_ROWS = 10
PAGE = "page_digest"
"""Metadata that says which content was shown by which code."""


class DataFolder(dg.ConfigurableResource):
    """The data folder as a Dagster resource, and what its assets may take: bytes for tables, the executor's workers."""

    path: str
    memory_limit: int = MEMORY_LIMIT
    map_workers: int = 1
    executor: str = "local"

    @property
    def root(self) -> Path:
        """The folder."""
        return Path(self.path)

    @cached_property
    def lake(self) -> Lake:
        """Its tables."""
        return Lake(self.root, self.memory_limit)

    @cached_property
    def artifacts(self) -> ArtifactStore:
        """Its models."""
        return ArtifactStore(self.root)


@dataclass(frozen=True)
class Step:
    """What the body of an asset may use.

    Attributes:
        folder: Tables and artifacts below the data folder.
        connection: DuckDB; each table among the asset's inputs is a view under its own name.
        config: The resolved recipe.
        say: Writes a line to the run's log.
        parts: What the asset's key is made of; `parts.external` holds the digests that `external` returned.
    """

    folder: DataFolder
    connection: "duckdb.DuckDBPyConnection"
    config: Any
    say: Callable[[str], object]
    parts: KeyParts

    def artifact(self, asset: str) -> Artifact:
        """An artifact among the inputs."""
        return self.folder.artifacts.read(asset)

    @property
    def mapper(self) -> Mapper:
        """Who does batches of a model that do not depend on each other."""
        return map_batches.chosen(self.folder.map_workers)

    @property
    def rules_mapper(self) -> Mapper:
        """Who does batches of rules, which need no model."""
        return map_batches.chosen_for_rules(self.folder.map_workers, self.folder.executor)

    def progress(self, total: int, unit: str) -> Progress:
        """Progress of `total` units in the run's log."""
        return Progress(total, unit, self.say)


class Publication(Protocol):
    """A second form of a table for readers outside the lake, such as the search catalog."""

    def lack(self, folder: DataFolder, data_version: str) -> str | None:
        """Why readers do not see this version as it was published, in words; None where they do."""
        ...

    def publish(self, folder: DataFolder, data_version: str) -> None:
        """Make readers see the stored table; does nothing when they do."""
        ...

    def edition(self, folder: DataFolder, data_version: str) -> Path:
        """Where the published form of a version lies or would lie."""
        ...

    def editions(self, folder: DataFolder) -> list[Path]:
        """All versions that lie there."""
        ...

    def current(self, folder: DataFolder) -> Path | None:
        """The one that readers are shown."""
        ...


External = Callable[[DataFolder, Any], dict[str, str]]
Show = Callable[[Any], dict[str, Any]]
"""Gets a connection on which the table and those it was made from are views, or the artifact."""


@dataclass(frozen=True)
class LakeAsset:
    """One asset before a profile is chosen.

    Attributes:
        name: Asset name, which is also the name of its table.
        group: The stage folder it is declared in.
        inputs: Names of the upstream assets.
        body: Computes the content from a `Step`.
        recipe: What can be chosen about it.
        code_version: Raised by hand when the meaning of the code changes.
        description: Business meaning, source, grain.
        kinds: Technologies, shown by the UI.
        external: Digests of what comes from outside the lake.
        schema: The table's contract; None for an artifact.
        show: Metadata for the UI from the stored content: numbers, plots.
        preview: Query whose first rows preview the table; the table itself where it is None.
        publication: A second form of the table.
        accelerator: Wants a GPU where there is one.
    """

    name: str
    group: str
    inputs: tuple[str, ...]
    body: Callable[..., Any]
    recipe: type[Recipe]
    code_version: str
    description: str
    kinds: frozenset[str]
    external: External = lambda folder, config: {}
    schema: TableSchema | None = None
    show: Show | None = None
    preview: str | None = None
    publication: Publication | None = None
    accelerator: bool = False

    def stamp(self, folder: DataFolder) -> Stamp | None:
        """Identity of what is stored now."""
        if self.schema is None:
            return folder.artifacts.stamp(self.name)
        return folder.lake.stamp(self.name)

    def is_made(self, folder: DataFolder) -> bool:
        """Whether there is something to check: a table, be it whole or damaged, or an artifact that opens."""
        return self.stamp(folder) is not None or (self.schema is not None and folder.lake.exists(self.name))

    def files(self, folder: DataFolder) -> list[Path]:
        """The files of what is stored now."""
        return (folder.artifacts if self.schema is None else folder.lake).files(self.name)

    def damage(self, folder: DataFolder) -> str | None:
        """Why what is stored must be made again; None where it is as it was written, or missing."""
        return (folder.artifacts if self.schema is None else folder.lake).damage(self.name)

    def parts(self, folder: DataFolder, config: Recipe, inputs: dict[str, str]) -> KeyParts:
        """What the asset's key is made of."""
        external = self.external(folder, config)
        if self.schema is not None:
            external = {**external, "table schema": self.schema.digest()}
        return KeyParts(
            inputs=inputs,
            config=config.decisive(),
            code_version=self.code_version,
            external=external,
        )

    def lack(self, folder: DataFolder, stamp: Stamp) -> str | None:
        """Why the second form of the table is not the stored version; None where it is, or there is none."""
        return None if self.publication is None else self.publication.lack(folder, stamp.data_version)

    def definition(
        self, profile: str, assets: Mapping[str, "LakeAsset"], retries: dg.RetryPolicy | None = None
    ) -> dg.AssetsDefinition:
        """The Dagster asset, with the profile's values as config defaults."""
        config_class = profiles.config_of(profiles.resolve(self.recipe, self.name, profile))

        def materialize(
            context: dg.AssetExecutionContext, config: dg.Config, folder: DataFolder
        ) -> dg.MaterializeResult:
            with user_errors_in_one_line():
                recipe = profiles.checked(self.recipe, self.name, config.model_dump())
                return _materialize(self, assets, recipe, folder, context.log.info, partial(_last_page, context))

        materialize.__annotations__["config"] = config_class
        return dg.asset(
            name=self.name,
            deps=list(self.inputs),
            group_name=self.group,
            description=self.description,
            code_version=self.code_version,
            kinds=set(self.kinds),
            owners=["team:jobsearch"],
            tags={"stage": self.group, "form": "artifact" if self.schema is None else "table"},
            metadata={**column_schema(self.schema), **column_lineage(self.schema)} if self.schema else {},
            pool="gpu" if self.accelerator else None,
            op_tags=GPU_TAGS if self.accelerator else CPU_TAGS,
            retry_policy=retries,
        )(materialize)


def _requirements(cpus: int, memory: str, gpus: int = 0) -> dict[str, Any]:
    card = {"nvidia.com/gpu": str(gpus)} if gpus else {}
    asked = {"cpu": str(cpus), "memory": memory, **card}
    return {
        **({"gpu": str(gpus)} if gpus else {}),
        "dagster-ray/config": {"num_cpus": 1, **({"num_gpus": gpus} if gpus else {})},
        "dagster-k8s/config": {"container_config": {"resources": {"requests": asked, "limits": asked}}},
    }


CPU_TAGS = _requirements(cpus=2, memory="4Gi")
"""Requirements of a step for every executor at once, each of which reads its own key only. DuckDB takes at most
`JOBSEARCH_MEMORY_LIMIT`, 1 GB by default, pandas and a small model the rest."""
GPU_TAGS = _requirements(cpus=4, memory="24Gi", gpus=1)
"""Those of a step that wants an accelerator; 3.8 billion weights in bfloat16 pass through 8 GB of memory."""


def table_asset(
    schema: TableSchema,
    *,
    code_version: str,
    inputs: tuple[str, ...] = (),
    recipe: type[Recipe] = Recipe,
    kinds: tuple[str, ...] = ("duckdb", "parquet"),
    **options: Any,
) -> Callable[[Callable[[Step], "duckdb.DuckDBPyRelation | pd.DataFrame"]], LakeAsset]:
    """Declare a table. The function's name is the asset's, its docstring the description, its folder the group."""
    return lambda body: _declare(body, inputs, recipe, code_version, kinds, schema=schema, **options)


def artifact_asset(
    *,
    code_version: str,
    inputs: tuple[str, ...] = (),
    recipe: type[Recipe] = Recipe,
    kinds: tuple[str, ...] = ("pytorch",),
    **options: Any,
) -> Callable[[Callable[[Step, Path], dict[str, Any]]], LakeAsset]:
    """Declare a directory. The function fills the directory it is given and returns what its manifest says."""
    return lambda body: _declare(body, inputs, recipe, code_version, kinds, **options)


def _declare(
    body: Callable[..., Any],
    inputs: tuple[str, ...],
    recipe: type[Recipe],
    code_version: str,
    kinds: tuple[str, ...],
    **options: Any,
) -> LakeAsset:
    assert inspect.isfunction(body)
    return LakeAsset(
        name=body.__name__,
        group=body.__module__.split(".")[1],
        inputs=inputs,
        body=body,
        recipe=recipe,
        code_version=code_version,
        description=inspect.getdoc(body) or "",
        kinds=frozenset(kinds),
        **options,
    )


def _materialize(
    asset: LakeAsset,
    assets: Mapping[str, LakeAsset],
    config: Recipe,
    folder: DataFolder,
    say: Callable[[str], object],
    last_page: Callable[[str], dict[str, Any] | None],
) -> dg.MaterializeResult:
    started = time.monotonic()
    restart_peak_memory()
    parts = asset.parts(folder, config, _input_versions(asset, assets, folder))
    stamp = asset.stamp(folder)
    damage = asset.damage(folder)
    if damage is not None:
        say(f"{damage}; it is made anew")
    reused = stamp is not None and stamp.parts.key == parts.key and damage is None
    if not reused:
        stamp, reused = _compute(asset, assets, config, folder, parts, say)
    assert stamp is not None
    _publish(asset, folder, stamp, say)
    seconds = time.monotonic() - started
    size = f"{stamp.rows:,} rows" if asset.schema else parts.key[:16]
    say(f"{'reused' if reused else 'computed'} {size} in {seconds:.2f} s")
    page = digest_of([parts.key, stamp.data_version, _code(), _own_page(asset, folder)])
    return dg.MaterializeResult(
        data_version=dg.DataVersion(stamp.data_version),
        metadata={
            **((last_page(page) if reused else None) or _stored_metadata(asset, assets, folder, stamp)),
            PAGE: page,
            "path": dg.MetadataValue.path(str(_path(asset, folder))),
            "reused": reused,
            "key": parts.key,
            "config": config.model_dump(mode="json"),
            "seconds": round(seconds, 3),
            "peak_memory_mb": round(peak_memory() / 1e6),
            "rows_in": {name: _rows(assets[name], folder) for name in _input_tables(asset, assets)},
        },
    )


def _path(asset: LakeAsset, folder: DataFolder) -> Path:
    return folder.artifacts.read(asset.name).path if asset.schema is None else folder.lake.shown(asset.name)


def _own_page(asset: LakeAsset, folder: DataFolder) -> list[Any]:
    """What a page of an artifact shows beside its content: where it lies, and how its making went."""
    if asset.schema is not None:
        return []
    artifact = folder.artifacts.read(asset.name)
    return [str(artifact.path), artifact.manifest]


def _last_page(context: dg.AssetExecutionContext, page: str) -> dict[str, Any] | None:
    """The metadata of the last materialization, where it showed the same content by the same code.

    Drawing the same pictures again would take a third of the time of a run that makes nothing.
    """
    last = context.instance.get_latest_materialization_event(context.asset_key)
    shown = last.asset_materialization.metadata if last and last.asset_materialization else {}
    return dict(shown) if PAGE in shown and shown[PAGE].value == page else None


@cache
def _code() -> str:
    """Digest of the package's code, any of which may have a part in what a page shows."""
    package = Path(__file__).parents[1]
    return digest_of_files(package, package.rglob("*.py"))


def _publish(asset: LakeAsset, folder: DataFolder, stamp: Stamp, say: Callable[[str], object]) -> None:
    lack = asset.lack(folder, stamp)
    if asset.publication is not None and lack is not None:
        say(f"{lack}; publishing it")
        asset.publication.publish(folder, stamp.data_version)


def _input_versions(asset: LakeAsset, assets: Mapping[str, LakeAsset], folder: DataFolder) -> dict[str, str]:
    versions = {}
    for name in asset.inputs:
        stamp = assets[name].stamp(folder)
        if stamp is None:
            raise UserError(
                f"{asset.name} needs {name}, which is missing: make it with `jobsearch run --select {name}`"
            )
        damage = assets[name].damage(folder)
        if damage is not None:
            raise UserError(f"{asset.name} needs {name}, but {damage}: run `jobsearch run --select {name}`")
        versions[name] = stamp.data_version
    return versions


def _rows(asset: LakeAsset, folder: DataFolder) -> int:
    stamp = asset.stamp(folder)
    return stamp.rows if stamp else 0


def _input_tables(asset: LakeAsset, assets: Mapping[str, LakeAsset]) -> list[str]:
    return [name for name in asset.inputs if assets[name].schema is not None]


def _compute(
    asset: LakeAsset,
    assets: Mapping[str, LakeAsset],
    config: Recipe,
    folder: DataFolder,
    parts: KeyParts,
    say: Callable[[str], object],
) -> tuple[Stamp, bool]:
    if asset.schema is None and folder.artifacts.is_sound(asset.name, parts.key):
        return folder.artifacts.point(asset.name, parts.key), True
    with folder.lake.connect(_input_tables(asset, assets)) as connection:
        step = Step(folder, connection, config, say, parts)
        if asset.schema is not None:
            rows = asset.body(step)
            return folder.lake.write(asset.name, rows, asset.schema, parts, connection), False
        with folder.artifacts.building(asset.name, parts) as (path, manifest):
            manifest.update(asset.body(step, path))
    stamp = asset.stamp(folder)
    assert stamp is not None
    return stamp, False


@contextmanager
def user_errors_in_one_line() -> Generator[None]:
    """Turn a user error into a `dg.Failure`, which the UI shows without a traceback and Dagster does not retry."""
    try:
        yield
    except UserError as error:
        raise dg.Failure(description=str(error), allow_retries=False) from error


def _stored_metadata(
    asset: LakeAsset, assets: Mapping[str, LakeAsset], folder: DataFolder, stamp: Stamp
) -> dict[str, Any]:
    if asset.schema is None:
        artifact = folder.artifacts.read(asset.name)
        return {"manifest": artifact.manifest, **(asset.show(artifact) if asset.show else {})}
    with folder.lake.connect([asset.name, *_input_tables(asset, assets)]) as connection:
        preview = connection.sql(asset.preview or f"FROM {asset.name}").limit(PREVIEW_ROWS).df()
        shown = {**_token_rate(asset, connection), **(asset.show(connection) if asset.show else {})}
    return {
        "dagster/row_count": stamp.rows,
        "preview": dg.MetadataValue.md(markdown_table(preview)),
        **column_lineage(asset.schema),
        **shown,
    }


def _token_rate(asset: LakeAsset, connection: "duckdb.DuckDBPyConnection") -> dict[str, float]:
    """Tokens per second of a table whose rows say how many were read or written and how long that took."""
    if asset.schema is None or not {"tokens", "seconds"} <= set(asset.schema.names):
        return {}
    rate = connection.execute(f"SELECT sum(tokens) / sum(seconds) FROM {asset.name} WHERE tokens > 0").fetchall()[0][0]
    return {} if rate is None else {"tokens_per_second": round(rate, 1)}
