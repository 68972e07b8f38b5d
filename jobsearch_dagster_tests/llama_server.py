"""The embedded language model behind a real OpenAI-compatible server: llama.cpp's own, in a process that can be killed.

Belongs here: starting and ending it. What a small model makes of questions is in the tests and in
`benchmarks/agreement.py`; a server whose replies are scripted is in `llm_server.py`.

    python -m jobsearch_dagster_tests.llama_server     prints the address, serves until its input ends
"""

import importlib
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from jobsearch_dagster.foundation.model_store import model_files
from jobsearch_dagster.foundation.settings import Settings

MODEL = "smollm2-135m-instruct"
CONTEXT = 4096
"""Tokens of one conversation: an instruction takes 700, an answer 400. Ollama gives no more by default."""
THREADS = 1
"""On cores that others use too, a second thread of llama.cpp waits for its share: 50 s for an answer instead of 6."""


@dataclass(frozen=True)
class LlamaServer:
    """A running server.

    Attributes:
        url: Its base address, as in `JOBSEARCH_LLM_URL`.
        process: Kill it, and the server is gone in the middle of whatever it does.
    """

    url: str
    process: "subprocess.Popen[str]"


@contextmanager
def serving_the_embedded_model() -> Generator[LlamaServer]:
    """A server that has loaded the model."""
    command = [sys.executable, "-m", __name__]
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://"), "the server did not start: run its command in a terminal to see why"
        yield LlamaServer(address, process)
    finally:
        process.kill()
        process.communicate()


def main() -> None:
    """Serve until the input ends."""
    xllamacpp: Any = importlib.import_module("xllamacpp")  # compiled, and without types
    params = xllamacpp.CommonParams()
    [weights] = model_files(MODEL, Settings.from_environment().data_dir)[1]
    params.model.path = str(weights)
    params.port = 0
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.warmup = False
    params.verbosity = -1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = THREADS
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{server.listening_address}/v1\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
