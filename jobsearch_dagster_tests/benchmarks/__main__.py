"""`make bench`: every benchmark, or those that are named, and how long they took.

Belongs here: choosing. What is measured is in the module of its benchmark.

    python -m jobsearch_dagster_tests.benchmarks                          everything
    python -m jobsearch_dagster_tests.benchmarks preparation --rows 10000 --course-rows 0
"""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from jobsearch_dagster_tests.benchmarks import (
    agreement,
    coverage,
    evaluation,
    executors,
    generation,
    orchestration,
    preparation,
    salaries,
    sandbox,
    scale,
    search,
    serving,
    starting,
    summaries,
    training,
)

PARTS: dict[str, Callable[[argparse.Namespace], object]] = {
    "agreement": lambda chosen: agreement.main(chosen.questions),
    "coverage": lambda chosen: coverage.main(chosen.experiments),
    "evaluation": lambda chosen: evaluation.main(chosen.scored),
    "executors": lambda chosen: executors.main(),
    "generation": lambda chosen: generation.main(chosen.prompts),
    "orchestration": lambda chosen: orchestration.main(),
    "preparation": lambda chosen: preparation.main(
        chosen.rows or preparation.SIZES, chosen.course_rows, chosen.baseline_rows
    ),
    "salaries": lambda chosen: salaries.main(),
    "sandbox": lambda chosen: sandbox.main(),
    "scale": lambda chosen: scale.main(chosen.rows or scale.SIZES),
    "search": lambda chosen: search.main(chosen.postings or search.SIZES, chosen.embedded),
    "serving": lambda chosen: serving.main(chosen.served),
    "starting": lambda chosen: starting.main(),
    "summaries": lambda chosen: summaries.main(chosen.bart_texts, chosen.texts),
    "training": lambda chosen: training.main(chosen.steps),
}


def main() -> None:
    """Run the chosen parts one after the other."""
    parser = argparse.ArgumentParser(prog="python -m jobsearch_dagster_tests.benchmarks")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; default: all")
    parser.add_argument("--rows", type=int, action="append", help="size with all rows distinct; repeatable")
    parser.add_argument("--course-rows", type=int, default=preparation.COURSE_ROWS, help="0 leaves it out")
    parser.add_argument("--baseline-rows", type=int, default=preparation.BASELINE_ROWS, help="timed row by row at most")
    parser.add_argument("--steps", type=int, default=training.STEPS, help="of the training benchmark, at least 2")
    parser.add_argument("--bart-texts", type=int, default=summaries.BART_TEXTS, help="summarized by BART in each way")
    parser.add_argument("--texts", type=int, default=summaries.EXTRACTIVE_TEXTS, help="summarized by sentences")
    parser.add_argument("--postings", type=int, action="append", help="size of the search benchmark; repeatable")
    parser.add_argument("--questions", type=int, default=agreement.QUESTIONS, help="of each source, read by a model")
    parser.add_argument("--embedded", type=int, default=search.EMBEDDED, help="texts that the search benchmark encodes")
    parser.add_argument("--served", type=Path, help="data folder of the serving benchmark; by default one is made")
    parser.add_argument("--experiments", type=int, default=coverage.EXPERIMENTS, help="simulated for each coverage")
    parser.add_argument("--scored", type=int, default=evaluation.QUESTIONS, help="questions whose answers are scored")
    parser.add_argument("--prompts", type=int, default=generation.PROMPTS, help="answered one by one and in batches")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    started = time.perf_counter()
    for part in chosen.parts or PARTS:
        print(f"\n## {part}\n")
        PARTS[part](chosen)
    print(f"\nTotal time {(time.perf_counter() - started) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
