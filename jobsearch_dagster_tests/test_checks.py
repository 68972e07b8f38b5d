"""Every asset check of every stage passes on a finished data folder and fails on one where what it says does not hold.

A check that cannot fail is no check. Each case tampers with one stored table or manifest as a bug in its asset would,
keeping the table's contract, and names what the check must report.
"""

import json
import math
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import dagster as dg
import numpy as np
import pyarrow.parquet as pq
import pytest

from jobsearch_dagster import build
from jobsearch_dagster.app.run import Outcome
from jobsearch_dagster.evaluation.judges import measure
from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.artifacts import manifest_text
from jobsearch_dagster.foundation.seals import SEAL, UNSEALED, set_seal
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.search.index import IDS, SCORES, VECTORS
from jobsearch_dagster_tests.evaluation.judged_postings import drawn, relabelled

GENERATED = "stored_as_declared"

Tamper = Callable[[DataFolder], None]


@cache
def checks() -> dict[str, dg.AssetChecksDefinition]:
    """The checks that Dagster gets, as `asset:check`."""
    declared = [c for c in build.build_defs().asset_checks or () if isinstance(c, dg.AssetChecksDefinition)]
    return {key.to_user_string(): check for check in declared for key in check.check_keys}


def run_check(name: str, folder: DataFolder) -> dg.AssetCheckResult:
    result = checks()[name](folder=folder)
    assert isinstance(result, dg.AssetCheckResult)
    return result


@pytest.fixture
def folder(finished: tuple[Path, Outcome], tmp_path: Path) -> DataFolder:
    """A copy of the raw files and the finished tables, models and catalog, to be tampered with."""
    for part in ("raw", "lake", "models", "catalog"):
        shutil.copytree(finished[0] / part, tmp_path / part)
    return DataFolder(path=str(tmp_path))


def rewritten(table: str, query: str) -> Tamper:
    """The rows of a query over all tables become the table, as if its asset had computed them."""

    def tamper(folder: DataFolder) -> None:
        assets = build.lake_assets()
        asset, tables = assets[table], [name for name, other in assets.items() if other.schema is not None]
        stamp = asset.stamp(folder)
        assert stamp is not None
        assert asset.schema is not None
        with folder.lake.connect(tables) as connection:
            folder.lake.write(table, connection.sql(query), asset.schema, stamp.parts, connection)

    return tamper


def replaced(table: str, column: str, value: str, where: str = "true") -> Tamper:
    """A column holds another value in the rows where a condition holds."""
    changed = f'CASE WHEN {where} THEN {value} ELSE "{column}" END AS "{column}"'
    return rewritten(table, f"SELECT * REPLACE ({changed}) FROM {table}")


def first(table: str, where: str = "true") -> str:
    """Condition that holds in one row of a table, the first in the order of its key."""
    asset = build.lake_assets()[table]
    assert asset.schema is not None
    key = asset.schema.primary_key
    columns = ", ".join(key)
    return f"({columns}) = (SELECT ({columns}) FROM {table} WHERE {where} ORDER BY {columns} LIMIT 1)"


def resume_summary(value: str, method: str) -> Tamper:
    """The resume of one row has a summary, as if the recipe said so."""
    row = first("clean_jobs", "resume_clean <> ''")
    return rewritten(
        "job_summaries",
        f"""
        SELECT s.* REPLACE (CASE WHEN c.row_id IS NOT NULL THEN {value} END AS resume_summary,
            CASE WHEN c.row_id IS NOT NULL THEN '{method}' END AS resume_method)
        FROM job_summaries s LEFT JOIN (FROM clean_jobs WHERE {row}) c USING (row_id)
        """,
    )


def manifest(asset: str, **entries: Any) -> Tamper:
    """Entries of an artifact's manifest are others."""

    def tamper(folder: DataFolder) -> None:
        path = folder.artifacts.read(asset).path / "manifest.json"
        path.write_text(manifest_text(json.loads(path.read_text(encoding="utf-8")) | entries), encoding="utf-8")

    return tamper


def array(file: str, change: Callable[[Any], Any]) -> Tamper:
    """An array of the search index is another."""

    def tamper(folder: DataFolder) -> None:
        path = folder.artifacts.read("search_index").path / file
        stored = np.load(path)
        np.save(path, change(stored).astype(stored.dtype))

    return tamper


def an_unreadable_resume(folder: DataFolder) -> None:
    """A source with a folder of resumes, one of which was rejected."""
    (folder.root / "raw" / "cvs").mkdir()
    (folder.root / "raw" / "cvs" / "scan.pdf").touch()
    entry = "{file: test-1.csv, split: test, resumes: cvs}"
    (folder.root / "raw" / "sources.yaml").write_text(f"sources: [{entry}]", encoding="utf-8")
    row = "SELECT 'cvs/scan.pdf' AS file, 1 AS record, 1 AS line, 'no text' AS reason, '' AS text"
    rewritten("rejected_rows", row)(folder)


def served(digest: str) -> Tamper:
    """An adapter is served, be it there or not."""

    def tamper(folder: DataFolder) -> None:
        promotions.change(folder.artifacts.root, lambda found: found.pin(digest))

    return tamper


def a_cut_served_adapter(folder: DataFolder) -> None:
    """The adapter that is served has lost its last bytes."""
    adapter = folder.artifacts.read("lora_adapter").path
    served(adapter.name)(folder)
    weights = adapter / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-8])


def shuffled_judge(folder: DataFolder) -> None:
    """The figures of a judge that was trained on shuffled labels stand beside those of the others."""
    examples, features, labels = drawn()
    shuffled = np.random.default_rng(0).permutation(labels)
    figures = measure(relabelled(examples, shuffled), features, shuffled)
    sound = measure(examples, features, labels)
    manifest(
        "ares_judges",
        judges=[
            {"criterion": "context_relevance", **sound},
            {"criterion": "answer_faithfulness", **sound},
            {"criterion": "answer_relevance", **figures},
        ],
    )(folder)


@dataclass(frozen=True)
class Case:
    """A check, what is done to the data, and entries of the metadata that the check must then report."""

    check: str
    tamper: Tamper
    reports: Mapping[str, Any] = field(default_factory=dict)
    severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR


ERROR, WARN = dg.AssetCheckSeverity.ERROR, dg.AssetCheckSeverity.WARN
STATED = "salary_source = 'stated'"
CLUSTER = """
    SELECT posting_id, 'a' AS cluster_id, [split] AS splits, {size} AS size, 1.0 AS similarity,
        'we hire cooks' AS first_words
    FROM (VALUES ('{second}', '{other_split}'), ('b', 'train')) t(posting_id, split)
"""
LEAK = """
    SELECT 'right' AS metric, 'how' AS signature, 8 AS n, 4 AS postings, 0.5 AS by_row, 0.3 AS by_posting, 1.0 AS p,
        9 AS pairs_by_row, 9 AS pairs_by_posting,
"""
PREFERRED = """
    SELECT 'relevance' AS criterion, contender, versus, 4 AS n, 2 AS questions, 2 AS postings, 2 AS voters, 2 AS wins,
        1 AS ties, 1 AS losses, 0.625 AS win_rate, 0.3 AS low, 0.9 AS high, strength::DOUBLE AS strength,
        -2.0 AS strength_low, 2.0 AS strength_high, 0.5 AS agreement, 1 AS shared
    FROM (VALUES ('base', 'rag', null), ('base', 'nobody', 0.5), ('rag', 'nobody', -0.5)) t(contender, versus, strength)
"""
CURVE = """
    SELECT *, 'lora' AS contender, 'right' AS metric, 8 AS n, 4 AS postings, 0.5 AS value, 0.1 AS low, 0.9 AS high
"""
VALIDATION = ("n", "postings", "base_loss", "adapter_loss", "difference", "low", "high", "p")
A_TRAINING_PAIR = f"FROM training_set WHERE {first('training_set')}"

PRIVATE = {
    "clean_jobs": ("job_title", "description_text", "resume_clean"),
    "job_entities": ("role",),
    "job_summaries": ("description_summary",),
    "query_pairs": ("question", "answer"),
    "token_statistics": ("answer",),
    "training_set": ("answer",),
    "validation_set": ("answer",),
    "test_set": ("answer",),
    "job_catalog": ("title", "place", "salary", "summary"),
    "base_answers": ("answer",),
    "lora_answers": ("answer",),
    "rag_answers": ("answer",),
    "analytics_answers": ("answer",),
    "latency": ("answer",),
}
"""Columns, per table, in which the check of personal data must notice it."""
DETAILS = {
    "email": "or write to jane.doe@example.com",
    "phone": "or dial +44 20 7946 0958",
    "address": "at 12 High Street, London",
    "name": "kind regards, Fatima Khan",
}

CASES = [
    *(
        Case(
            f"{table}:no_contact_details",
            replaced(table, column, f"concat({column}, '\n{detail}')", first(table)),
            {"violations": 1, kind: 1},
        )
        for table, columns in PRIVATE.items()
        for column in columns
        for kind, detail in DETAILS.items()
        if column in {"description_text", "description_summary", "title"} or kind == "phone"
    ),
    # ingestion
    Case(
        "raw_jobs:every_row_has_a_title_and_a_description",
        replaced("raw_jobs", "job_title", "'  '", first("raw_jobs")),
        {"violations": 1, "first": [["test-1.csv:1"]]},
    ),
    Case(
        "raw_jobs:every_row_has_a_title_and_a_description",
        replaced("raw_jobs", "description", "NULL", "file LIKE 'train%' AND record <= 2"),
        {"violations": 2},
    ),
    Case(
        "rejected_rows:at_most_one_record_in_a_hundred_is_rejected",
        rewritten(
            "rejected_rows",
            "SELECT 'train-1.csv' AS file, 99 + i AS record, 99 AS line, 'cells' AS reason, '' AS text "
            "FROM range(11) numbers(i)",
        ),
        {"rejected": 11},
    ),
    Case(
        "rejected_rows:every_resume_is_readable",
        an_unreadable_resume,
        {"unreadable": {"cvs/scan.pdf": "no text"}},
        WARN,
    ),
    *(
        Case(
            "rejected_rows:every_record_is_read_or_rejected",
            tamper,
            {"gaps": [{"file": "test-1.csv", "records": 8, "read": read, "rejected": rejected}]},
        )
        for tamper, read, rejected in (
            (rewritten("raw_jobs", "FROM raw_jobs WHERE row_id <> 'test-1.csv:8'"), 7, 0),
            (
                rewritten(
                    "rejected_rows", "SELECT 'test-1.csv' AS file, 9 AS record, 9 AS line, '' AS reason, '' AS text"
                ),
                8,
                1,
            ),
        )
    ),
    # preparation
    Case(
        "deduplicated_jobs:no_job_occurs_twice_in_a_split",
        rewritten(
            "deduplicated_jobs",
            "FROM deduplicated_jobs UNION ALL SELECT * REPLACE ('again' AS row_id) FROM deduplicated_jobs "
            f"WHERE {first('deduplicated_jobs')}",
        ),
        {"violations": 1},
    ),
    Case(
        "deduplicated_jobs:no_job_is_lost",
        rewritten("deduplicated_jobs", f"FROM deduplicated_jobs WHERE NOT ({first('deduplicated_jobs')})"),
        {"violations": 1},
    ),
    Case(
        "deduplicated_jobs:no_job_is_lost",
        replaced("deduplicated_jobs", "copies", "copies + 1", first("deduplicated_jobs")),
        {"violations": 1},
    ),
    *(
        Case(
            "imputed_salaries:every_bucket_agrees_with_its_source",
            replaced("imputed_salaries", column, value, first("imputed_salaries", rows)),
            {"violations": 1},
        )
        for column, value, rows in (
            ("salary_bucket", "'about $50K'", STATED),
            ("salary_bucket", "'Unknown'", STATED),
            ("salary_bucket", "'under $50K'", "salary_source = 'unknown'"),
            ("salary_source", "'imputed'", STATED),
            ("midpoint_usd", "NULL", STATED),
            ("midpoint_usd", "-1.0", STATED),
            ("min_usd", "max_usd + 1", f"{STATED} AND max_usd IS NOT NULL"),
        )
    ),
    *(
        Case(f"clean_jobs:{check}", replaced("clean_jobs", "description_text", text, rows), reports, severity)
        for check, text, rows, reports, severity in (
            ("every_job_keeps_its_description", "' '", first("clean_jobs"), {"violations": 1}, WARN),
            ("most_jobs_keep_their_description", "' '", "split = 'test'", {"with_an_address": 0}, ERROR),
            (
                "most_jobs_keep_their_description",
                "description_text || ' apply at https://example.org'",
                first("clean_jobs"),
                {"with_an_address": 1},
                ERROR,
            ),
        )
    ),
    Case(
        "job_entities:most_jobs_name_a_skill",
        replaced("job_entities", "skills", "[]", "split = 'train'"),
        severity=WARN,
    ),
    Case(
        "near_duplicate_clusters:every_cluster_is_whole",
        rewritten("near_duplicate_clusters", CLUSTER.format(size=2, other_split="train", second="z")),
        {"violations": 1},
    ),
    Case(
        "near_duplicate_clusters:every_cluster_is_whole",
        rewritten("near_duplicate_clusters", CLUSTER.format(size=3, other_split="train", second="a")),
        {"violations": 1},
    ),
    Case(
        "near_duplicate_clusters:no_cluster_is_in_train_and_test",
        rewritten("near_duplicate_clusters", CLUSTER.format(size=2, other_split="test", second="a")),
        {"violations": 1, "first": [["a", "we hire cooks"]]},
        WARN,
    ),
    Case(
        "imputation_quality:imputing_is_no_worse_than_guessing",
        rewritten(
            "imputation_quality",
            "SELECT * REPLACE (20 AS covered, 0.4 AS accuracy, 0.5 AS baseline_accuracy) FROM imputation_quality",
        ),
        {"accuracy": 0.4, "baseline": 0.5},
        WARN,
    ),
    # summarization
    Case(
        "job_summaries:every_extracted_sentence_stands_in_its_text",
        replaced(
            "job_summaries",
            "description_summary",
            "description_summary || chr(10) || 'we pay twice as much.'",
            first("job_summaries"),
        ),
        {"invented": ["we pay twice as much."]},
    ),
    Case(
        "job_summaries:every_extracted_sentence_stands_in_its_text",
        resume_summary("resume_text || chr(10) || 'i know everything.'", "extractive"),
        {"invented": ["i know everything."]},
    ),
    Case(
        "job_summaries:facts_of_summaries_stand_in_their_texts",
        rewritten(
            "job_summaries",
            "SELECT * REPLACE ('we pay $7,777,777.' AS description_summary, 'bart' AS method) FROM job_summaries",
        ),
        {"share_in_text": 0.0},
    ),
    Case(
        "job_summaries:facts_of_summaries_stand_in_their_texts",
        resume_summary("'i earn $7,777,777.'", "bart"),
        {"share_in_text": 0.0, "invented": ["7777777"]},
    ),
    Case(
        "job_summaries:no_summary_is_empty",
        replaced("job_summaries", "description_summary", "' '", first("job_summaries")),
        {"violations": 1},
    ),
    Case("job_summaries:no_summary_is_empty", resume_summary("' '", "bart"), {"violations": 1}),
    # pairs
    *(
        Case(
            "query_pairs:every_question_names_what_it_asks_for",
            replaced("query_pairs", column, value, first("query_pairs", "query_type = 'location'")),
            {"violations": 1},
        )
        for column, value in (
            ("question", "'what jobs are there?'"),
            ("answer", "'job available' || chr(10) || answer"),
        )
    ),
    Case(
        "training_set:every_query_type_occurs",
        rewritten("training_set", "FROM training_set WHERE query_type <> 'salary'"),
        {"missing": ["salary"]},
    ),
    Case(
        "validation_set:training_and_validation_share_no_pair",
        rewritten("validation_set", f"FROM validation_set UNION ALL {A_TRAINING_PAIR}"),
        {"violations": 1},
    ),
    Case(
        "validation_set:training_and_validation_share_no_posting",
        rewritten(
            "validation_set", f"FROM validation_set UNION ALL SELECT * REPLACE ('new' AS pair_id) {A_TRAINING_PAIR}"
        ),
        {"violations": 1},
    ),
    Case(
        "token_statistics:hardly_any_example_is_cut",
        replaced("token_statistics", "is_cut", "true", "query_type = 'salary'"),
        {},
        WARN,
    ),
    *(
        Case(
            f"{table}:every_query_type_occurs",
            rewritten(table, f"FROM {table} WHERE query_type <> 'skills'"),
            {"missing": ["skills"]},
        )
        for table in ("validation_set", "test_set")
    ),
    Case(
        "query_pairs:few_questions_ask_for_an_unknown_value",
        replaced("query_pairs", "slot_values", "[]::VARCHAR[]", "query_type = 'salary' AND split = 'test'"),
        {"test salary": 1.0, "train salary": 0.0, "most": 0.05},
    ),
    Case(
        "query_pairs:every_question_asks_for_a_known_value",
        replaced("query_pairs", "slot_values", "[]::VARCHAR[]", "query_type = 'skills'"),
        {"train skills": 1.0, "with skills": "0 of 16"},
        WARN,
    ),
    Case(
        "test_set:test_postings_are_unseen",
        replaced("test_set", "near_seen", "true", first("test_set")),
        {"postings_seen_or_nearly": 1},
        WARN,
    ),
    # finetuning
    Case("base_model:the_end_of_an_answer_is_not_padding", manifest("base_model", pad_token_id=2)),
    Case("base_model:the_end_of_an_answer_is_not_padding", manifest("base_model", pad_token_id=None)),
    Case("base_model:the_end_of_an_answer_is_not_padding", manifest("base_model", stop_token_id=0)),
    Case(
        "lora_adapter:the_loss_fell",
        manifest("lora_adapter", log=[{"loss": loss} for loss in (1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 1.0, 1.1)]),
        {"first": 1.0, "last": 1.05},
    ),
    Case("lora_adapter:the_loss_fell", manifest("lora_adapter", log=[{"loss": 1.0}]), {"first": 1.0, "last": 1.0}),
    Case(
        "lora_adapter:the_loss_fell",
        manifest("lora_adapter", log=[{"loss": loss} for loss in (2.0, math.nan, 1.0, 0.5)]),
        {"first": "not finite"},
    ),
    *(
        Case(
            "lora_adapter:the_adapter_predicts_better_than_the_base_model",
            manifest("lora_adapter", validation=dict(zip(VALIDATION, found, strict=True))),
            {"postings": str(found[1]), "high": str(found[-2])},
            WARN,
        )
        for found in (
            (24, 6, 2.0, 1.9, -0.1, -0.25, 0.05, 0.2),  # better on the whole, but it may be chance
            (24, 6, 2.0, 1.9, -0.1, -0.2, 0.0, 0.1),
            (24, 6, 2.0, 2.2, 0.2, 0.1, 0.3, 0.03),
            (4, 1, 2.0, 1.0, -1.0, None, None, 1.0),  # one posting proves nothing
        )
    ),
    Case(
        "lora_adapter:the_adapter_changes_answers",
        manifest(
            "lora_adapter",
            sample=[
                {"step": step, "question": question, "reference": "cook", "answer": f"answer to {question}"}
                for step in (0, 4, 8)
                for question in ("a", "b")
            ],
        ),
        {"changed": 0, "questions": 2},
    ),
    Case(
        "lora_adapter:no_example_was_dropped_or_cut",
        manifest("lora_adapter", dataset={"dropped": 3, "cut": 0}),
        {"dropped": 3},
        WARN,
    ),
    Case(
        "lora_adapter:no_example_was_dropped_or_cut",
        manifest("lora_adapter", dataset={"dropped": 0, "cut": 2}),
        {"cut": 2},
        WARN,
    ),
    # search
    Case(
        "job_catalog:every_posting_can_be_found",
        rewritten("job_catalog", f"FROM job_catalog WHERE NOT ({first('job_catalog')})"),
        {"violations": 1},
    ),
    Case(
        "job_catalog:every_posting_can_be_found",
        replaced("job_catalog", "posting_id", "'invented'", first("job_catalog")),
        {"violations": 2},
    ),
    Case(
        "job_catalog:no_resume_is_in_the_catalog",
        replaced(
            "job_catalog",
            "summary",
            "summary || (SELECT any_value(resume_text) FROM clean_jobs j WHERE j.posting_id = job_catalog.posting_id)",
            first("job_catalog"),
        ),
        {"violations": 1},
    ),
    Case(
        "job_catalog:the_published_file_holds_the_table",
        rewritten("job_catalog", f"FROM job_catalog WHERE NOT ({first('job_catalog')})"),
    ),
    *(
        Case("search_index:the_index_has_the_postings_of_the_catalog", tamper, reports)
        for tamper, reports in (
            (rewritten("job_catalog", f"FROM job_catalog WHERE NOT ({first('job_catalog')})"), {"unknown": 1}),
            (
                replaced(
                    "job_catalog", "posting_id", "'0' || posting_id[2:]", first("job_catalog", "posting_id > '1'")
                ),
                {"missing": 1, "unknown": 1},
            ),
            (array(IDS, lambda ids: ids[::-1]), {"missing": 0, "unknown": 0}),  # all there, in other rows
        )
    ),
    *(
        Case("search_index:every_vector_has_length_1", array(VECTORS, change), {"wrong": wrong})
        for change, wrong in (
            (lambda vectors: vectors * np.array([[2]] + [[1]] * (len(vectors) - 1)), 1),
            (lambda vectors: vectors * np.array([[1]] * (len(vectors) - 2) + [[np.nan], [0]]), 2),
        )
    ),
    *(
        Case("search_index:a_posting_is_found_by_its_own_words", tamper, reports, WARN)
        for tamper, reports in (
            (array(IDS, lambda ids: np.array([b"nobody"] * len(ids))), {"recall_at_10": 0.0}),
            (array(SCORES["data"], lambda scores: -scores), {}),
        )
    ),
    # evaluation
    Case(
        "answer_scores:every_contender_answered_the_same_questions",
        rewritten("answer_scores", f"FROM answer_scores WHERE NOT ({first('answer_scores')})"),
        {"violations": 1},
    ),
    *(
        Case(
            "answer_scores:every_score_lies_on_its_scale",
            replaced("answer_scores", "value", value, first("answer_scores", f"metric = '{metric}'")),
            {"violations": 1},
        )
        for metric, value in (
            ("rouge1", "1.01"),
            ("right", "-0.01"),
            ("bleu", "'nan'"),
            ("length_ratio", "-0.1"),
            ("bertscore_f1", "-1.01"),
            ("bertscore_f1_rescaled", "1.01"),
        )
    ),
    Case(
        "answer_scores:every_metric_has_one_signature",
        replaced("answer_scores", "signature", "'another'", first("answer_scores")),
        {"violations": 1},
    ),
    *(
        Case(
            "contender_comparison:every_p_is_corrected_upwards",
            replaced("contender_comparison", column, value, first("contender_comparison", "p < 1")),
            {"violations": 1},
        )
        for column, value in (("p_holm", "p / 2"), ("p_holm", "1.01"), ("p", "0"))
    ),
    *(
        Case(
            "metric_summary:every_mean_lies_in_its_interval",
            replaced("metric_summary", column, value, first("metric_summary", "low IS NOT NULL")),
            {"violations": 1},
        )
        for column, value in (("mean", "high + 0.01"), ("mean", "low - 0.01"), ("n", "0"))
    ),
    *(
        Case(
            "metric_correlations:every_r_lies_in_its_interval",
            replaced("metric_correlations", column, value, first("metric_correlations", "r IS NOT NULL")),
            {"violations": 1},
        )
        for column, value in (("r", "1.01"), ("low", "r + 0.01"), ("high", "r - 0.01"))
    ),
    *(
        Case(
            "retrieval_scores:every_retrieval_score_lies_between_0_and_1",
            replaced("retrieval_scores", "value", value, first("retrieval_scores")),
            {"violations": 1},
        )
        for value in ("1.01", "-0.01", "'nan'")
    ),
    *(
        Case("retrieval_scores:every_contender_was_ranked_on_the_same_questions", tamper, {"violations": 1})
        for tamper in (
            rewritten("retrieval_scores", f"FROM retrieval_scores WHERE NOT ({first('retrieval_scores')})"),
            rewritten(
                "retrieval_scores",
                f"""
                FROM retrieval_scores UNION ALL
                SELECT * REPLACE ('natural' AS question_set, 'rag' AS contender) FROM retrieval_scores
                WHERE {first("retrieval_scores")}
                """,
            ),
        )
    ),
    Case(
        "retrieval_scores:every_judged_posting_is_in_the_catalog",
        replaced("retrieval_scores", "question_set", "'natural'"),
        {"violations": 140},
    ),
    Case(
        "latency:every_contender_was_timed_on_every_prompt",
        rewritten("latency", f"FROM latency WHERE NOT ({first('latency')})"),
        {"violations": 1},
    ),
    *(
        Case(
            "latency:every_answer_took_time_and_its_first_token_no_more",
            replaced("latency", column, value, first("latency")),
            {"violations": 1},
        )
        for column, value in (("first_token_seconds", "seconds + 1"), ("first_token_seconds", "0"), ("seconds", "null"))
    ),
    *(
        Case(
            f"human_preferences:{check}",
            rewritten("human_preferences", f"SELECT * REPLACE ({changed}) FROM ({PREFERRED})"),
            {"violations": count},
        )
        for check, changed, count in (
            ("every_vote_is_a_win_a_tie_or_a_loss", "3 AS n", 3),
            ("every_vote_is_a_win_a_tie_or_a_loss", "0.5 AS win_rate", 3),
            ("every_vote_is_a_win_a_tie_or_a_loss", "5 AS voters", 3),
            ("every_vote_is_a_win_a_tie_or_a_loss", "3 AS postings", 3),
            ("every_preference_lies_in_its_interval", "0.7 AS low", 3),
            ("every_preference_lies_in_its_interval", "1.1 AS high", 3),
            ("every_preference_lies_in_its_interval", "3.0 AS strength_low", 3),
            ("every_preference_lies_in_its_interval", "1.5 AS agreement", 3),
            ("strengths_are_of_contenders_and_sum_to_zero", "abs(strength) AS strength", 1),
            ("strengths_are_of_contenders_and_sum_to_zero", "null::DOUBLE AS strength", 2),
        )
    ),
    Case(
        "promoted_adapter:only_what_is_surely_better_is_promoted",
        replaced("promoted_adapter", "decision", "'promote'"),
        {"violations": 1},
    ),
    Case(
        "promoted_adapter:the_served_adapter_is_whole",
        served("0" * 16),
        {"served": "0" * 16},
    ),
    Case("promoted_adapter:the_served_adapter_is_whole", a_cut_served_adapter),
    *(
        Case(
            "leakage_experiment:every_inflation_is_that_of_both_means",
            rewritten("leakage_experiment", f"{LEAK} {inflation} AS inflation, {low} AS low, 0.5 AS high"),
            {"violations": 1},
        )
        for inflation, low in ((0.3, 0.1), (0.2, 0.25))
    ),
    *(
        Case(
            "learning_curve:more_postings_are_more_pairs",
            rewritten("learning_curve", f"{CURVE} FROM (VALUES {points}) t(training_postings, training_pairs)"),
            {"violations": 1},
        )
        for points in ("(2, 9), (4, 9)", "(0, 9)", "(2, 0)")
    ),
    Case(
        "learning_curve:every_point_lies_in_its_interval",
        rewritten(
            "learning_curve",
            f"SELECT * REPLACE (0.6 AS low) FROM ({CURVE} FROM (VALUES (2, 9)) t(training_postings, training_pairs))",
        ),
        {"violations": 1},
    ),
    Case(
        "ares_judges:every_judge_beats_the_majority",
        shuffled_judge,
        {"not used": ["answer_relevance"]},
        WARN,
    ),
    Case(
        "ares_scores:no_judge_is_used_that_does_not_beat_the_majority",
        replaced("ares_scores", "judge_used", "true", "criterion = 'context_relevance'"),
        {"used though weak": ["context_relevance"]},
    ),
    *(
        Case(
            "ares_scores:every_estimate_lies_in_its_interval",
            replaced("ares_scores", column, value, first("ares_scores", where)),
            {"violations": 1},
        )
        for column, value, where in (
            ("estimate", "high + 0.1", "labels > 0"),
            ("labels_low", "labels_estimate + 0.1", "labels > 0"),
            ("low", "-0.1", "labels > 0 AND versus = 'nobody'"),
            ("high", "1.1", "labels > 0"),
            ("low", "null", "labels > 0"),
            ("estimate", "0.5", "labels = 0"),
        )
    ),
    *(
        Case(
            "ares_scores:without_a_judge_the_labels_alone_are_used",
            replaced("ares_scores", column, value, first("ares_scores", "labels > 0 AND NOT judge_used")),
            {"violations": 1},
        )
        for column, value in (("low", "low - 0.01"), ("judge_mean", "0.5"), ("weight", "0.1"))
    ),
    Case(
        "answer_scores:the_adapter_changes_answers",
        rewritten("lora_answers", "FROM base_answers"),
        {"changed": 0},
        WARN,
    ),
]

DECLARED = sorted(name for name in checks() if not name.endswith(f":{GENERATED}"))


def values(result: dg.AssetCheckResult) -> dict[str, Any]:
    return {name: value.value for name, value in result.metadata.items()}


def test_every_check_has_a_case_in_which_it_fails() -> None:
    assert sorted({case.check for case in CASES}) == DECLARED


@pytest.mark.parametrize("name", DECLARED)
def test_it_passes_on_a_finished_data_folder(finished: tuple[Path, Outcome], name: str) -> None:
    result = run_check(name, DataFolder(path=str(finished[0])))
    assert result.passed, values(result)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.check)
def test_it_fails_where_what_it_says_does_not_hold(folder: DataFolder, case: Case) -> None:
    case.tamper(folder)
    result = run_check(case.check, folder)
    assert result.passed is False
    assert result.severity == case.severity
    assert values(result).items() >= dict(case.reports).items()


def test_a_check_on_a_table_that_is_missing_says_how_to_make_it(folder: DataFolder) -> None:
    folder.lake.path("clean_jobs").unlink()
    with pytest.raises(dg.Failure, match="jobsearch run --select clean_jobs"):
        run_check("clean_jobs:every_job_keeps_its_description", folder)


class TestStoredAsDeclared:
    TABLE = "metric_summary"

    def problems(self, folder: DataFolder, asset: str = TABLE) -> list[str]:
        result = run_check(f"{asset}:{GENERATED}", folder)
        problems = values(result)["problems"]
        assert result.passed is not bool(problems)
        return problems

    def change(self, folder: DataFolder, change: Callable[[Any], Any]) -> None:
        """Change the stored file with another program that keeps its footer and seals it anew."""
        path = folder.lake.path(self.TABLE)
        stored = pq.read_table(path)
        unsealed = stored.schema.metadata | {SEAL.encode(): UNSEALED.encode()}
        pq.write_table(change(stored).replace_schema_metadata(unsealed), path)
        set_seal(path)

    def test_every_asset_is_checked(self) -> None:
        checked = {name.split(":")[0] for name in checks() if name.endswith(f":{GENERATED}")}
        assert checked == set(build.lake_assets())

    def test_every_stored_asset_passes(self, finished: tuple[Path, Outcome]) -> None:
        folder = DataFolder(path=str(finished[0]))
        generated = [name for name in checks() if name.endswith(f":{GENERATED}")]
        assert {name for name in generated if not run_check(name, folder).passed} == set()

    def test_a_file_written_again_with_the_same_rows_passes(self, folder: DataFolder) -> None:
        self.change(folder, lambda table: table)
        assert self.problems(folder) == []

    def test_a_changed_cell_is_noticed(self, folder: DataFolder) -> None:
        def more(table: Any) -> Any:
            means = [mean + 0.001 for mean in table["mean"].to_pylist()]
            return table.set_column(table.schema.get_field_index("mean"), "mean", [means])

        self.change(folder, more)
        assert "differ from the digest" in self.problems(folder)[0]

    def test_a_missing_row_is_noticed(self, folder: DataFolder) -> None:
        self.change(folder, lambda table: table.slice(1))
        assert "differ from the digest" in self.problems(folder)[0]

    def test_rows_in_another_order_are_noticed(self, folder: DataFolder) -> None:
        self.change(folder, lambda table: table.take(list(range(len(table)))[::-1]))
        assert "differ from the digest" in self.problems(folder)[0]

    def test_a_missing_column_is_named(self, folder: DataFolder) -> None:
        self.change(folder, lambda table: table.drop_columns(["low"]))
        assert "columns" in self.problems(folder)[0]

    def test_a_key_that_occurs_twice_is_named(self, folder: DataFolder) -> None:
        self.change(folder, lambda table: table.take([0, *range(len(table))]))
        assert "primary key" in self.problems(folder)[0]

    @pytest.mark.parametrize("content", [b"", b"PAR1 half a file"])
    def test_a_file_that_does_not_open_is_noticed(self, folder: DataFolder, content: bytes) -> None:
        folder.lake.path(self.TABLE).write_bytes(content)
        assert "does not open" in self.problems(folder)[0]

    def test_a_missing_file_is_noticed(self, folder: DataFolder) -> None:
        folder.lake.path(self.TABLE).unlink()
        assert "is not made yet" in self.problems(folder)[0]

    def test_a_changed_file_of_an_artifact_is_noticed(self, folder: DataFolder) -> None:
        adapter = folder.artifacts.read("lora_adapter").path
        (adapter / "adapter_model.safetensors").write_bytes(b"other weights")
        assert "differ from the manifest" in self.problems(folder, "lora_adapter")[0]

    def test_a_missing_file_of_an_artifact_is_noticed(self, folder: DataFolder) -> None:
        (folder.artifacts.read("base_model").path / "config.json").unlink()
        assert "differ from the manifest" in self.problems(folder, "base_model")[0]

    def test_an_artifact_without_a_manifest_is_missing(self, folder: DataFolder) -> None:
        (folder.artifacts.read("evaluation_report").path / "manifest.json").unlink()
        assert "no folder with a whole manifest.json" in self.problems(folder, "evaluation_report")[0]


def test_a_posting_of_punctuation_alone_needs_no_summary_in_the_reports_form(folder: DataFolder) -> None:
    row = first("clean_jobs")
    replaced("clean_jobs", "description_text", "'!?!'", row)(folder)
    replaced("clean_jobs", "description_clean", "''", row)(folder)
    replaced("job_summaries", "description_summary", "''", first("job_summaries"))(folder)
    assert run_check("job_summaries:no_summary_is_empty", folder).passed
