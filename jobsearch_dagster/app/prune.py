"""`jobsearch prune`: delete what nothing names any more.

Belongs here: making sure that no run is at work while it is looked up and deleted. What may be deleted is decided in
`foundation/pruning.py`.
"""

import dagster as dg

from jobsearch_dagster.app.console import errors
from jobsearch_dagster.app.workspace import Workspace, open_instance
from jobsearch_dagster.build import lake_assets
from jobsearch_dagster.foundation import home, pruning
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.pruning import Removable


def prune(workspace: Workspace, keep: int, *, delete: bool) -> list[Removable]:
    """Find what may be deleted, and delete it where that is wanted.

    Returns:
        What may be, or was, deleted.

    Raises:
        UserError: A run of the UI or the daemon is at work, or something could not be deleted.
    """
    assets = lake_assets()
    if not delete:
        return pruning.removables(workspace.folder, assets, keep)
    with (
        open_instance(workspace) as instance,
        home.only_run(workspace.settings.data_dir, lambda line: errors.print(line, markup=False)),
    ):
        home.end_abandoned_runs(instance)
        _refuse_others(instance)
        found = pruning.removables(workspace.folder, assets, keep)
        return pruning.delete(workspace.folder, assets, found, lambda: _refuse_others(instance))


def _refuse_others(instance: dg.DagsterInstance) -> None:
    """The UI and the daemon do not ask for the lock of the data folder."""
    working = home.unfinished_runs(instance)
    if working:
        raise UserError(f"run {working[0].run_id[:8]} is at work: wait until it ends, or end it in the UI")
