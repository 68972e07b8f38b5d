"""A training in processes of its own gives what one in this process gives, and ends when this process does."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from jobsearch_dagster.finetuning import launch
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster_tests.finetuning.trainings import Trained, files, job, silent, train

PARENT = """
import os, subprocess, sys, time
worker = subprocess.Popen(
    [sys.executable, "-m", "jobsearch_dagster.finetuning.launch", sys.argv[1]],
    env={**os.environ, "JOBSEARCH_TRAINING_PARENT": str(os.getpid())},
)
print(worker.pid, flush=True)
time.sleep(600)
"""


@pytest.mark.slow
class TestTwoProcesses:
    @pytest.fixture(scope="class")
    def divided(self, smoke_models: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Trained, list[str]]:
        lines: list[str] = []
        folder = tmp_path_factory.mktemp("divided")
        found = train(smoke_models, folder, say=lines.append, distributed="accelerate", processes=2)
        return found, lines

    def test_learn_what_one_learns(self, divided: tuple[Trained, list[str]], trained: Trained) -> None:
        precise = 1e-4
        for name in ("loss", "grad_norm", "learning_rate"):
            assert divided[0].column(name) == pytest.approx(trained.column(name), rel=1e-3, abs=precise)
        for name in ("base_loss", "adapter_loss"):
            expected = pytest.approx(trained.manifest["validation"][name], abs=precise)
            assert divided[0].manifest["validation"][name] == expected

    def test_leave_the_same_files_and_the_same_manifest(
        self, divided: tuple[Trained, list[str]], trained: Trained
    ) -> None:
        assert files(divided[0].folder) == files(trained.folder)
        assert divided[0].manifest.keys() == trained.manifest.keys()
        assert json.dumps(divided[0].manifest)

    def test_log_every_step_once_with_the_tokens_of_both(
        self, divided: tuple[Trained, list[str]], trained: Trained
    ) -> None:
        for name in ("step", "epoch", "tokens"):
            assert divided[0].column(name) == trained.column(name)
        assert [row["step"] for row in divided[0].manifest["sample"]] == [0, 0, 3, 3, 6, 6]

    def test_say_only_what_the_first_of_them_says(self, divided: tuple[Trained, list[str]]) -> None:
        lines = divided[1]
        assert lines[0].startswith("trains with trl: ")
        assert len(set(lines)) == len(lines)
        assert lines[-1] == "comparing adapter and base model on 6 validation pairs"


@pytest.mark.slow
def test_what_a_process_refuses_is_refused_here(smoke_models: Path, tmp_path: Path) -> None:
    work = job(smoke_models, tmp_path, distributed="accelerate")
    other = tmp_path / "opt"
    other.mkdir()
    _save_opt(other)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (other / name).write_bytes((work.base / name).read_bytes())
    with pytest.raises(UserError, match=r"^target_modules report: OPTForCausalLM has no o_proj; groups are report, "):
        launch.run(work.model_copy(update={"base": other}), silent)


def _save_opt(folder: Path) -> None:
    """An architecture that names its output projection otherwise."""
    from transformers import OPTConfig, OPTForCausalLM

    OPTForCausalLM(
        OPTConfig(vocab_size=259, hidden_size=16, ffn_dim=32, num_hidden_layers=1, num_attention_heads=2)
    ).save_pretrained(folder)


def test_a_process_that_breaks_is_reported_with_its_last_words(smoke_models: Path, tmp_path: Path) -> None:
    """Unsloth is not there, or there is no card for it, or there are no examples."""
    work = job(smoke_models, tmp_path).model_copy(update={"backend": "unsloth", "examples": tmp_path / "nowhere"})
    with pytest.raises(RuntimeError, match=r"(?s)the training process ended without a result:\n.*Error"):
        launch.run(work, silent)


class TestAWorkerWhoseParentIsKilled:
    @pytest.fixture
    def waiting(self, tmp_path: Path) -> Any:
        """A parent and the process id of its worker, which waits for its job."""
        os.mkfifo(tmp_path / launch.JOB)
        parent = subprocess.Popen([sys.executable, "-c", PARENT, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert parent.stdout is not None
        worker = psutil.Process(int(parent.stdout.readline()))
        yield parent, worker
        parent.kill()
        parent.wait()
        if worker.is_running():
            worker.kill()

    def test_ends_itself(self, waiting: tuple[subprocess.Popen[str], psutil.Process], tmp_path: Path) -> None:
        parent, worker = waiting
        with (tmp_path / launch.JOB).open("w"):  # opens when the worker has begun to read, after its watch began
            assert worker.status() != psutil.STATUS_ZOMBIE
            parent.send_signal(signal.SIGKILL)
            parent.wait()
            worker.wait(timeout=60)

    def test_ends_itself_also_where_nobody_asks_how_the_parent_ended(
        self, waiting: tuple[subprocess.Popen[str], psutil.Process], tmp_path: Path
    ) -> None:
        """A process that was killed stays in the table until it is asked, in a container perhaps for ever."""
        parent, worker = waiting
        with (tmp_path / launch.JOB).open("w"):
            parent.send_signal(signal.SIGKILL)
            worker.wait(timeout=60)
        assert psutil.Process(parent.pid).status() == psutil.STATUS_ZOMBIE
