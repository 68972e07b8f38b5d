"""What every command works on: settings, definitions, instance, and the assets a selection names.

Belongs here: opening these, and the words for what goes wrong with them. What a command does with them is in its own
module.
"""

import warnings
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dagster as dg

from jobsearch_dagster.app.console import terminal_logger
from jobsearch_dagster.build import build_defs, lake_assets
from jobsearch_dagster.foundation import home, profiles
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.table_asset import DataFolder


class UsageError(Exception):
    """The command was called in a way that cannot be meant; exit code 2."""


@dataclass(frozen=True)
class Workspace:
    """Definitions over one data folder.

    Attributes:
        settings: The resolved environment.
        profile: The profile in force.
        defs: Definitions with the terminal's logger.
    """

    settings: Settings
    profile: str
    defs: dg.Definitions

    @property
    def folder(self) -> DataFolder:
        """The data folder."""
        return DataFolder(path=str(self.settings.data_dir), memory_limit=self.settings.memory_limit)

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


def open_workspace(profile: str | None = None) -> Workspace:
    """Read the environment and build the definitions.

    Raises:
        UserError: The environment or the profile is wrong.
        UsageError: The profile that the command names does not exist.
    """
    settings = Settings.from_environment()
    if profile is not None and profile not in profiles.names():
        raise UsageError(f"--profile {profile}: use one of {', '.join(profiles.names())}")
    name = profile or settings.profile
    profiles.load(name)
    logged = dg.Definitions(loggers={"terminal": terminal_logger})
    return Workspace(settings, name, dg.Definitions.merge(build_defs(profile=name), logged))


@contextmanager
def open_instance(workspace: Workspace) -> Generator[dg.DagsterInstance]:
    """The Dagster instance of the data folder."""
    home.prepare_home(workspace.settings.data_dir)
    with dg.DagsterInstance.get() as instance:
        yield instance
