"""What a tick of a sensor or schedule asks for, as tests compare it."""

import dagster as dg


def asked_by(told: dg.RunRequest | dg.SkipReason) -> set[str]:
    """The names of the assets; none where the tick was skipped."""
    if isinstance(told, dg.SkipReason):
        return set()
    return {key.to_user_string() for key in told.asset_selection or ()}
