"""What every command works on: settings, definitions, instance, and the assets a selection names.

Belongs here: opening these, and the words for what goes wrong with them. What a command does with them is in its own
module.
"""

import sqlite3
import warnings
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dagster as dg
import yaml
from sqlalchemy.exc import OperationalError

from jobsearch_dagster.app.run_log import terminal_logger
from jobsearch_dagster.app.usage import UsageError
from jobsearch_dagster.build import build_defs, lake_assets
from jobsearch_dagster.foundation import home, profiles
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.settings import Settings, is_profile_file, located_profile, postgres_url
from jobsearch_dagster.foundation.table_asset import DataFolder, LakeAsset

_NO_ROOM = "free space or make the folder writable"
_HELD = "another process holds it: wait until that ends, and run again"
_REMEDIES = {
    sqlite3.SQLITE_FULL: _NO_ROOM,
    sqlite3.SQLITE_IOERR: _NO_ROOM,
    sqlite3.SQLITE_READONLY: _NO_ROOM,
    sqlite3.SQLITE_CANTOPEN: _NO_ROOM,
    sqlite3.SQLITE_BUSY: _HELD,
    sqlite3.SQLITE_LOCKED: _HELD,
}
"""SQLite's codes of what the user can mend in Dagster's storage."""


@dataclass(frozen=True)
class Workspace:
    """Definitions over one data folder.

    Attributes:
        settings: The resolved environment.
        profile: The profile in force: a name, or the absolute path of a user's file.
        defs: Definitions with the terminal's logger.
        changes: Fields that differ from the profile for this command, per asset.
    """

    settings: Settings
    profile: str
    defs: dg.Definitions
    changes: Mapping[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return DataFolder(path=str(self.settings.data_dir), memory_limit=self.settings.memory_limit)

    def recipe(self, asset: LakeAsset) -> Recipe:
        """The recipe that applies to an asset."""
        return profiles.resolve(asset.recipe, asset.name, self.profile, self.changes.get(asset.name))

    def selected(self, selections: Sequence[str]) -> list[str]:
        """Names of the assets that Dagster selection strings name, upstream first; all where there is none.

        Raises:
            UsageError: A selection does not parse or names nothing.
        """
        names: set[str] = set()
        graph = self.defs.resolve_asset_graph()
        for text in selections:
            try:
                with warnings.catch_warnings():
                    # Dagster calls a parameter that it sets itself for `group:` a beta feature.
                    warnings.simplefilter("ignore", dg.BetaWarning)
                    keys = dg.AssetSelection.from_string(text).resolve(graph)
            except dg.DagsterInvalidSubsetError:
                keys = set()
            except (dg.DagsterError, ValueError) as error:
                raise UsageError(f"--select {text}: {str(error).splitlines()[0]}") from error
            if not keys:
                raise UsageError(f"--select {text} names no asset: `jobsearch run --explain` lists them")
            names |= {key.to_user_string() for key in keys}
        return [name for name in lake_assets() if not selections or name in names]

    def refuse_changes_outside(self, names: Sequence[str]) -> None:
        """A change of what the command does not look at would be left out in silence.

        Raises:
            UsageError: There is one.
        """
        for name in self.changes:
            if name not in names:
                raise UsageError(f"--set {name}: this command does not run {name}: select it, or leave the setting out")


def open_workspace(profile: str | None = None, changes: Sequence[str] = ()) -> Workspace:
    """Read the environment and build the definitions.

    Args:
        profile: A name or a file; by default `JOBSEARCH_PROFILE`.
        changes: `asset.field=value` each, where the command differs from the profile.

    Raises:
        UserError: The environment or the profile is wrong.
        UsageError: The profile that the command names does not exist, or a change cannot be made.
    """
    settings = Settings.from_environment()
    name = settings.profile if profile is None else _named_profile(profile)
    logged = dg.Definitions(loggers={"terminal": terminal_logger})
    defs = dg.Definitions.merge(build_defs(profile=name), logged)
    return Workspace(settings, name, defs, _changes(changes, name))


def _named_profile(profile: str) -> str:
    located = located_profile(profile)
    if is_profile_file(profile):
        if not Path(located).is_file():
            raise UsageError(f"--profile {profile}: there is no file {located}")
    elif profile not in profiles.names():
        raise UsageError(f"--profile {profile}: use one of {', '.join(profiles.names())}, or your own file NAME.yaml")
    return located


def _changes(texts: Sequence[str], profile: str) -> dict[str, dict[str, Any]]:
    assets = lake_assets()
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        place, is_given, value = text.partition("=")
        name, _, key = place.strip().partition(".")
        if not is_given or not key:
            raise UsageError(f"--set {text}: write asset.field=value, e.g. query_pairs.paraphrases=true")
        if name not in assets:
            raise UsageError(f"--set {text}: there is no asset {name}: {profiles.nearest(name, assets)}")
        fields = assets[name].recipe.model_fields
        if key not in fields:
            raise UsageError(f"--set {text}: {name} has no field {key}: {profiles.nearest(key, fields)}")
        try:
            found.setdefault(name, {})[key] = yaml.safe_load(value)
        except yaml.YAMLError as error:
            raise UsageError(f"--set {text}: the value is no YAML: {' '.join(str(error).split())}") from error
    return {name: _valid(assets[name], values, profile) for name, values in found.items()}


def _valid(asset: LakeAsset, values: dict[str, Any], profile: str) -> dict[str, Any]:
    """The values in the types that the recipe makes of them: YAML reads `1e-3` as text."""
    try:
        recipe = profiles.resolve(asset.recipe, asset.name, profile, values)
    except UserError as error:
        raise UsageError(str(error)) from error
    return {key: value for key, value in recipe.model_dump(mode="json").items() if key in values}


@contextmanager
def open_instance(workspace: Workspace) -> Generator[dg.DagsterInstance]:
    """The Dagster instance of the data folder.

    Raises:
        UserError: Its storage cannot be written, in the block too, or another process holds it for long; PostgreSQL
            gives no connection.
    """
    folder = home.prepare_home(workspace.settings.data_dir)
    try:
        with dg.DagsterInstance.get() as instance:
            yield instance
    except OperationalError as error:
        _refuse_lost_postgres()
        code = getattr(error.orig, "sqlite_errorcode", 0) & 0xFF  # the low byte says what, the rest says where
        if code not in _REMEDIES:
            raise
        raise UserError(f"cannot write {folder}: {error.orig}; {_REMEDIES[code]}") from error
    except Exception:  # whatever a lost server led to; any other error goes on as it is
        _refuse_lost_postgres()
        raise


def _refuse_lost_postgres() -> None:
    """A user error where an error in the block came from a server that has gone since."""
    if (url := postgres_url()) is not None:
        home.refuse_silent_postgres(url)
