"""Where a training runs: in this process, or in one or several of its own.

Belongs here: starting those processes, listening to them, and ending them. Unsloth changes transformers and TRL when
it is imported, so it must not share a process with anything; several processes need to be several.
"""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jobsearch_dagster.finetuning.training import Job, train
from jobsearch_dagster.foundation.errors import UserError

JOB, RESULT, ERROR = "job.json", "result.json", "error.txt"
WORKER = "jobsearch_dagster.finetuning.launch"
PARENT = "JOBSEARCH_TRAINING_PARENT"
"""Environment variable with the process that a worker ends with: one that goes on after its parent was killed would
write the same checkpoints as the parent's successor."""


def run(job: Job, say: Callable[[str], object]) -> dict[str, Any]:
    """Run a training where its backend needs it.

    Args:
        job: What to do.
        say: Gets a line of progress now and then.

    Returns:
        What `train` returns.

    Raises:
        UserError: As `train` does.
        RuntimeError: A process ended without a result; with the last it said.
    """
    if job.backend == "trl" and job.recipe.distributed == "none":
        return train(job, say)
    with TemporaryDirectory(dir=job.examples.parent) as temporary:
        folder = Path(temporary)
        (folder / JOB).write_text(job.model_dump_json(), encoding="utf-8")
        said = _listen(job, folder, say)
        if (folder / ERROR).is_file():
            raise UserError((folder / ERROR).read_text(encoding="utf-8"))
        if not (folder / RESULT).is_file():
            raise RuntimeError(f"the training process ended without a result:\n{said}")
        return json.loads((folder / RESULT).read_text(encoding="utf-8"))


def _command(job: Job, folder: Path) -> list[str]:
    if job.recipe.distributed == "none":
        return [sys.executable, "-m", WORKER, str(folder)]
    # `accelerate launch` does the same for several cards; on processors it would ask for MPI.
    processes = ["--standalone", "--nproc-per-node", str(job.recipe.processes)]
    return [sys.executable, "-m", "torch.distributed.run", *processes, "-m", WORKER, str(folder)]


def _listen(job: Job, folder: Path, say: Callable[[str], object]) -> str:
    """Start, pass every line of stdout on, wait; the end of stderr."""
    threads = max(1, (os.cpu_count() or 1) // job.recipe.processes)
    environment = {
        **os.environ,
        PARENT: str(os.getpid()),
        "OMP_NUM_THREADS": str(threads),
        "UNSLOTH_COMPILE_LOCATION": str(folder / "unsloth"),  # else it leaves a folder where it was started
        "UNSLOTH_DISABLE_AUTO_PADDING_FREE": "1",  # else it drops padding by itself, and the backends differ in more
    }
    errors = folder / "stderr.txt"
    with errors.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(  # noqa: S603 - this package's own module
            _command(job, folder), stdout=subprocess.PIPE, stderr=stderr, text=True, env=environment
        )
        assert process.stdout is not None
        try:
            for line in process.stdout:
                say(line.rstrip())
        except BaseException:
            process.terminate()
            raise
        finally:
            process.wait()
    return errors.read_text(encoding="utf-8")[-2000:]


def _work(folder: Path) -> int:
    """The body of a worker process; exit code."""
    threading.Thread(target=_end_with_parent, args=(int(os.environ[PARENT]),), daemon=True).start()
    job = Job.model_validate_json((folder / JOB).read_text(encoding="utf-8"))
    if job.backend == "unsloth":
        import unsloth  # noqa: F401 - before torch and transformers  # ty: ignore[import-not-found]
    first = os.environ.get("RANK", "0") == "0"
    try:
        result = train(job, lambda line: print(line, flush=True) if first else None)  # noqa: T201 - to the parent
    except UserError as error:
        (folder / ERROR).write_text(str(error), encoding="utf-8")
        return 1
    if first:
        (folder / RESULT).write_text(json.dumps(result), encoding="utf-8")
    return 0


def _end_with_parent(parent: int) -> None:
    while _is_alive(parent):
        time.sleep(1.0)
    os._exit(1)


def _is_alive(process: int) -> bool:
    """A zombie is dead: it only waits for its own parent to ask how it ended."""
    import psutil

    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


if __name__ == "__main__":
    sys.exit(_work(Path(sys.argv[1])))
