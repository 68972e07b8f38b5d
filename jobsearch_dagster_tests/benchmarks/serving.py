"""Users of `jobsearch serve`: each asks once a second, each question new, on the cores that the server has.

Belongs here: the data that is served, the users, and how long their answers take. The server is the command, as one
starts it, with its own limits: every user has an address of its own on this machine (127.0.0.2, 127.0.0.3 ...).

What is timed begins when a question is due, not when it is sent: a user whose last answer is late waits no less for it.
"""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import psutil

from jobsearch_dagster_tests.benchmarks.measuring import table
from jobsearch_dagster_tests.benchmarks.search_size import p50_p95, questions
from jobsearch_dagster_tests.services import free_port

USERS = 50
SECONDS = 30
WARM_UP = 3
"""Seconds at the beginning that do not count: the first question of a kind reads lists and opens the catalog."""
REPOSITORY = Path(__file__).parents[2]


@dataclass
class Load:
    """What the users met.

    Attributes:
        milliseconds: From the moment a question was due to its whole answer.
        errors: What was answered instead.
    """

    milliseconds: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)


def main(served: Path | None, users: int = USERS, seconds: int = SECONDS) -> None:
    """Print what users wait.

    Args:
        served: Data folder with a catalog and an index; None makes one of the bundled sample.
        users: At once.
        seconds: Length of the measurement.
    """
    with TemporaryDirectory() as folder:
        data = served or made(Path(folder))
        with serving(data) as (url, server):
            before = sum(server.cpu_times()[:2])
            load = asyncio.run(asked(url, users, seconds + WARM_UP))
            spent = sum(server.cpu_times()[:2]) - before
            memory = server.memory_info().rss / 2**20
    low, high = p50_p95(load.milliseconds)
    rows = [
        ("questions answered", len(load.milliseconds)),
        ("errors", len(load.errors)),
        ("p50, ms", low),
        ("p95, ms", high),
        ("slowest, ms", round(max(load.milliseconds), 1)),
        ("processor time of the server a question, ms", round(spent * 1000 / (users * (seconds + WARM_UP)), 1)),
        ("memory of the server, MiB", round(memory)),
        ("load average, 1 minute, afterwards", round(os.getloadavg()[0], 2)),
    ]
    print(f"{users} users, a question a second each for {seconds} s, no question twice, {os.cpu_count()} cores.\n")
    print(table(["", ""], rows))
    print("\n".join(sorted(set(load.errors))))


def made(data: Path) -> Path:
    """A data folder of the bundled sample with what the server answers from."""
    shutil.copytree(REPOSITORY / "data" / "raw", data / "raw")
    run = [sys.executable, "-c", COMMAND, "run", "--select", "search_index"]
    subprocess.run(run, check=True, env=environment(data), stdout=subprocess.DEVNULL)
    return data


COMMAND = "from jobsearch_dagster.app.cli import command; command()"


def environment(data: Path) -> dict[str, str]:
    """Of the command, on a data folder."""
    here = {name: value for name, value in os.environ.items() if name != "DAGSTER_HOME"}
    return {**here, "JOBSEARCH_DATA_DIR": str(data), "JOBSEARCH_PROFILE": "demo", "PYTHONPATH": str(REPOSITORY)}


@contextmanager
def serving(data: Path) -> Generator[tuple[str, psutil.Process]]:
    """The server's address and process."""
    port = free_port()
    command = [sys.executable, "-c", COMMAND, "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment(data), stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        while not is_up(url):
            if process.poll() is not None:
                raise SystemExit("the server ended before it answered")
            time.sleep(0.1)
        yield url, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def is_up(url: str) -> bool:
    """Whether the server answers."""
    try:
        return httpx.get(f"{url}/api/health").is_success
    except httpx.TransportError:
        return False


async def asked(url: str, users: int, seconds: int) -> Load:
    """Let the users ask."""
    load, numbers, texts = Load(), count(), questions()
    begin = time.perf_counter() + 0.5
    await asyncio.gather(*(user(url, number, begin, seconds, texts, numbers, load) for number in range(users)))
    return load


async def user(
    url: str, number: int, begin: float, seconds: int, texts: list[str], numbers: "count[int]", load: Load
) -> None:
    """Ask once a second."""
    chance = random.Random(number)
    transport = httpx.AsyncHTTPTransport(local_address=f"127.0.0.{number + 2}")
    async with httpx.AsyncClient(transport=transport, base_url=url, timeout=60) as client:
        due = begin + chance.random()
        for turn in range(seconds):
            await asyncio.sleep(due - time.perf_counter())
            # A pay bound that no other question has, so that no reading of it is found from before.
            question = f"{chance.choice(texts)}, at least ${20_000 + next(numbers):,}"
            answer = await client.get("/api/search", params={"question": question})
            if not answer.is_success:
                load.errors.append(f"{answer.status_code} {answer.text[:100]}")
            elif turn >= WARM_UP:
                load.milliseconds.append((time.perf_counter() - due) * 1000)
            due += 1


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
