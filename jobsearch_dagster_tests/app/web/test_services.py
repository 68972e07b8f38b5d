"""What all requests share is given to one after the other, and nobody who has left stands in the way."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

from jobsearch_dagster.app.web.services import Services, read_in_thread
from jobsearch_dagster.foundation.settings import Settings
from jobsearch_dagster.foundation.streaming import Piece


def test_who_leaves_while_waiting_for_the_model_frees_the_place_at_once(tmp_path: Path) -> None:
    import anyio

    services = Services(Settings(tmp_path), waiting=1)
    has_it, may_go = Event(), Event()

    def hold() -> None:
        with services.generation_slot():
            has_it.set()
            may_go.wait(10)

    async def leave() -> None:
        with anyio.move_on_after(0.3):
            async for piece in read_in_thread(services.stream("base", "Which jobs?")):
                assert piece == Piece("")

    with ThreadPoolExecutor() as pool:
        holding = pool.submit(hold)
        assert has_it.wait(10)
        anyio.run(leave)
        assert not holding.done()
        with closing(services.stream("base", "Which jobs?")) as another:
            assert next(another) == Piece("")  # and no BusyError
        may_go.set()
