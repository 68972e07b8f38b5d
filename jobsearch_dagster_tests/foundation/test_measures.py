"""The peak of memory is that of the work since it was asked to begin anew."""

from jobsearch_dagster.foundation.measures import peak_memory, restart_peak_memory


def test_the_peak_is_what_was_held_meanwhile() -> None:
    restart_peak_memory()
    before = peak_memory()
    held = bytearray(b"x" * 300_000_000)
    del held
    assert peak_memory() > before + 200_000_000


def test_a_restart_forgets_what_was_held_before() -> None:
    held = bytearray(b"x" * 300_000_000)
    del held
    high = peak_memory()
    restart_peak_memory()
    assert peak_memory() < high - 200_000_000
