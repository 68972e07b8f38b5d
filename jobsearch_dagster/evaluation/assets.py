"""Assets of evaluation: what each contender answers, how good it is, and how sure that is."""

import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import astuple
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import dagster as dg
import pandas as pd
from duckdb import DuckDBPyConnection

from jobsearch_dagster import search
from jobsearch_dagster.evaluation import (
    ares,
    leakage,
    natural,
    pages,
    preferences,
    promotion,
    rankings,
    relevance,
    scoring,
    votes,
)
from jobsearch_dagster.evaluation import latency as timing
from jobsearch_dagster.evaluation import learning_curve as curves
from jobsearch_dagster.evaluation.answers import (
    AnalyticsRecipe,
    GenerationRecipe,
    RagRecipe,
    answer_table,
    asked_questions,
    refuse_silence,
)
from jobsearch_dagster.evaluation.ares import AresRecipe
from jobsearch_dagster.evaluation.ares_tables import ARES_SCORES
from jobsearch_dagster.evaluation.contenders import Analytics, LanguageModel, Rag
from jobsearch_dagster.evaluation.correlations import correlate_metrics
from jobsearch_dagster.evaluation.corruptions import make_examples
from jobsearch_dagster.evaluation.judges import JudgeRecipe, Judges, Reader, train_judges
from jobsearch_dagster.evaluation.latency import LatencyRecipe
from jobsearch_dagster.evaluation.leakage import LeakageRecipe
from jobsearch_dagster.evaluation.learning_curve import CurveRecipe
from jobsearch_dagster.evaluation.natural import RetrievalRecipe
from jobsearch_dagster.evaluation.preference_tables import HUMAN_PREFERENCES
from jobsearch_dagster.evaluation.promotion import BASE, SERVED, Paired, PromotionRecipe
from jobsearch_dagster.evaluation.publication import PromotionPublication
from jobsearch_dagster.evaluation.questions import Question, QuestionRecipe, make_prompts, sample_questions
from jobsearch_dagster.evaluation.rankings import Ranking
from jobsearch_dagster.evaluation.relevance import NATURAL_QUESTIONS, judgements
from jobsearch_dagster.evaluation.report import results
from jobsearch_dagster.evaluation.report.document import ReportRecipe, write_report
from jobsearch_dagster.evaluation.retrieval_tables import RETRIEVAL_SCORES
from jobsearch_dagster.evaluation.scoring import StatisticsRecipe
from jobsearch_dagster.evaluation.tables import (
    ANSWER_SCORES,
    ANSWERS,
    CONTENDER_COMPARISON,
    CONTENDERS,
    LATENCY,
    LEAKAGE_EXPERIMENT,
    LEARNING_CURVE,
    LOSS,
    METRIC_CORRELATIONS,
    METRIC_SUMMARY,
    PROMOTED_ADAPTER,
)
from jobsearch_dagster.evaluation.text_scoring import ScoringRecipe
from jobsearch_dagster.evaluation.truth import Postings
from jobsearch_dagster.finetuning import rivals
from jobsearch_dagster.finetuning.adapter import LOSSES, Places
from jobsearch_dagster.finetuning.assets import pairs_of, training_files
from jobsearch_dagster.finetuning.kept_adapters import KeptAdapter, train_once
from jobsearch_dagster.finetuning.recipe import LoraRecipe
from jobsearch_dagster.foundation import promotions, text_metrics
from jobsearch_dagster.foundation.adapters import WEIGHTS
from jobsearch_dagster.foundation.artifacts import Artifact
from jobsearch_dagster.foundation.digests import digest_of, digest_of_data, digest_of_file, digest_of_files
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.generation import Generator
from jobsearch_dagster.foundation.kept_batches import KeptBatches
from jobsearch_dagster.foundation.model_store import model_digest, served_adapter
from jobsearch_dagster.foundation.profiles import Recipe
from jobsearch_dagster.foundation.table_asset import DataFolder, Step, artifact_asset, table_asset
from jobsearch_dagster.foundation.text_cache import cache_of
from jobsearch_dagster.foundation.token_vectors import TokenEncoder
from jobsearch_dagster.foundation.ui_metadata import markdown_table
from jobsearch_dagster.pairs.rendering import templates_digest
from jobsearch_dagster.pairs.templates import load_templates
from jobsearch_dagster.preparation.assets import entity_data, name_data
from jobsearch_dagster.search.searcher import Searcher


def generation_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of what a language model's prompt is written with, and of the lists that its answer is redacted with."""
    return {
        "chat templates": templates_digest(),
        "instruction": digest_of(load_templates().instructions[0]),
        **name_data(folder, config),
    }


def question_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the lists that questions are understood with, and the version of the one that corrects spelling.

    Lists of search go by their path: one may have the name of a list of preparation.
    """
    home = Path(search.__file__).parent
    lists = {file.relative_to(home.parent).as_posix(): digest_of_data(file)[file.name] for file in home.rglob("*.yaml")}
    return entity_data(folder, config) | lists | {"pyspellchecker": version("pyspellchecker")}


def search_and_generation_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of what questions are understood with, and of what answers are written with."""
    return generation_data(folder, config) | question_data(folder, config)


class Adapter(NamedTuple):
    """An adapter's folder, and the digest of its files."""

    path: Path
    digest: str

    @classmethod
    def of(cls, artifact: Artifact) -> "Adapter":
        """That of an asset."""
        return cls(artifact.path, artifact.manifest["files_digest"])


def _language_model(
    step: Step, answers: int, adapter: Adapter | None = None, recipe: GenerationRecipe | RetrievalRecipe | None = None
) -> LanguageModel:
    """The model with the step's recipe or another one; batches that it finished earlier are not answered again."""
    how: GenerationRecipe | RetrievalRecipe = recipe or step.config
    base = step.artifact("base_model")
    weights = {"base": base.manifest["files_digest"]}
    if adapter is not None:
        weights["adapter"] = adapter.digest
    step.say(f"{answers} answers, {how.batch_size} at a time: their count comes after the first batch")
    return LanguageModel(
        Generator(base.path, None if adapter is None else adapter.path, step.mapper),
        use_adapter=adapter is not None,
        max_new_tokens=how.max_new_tokens,
        batch_size=how.batch_size,
        kept=KeptBatches(cache_of(step.folder.root, "answers", step.say), weights),
        advance=step.progress(answers, "answers").advance,
    )


@table_asset(
    ANSWERS,
    inputs=("test_set", "training_set", "base_model"),
    recipe=GenerationRecipe,
    code_version="1",
    external=generation_data,
    kinds=("pytorch", "huggingface"),
    show=pages.near_seen,
    accelerator=True,
)
def base_answers(step: Step) -> pd.DataFrame:
    """What the untouched language model answers.

    One row per evaluation question.
    """
    questions = sample_questions(step.connection, step.config)
    return answer_table(questions, _language_model(step, len(questions)))


@table_asset(
    ANSWERS,
    inputs=("test_set", "training_set", "base_model", "lora_adapter"),
    recipe=GenerationRecipe,
    code_version="1",
    external=generation_data,
    kinds=("pytorch", "peft"),
    accelerator=True,
)
def lora_answers(step: Step) -> pd.DataFrame:
    """What the language model answers with the adapter.

    One row per evaluation question.
    """
    questions = sample_questions(step.connection, step.config)
    return answer_table(questions, _language_model(step, len(questions), Adapter.of(step.artifact("lora_adapter"))))


@table_asset(
    ANSWERS,
    inputs=("test_set", "training_set", "base_model", "job_catalog", "search_index"),
    recipe=RagRecipe,
    code_version="1",
    external=search_and_generation_data,
    kinds=("pytorch", "huggingface"),
    accelerator=True,
)
def rag_answers(step: Step) -> pd.DataFrame:
    """What the untouched language model answers when it is shown the best postings of the catalog.

    One row per evaluation question.
    """
    questions = sample_questions(step.connection, step.config)
    with Searcher(step.folder.root, with_meaning=True) as searcher:
        model = _language_model(step, len(questions))
        return answer_table(questions, Rag(searcher, model, postings=step.config.postings))


@table_asset(
    ANSWERS,
    inputs=("test_set", "training_set", "job_catalog", "search_index"),
    recipe=AnalyticsRecipe,
    code_version="6",
    external=question_data,
)
def analytics_answers(step: Step) -> pd.DataFrame:
    """What question -> filter -> SQL answers from the catalog.

    One row per evaluation question.
    """
    questions = sample_questions(step.connection, step.config)
    with Searcher(step.folder.root, needs_index=True) as searcher:
        return answer_table(questions, Analytics(searcher, limit=step.config.limit))


def scoring_data(folder: DataFolder, config: ScoringRecipe) -> dict[str, str]:
    """Digests of the lists that jobs and their fields are read with, of the encoder, and of what computes metrics."""
    return entity_data(folder, config) | {
        "encoder": model_digest(config.encoder, folder.root),
        "text metrics": digest_of(text_metrics.signatures()),
        "transformers": version("transformers"),
    }


def scoring_signatures(connection: DuckDBPyConnection) -> dict[str, Any]:
    """How each metric is computed, with the baseline that BERTScore is rescaled by."""
    table = connection.sql("SELECT DISTINCT metric, signature FROM answer_scores ORDER BY metric").df()
    return {"signatures": dg.MetadataValue.md(markdown_table(table))}


@table_asset(
    ANSWER_SCORES,
    inputs=("clean_jobs", "job_entities", "query_pairs", *(f"{name}_answers" for name in CONTENDERS)),
    recipe=ScoringRecipe,
    code_version="6",
    external=scoring_data,
    kinds=("pytorch", "huggingface"),
    show=scoring_signatures,
    accelerator=True,
)
def answer_scores(step: Step) -> pd.DataFrame:
    """How good each answer is: overlap with the reference, likeness of meaning, form, and truth.

    One row per contender, question and metric.
    """
    return scoring.score_answers(step.connection, CONTENDERS, step.config, step.folder.root)


def natural_rankings(step: Step) -> Iterator[Ranking]:
    """The rankings for the natural questions; none on a catalog that they were not judged on."""
    if reason := relevance.why_not_asked(step.connection):
        step.say(f"natural questions are not asked: {reason}")
        return
    questions, postings = judgements().natural_questions(), Postings(scoring.read_postings(step.connection))
    yield from natural.looked_up(step.folder.root, questions, postings, step.config)

    def load(answers: int, *, adapted: bool) -> LanguageModel:
        return _language_model(step, answers, Adapter.of(step.artifact("lora_adapter")) if adapted else None)

    part = natural.sampled(questions, step.config)
    yield from natural.written(step.folder.root, load, part, postings, step.config)


def retrieval_data(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digests of the judged questions, and of what they are understood and answered with."""
    return search_and_generation_data(folder, config) | digest_of_data(NATURAL_QUESTIONS)


@table_asset(
    RETRIEVAL_SCORES,
    inputs=(
        "clean_jobs", "job_entities", "query_pairs", "job_catalog", "search_index", "base_model", "lora_adapter",
        *(f"{name}_answers" for name in CONTENDERS),
    ),
    recipe=RetrievalRecipe,
    code_version="3",
    external=retrieval_data,
    kinds=("duckdb", "pytorch"),
    show=pages.retrieval,
    accelerator=True,
)  # fmt: skip
def retrieval_scores(step: Step) -> pd.DataFrame:
    """How high the postings that answer a question stand among those that a contender gives.

    One row per question set, ranking, contender, question and metric.
    """
    found = [*rankings.template_rankings(step.connection), *natural_rankings(step)]
    return rankings.score_rankings(found, step.config.cutoffs)


@table_asset(
    LATENCY,
    inputs=(
        "test_set", "training_set", "query_pairs", "clean_jobs", "job_entities", "base_model", "lora_adapter",
        "job_catalog", "search_index",
    ),
    recipe=LatencyRecipe,
    code_version="2",
    external=search_and_generation_data,
    kinds=("pytorch", "matplotlib"),
    show=pages.latency,
    accelerator=True,
)  # fmt: skip
def latency(step: Step) -> pd.DataFrame:
    """How long each contender takes, asked one prompt after the other with one, two and four questions at once.

    One row per contender and prompt.
    """
    recipe: LatencyRecipe = step.config
    asked = QuestionRecipe(per_type=recipe.per_type, seen_per_type=0, seed=recipe.seed)
    questions = sample_questions(step.connection, asked)
    refuse_silence(questions)
    prompts = make_prompts(questions)

    def load(*, adapted: bool) -> Generator:
        return Generator(step.artifact("base_model").path, step.artifact("lora_adapter").path if adapted else None)

    return timing.measure_contenders(
        step.folder.root,
        step.artifact("base_model").manifest["model"],
        load,
        prompts,
        timing.Truth(scoring.read_asked(step.connection), Postings(scoring.read_postings(step.connection))),
        recipe,
        advance=step.progress(len(prompts) * len(CONTENDERS), "answers").advance,
    )


@table_asset(METRIC_SUMMARY, inputs=("answer_scores",), code_version="3", show=pages.means)
def metric_summary(step: Step) -> pd.DataFrame:
    """Means with 95 % intervals over postings; corpus BLEU pooled over answers.

    One row per contender, slice, query type and metric.
    """
    return scoring.summarize_metrics(step.connection)


@table_asset(
    CONTENDER_COMPARISON,
    inputs=("answer_scores",),
    recipe=StatisticsRecipe,
    code_version="3",
    show=pages.differences,
)
def contender_comparison(step: Step) -> pd.DataFrame:
    """Paired differences to the base model on the same questions, with p values corrected for their number.

    One row per contender, slice, query type and metric.
    """
    return scoring.compare_contenders(step.connection, step.config)


@table_asset(
    METRIC_CORRELATIONS,
    inputs=("answer_scores", *(f"{name}_answers" for name in CONTENDERS)),
    code_version="1",
    show=pages.correlations,
)
def metric_correlations(step: Step) -> pd.DataFrame:
    """How metrics go together, and with the lengths of question and answer: rank correlations with 95 % intervals.

    One row per contender, slice and pair of metrics.
    """
    return correlate_metrics(step.connection)


def compared_adapter(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """The adapter that the new one must beat, or `base`; a promotion does not change it, a pin does."""
    stamp = folder.artifacts.stamp("lora_adapter")
    candidate = "" if stamp is None else folder.artifacts.path("lora_adapter", stamp.data_version).name
    return {"compared with": promotions.read(folder.artifacts.root).compared_with(candidate) or BASE}


def refuse_mixed_inputs(step: Step) -> None:
    """Refuse inputs that were not made from each other, as they can be after a run of some assets only."""
    for name in step.parts.inputs:
        stamp = step.folder.lake.stamp(name) or step.folder.artifacts.stamp(name)
        for source, made_from in stamp.parts.inputs.items() if stamp else ():
            if step.parts.inputs.get(source, made_from) != made_from:
                raise UserError(f"{name} was made from another {source} than there is now: run without --only")


def stored_config(step: Step, table: str) -> dict[str, Any]:
    """The values of the recipe that an input was made with."""
    stamp = step.folder.lake.stamp(table)
    assert stamp is not None
    return stamp.parts.config


def measured_against_base(step: Step) -> list[Paired]:
    """What training and `answer_scores` have measured already."""
    losses = json.loads((step.artifact("lora_adapter").path / LOSSES).read_text(encoding="utf-8"))
    return [promotion.stored_losses(losses), promotion.paired_scores(step.connection, step.config.metric, BASE)]


def measured_against_served(step: Step, served: Artifact) -> list[Paired]:
    """Losses of both adapters on today's validation set, and scores of the served one on today's questions."""
    candidate, base = step.artifact("lora_adapter"), step.artifact("base_model")
    recipe = LoraRecipe.model_validate(candidate.manifest["recipe"])
    pairs = pairs_of(step, "validation_set")
    postings, (new, old) = rivals.losses_of([candidate.path, served.path], base.path, pairs, recipe)

    questions = asked_questions(step.connection, "lora_answers")
    how = GenerationRecipe.model_validate(stored_config(step, "lora_answers"))
    table = answer_table(questions, _language_model(step, len(questions), Adapter.of(served), how))
    step.connection.register(f"{SERVED}_answers", table)
    scored = ScoringRecipe.model_validate(stored_config(step, "answer_scores"))
    scores = scoring.score_answers(step.connection, (SERVED,), scored, step.folder.root)
    step.connection.register(f"{SERVED}_scores", scores)
    return [
        Paired(LOSS, "validation", new, old, postings),
        promotion.paired_scores(step.connection, step.config.metric, SERVED),
    ]


@table_asset(
    PROMOTED_ADAPTER,
    inputs=(
        "base_model", "lora_adapter", "validation_set", "clean_jobs", "job_entities", "query_pairs", "lora_answers",
        "answer_scores",
    ),
    recipe=PromotionRecipe,
    code_version="1",
    external=compared_adapter,
    kinds=("pytorch", "peft"),
    show=pages.promotion,
    publication=PromotionPublication(),
    accelerator=True,
)  # fmt: skip
def promoted_adapter(step: Step) -> pd.DataFrame:
    """Whether the new adapter replaces the one that is served: where validation loss and one metric are surely better.

    Not to promote is a decision like any other. `models/promoted.json` says which adapter is served and keeps all
    decisions; `jobsearch promote` shows them, and pins another one. One row per measure.
    """
    refuse_mixed_inputs(step)
    candidate, other = step.artifact("lora_adapter"), step.parts.external["compared with"]
    if other == BASE:
        measured = measured_against_base(step)
    elif (served := served_adapter(step.folder.root, other)).base.path != step.artifact("base_model").path:
        measured = promotion.incomparable(step.config.metric)
    else:
        measured = measured_against_served(step, served.adapter)
    return promotion.decide(measured, candidate.path.name, None if other == BASE else other, step.config)


def leakage_data(folder: DataFolder, config: LeakageRecipe) -> dict[str, str]:
    """Digests of what adapters are trained, answers written and scores computed with."""
    scoring_recipe = ScoringRecipe(encoder=config.sample_encoder)
    return training_and_generation_data(folder, config) | scoring_data(folder, scoring_recipe)


def training_and_generation_data(folder: DataFolder, config: LoraRecipe) -> dict[str, str]:
    """Digests of what adapters are trained, and answers written with."""
    return training_files(folder, config) | generation_data(folder, config)


def trained_adapters(step: Step, asset: str, sets: Mapping[Any, str], watched: str) -> dict[Any, KeptAdapter]:
    """An adapter for each table of pairs, all watched on the same one; what was trained before is not trained again."""
    base, store = step.artifact("base_model"), step.folder.artifacts
    places = Places(base.path, store.root / asset, store.workspace(asset, step.parts.key), step.folder.root)
    watched_pairs, found = pairs_of(step, watched), {}
    for name, table in sets.items():
        pairs = pairs_of(step, table)
        inputs = {
            "base model": base.manifest["files_digest"],
            "pairs": digest_of([astuple(pair) for pair in (*pairs, *watched_pairs)]),
            **training_files(step.folder, step.config),
        }
        found[name] = train_once(
            pairs, watched_pairs, trained_recipe(step.config), places, inputs, step.say, asset, table
        )
    shutil.rmtree(places.checkpoints, ignore_errors=True)
    return found


def trained_recipe(config: LoraRecipe) -> LoraRecipe:
    """The part of an experiment's recipe that decides what an adapter becomes."""
    return LoraRecipe.model_validate(config.model_dump(include=set(LoraRecipe.model_fields)))


def answer_with(
    step: Step, adapters: Mapping[str, KeptAdapter], questions: list[Question], how: GenerationRecipe
) -> None:
    """Make a table `<name>_answers` of each adapter."""
    for name, adapter in adapters.items():
        one = Adapter(adapter.folder, digest_of_file(adapter.folder / WEIGHTS))
        table = answer_table(questions, _language_model(step, len(questions), one, how))
        step.connection.register(f"{name}_answers", table)


@table_asset(
    LEAKAGE_EXPERIMENT,
    inputs=("base_model", "query_pairs", "clean_jobs", "job_entities"),
    recipe=LeakageRecipe,
    code_version="2",
    external=leakage_data,
    kinds=("pytorch", "peft"),
    show=pages.leakage,
    accelerator=True,
)
def leakage_experiment(step: Step) -> pd.DataFrame:
    """How much better an adapter looks where pairs are divided by row, as the report did, and not by posting.

    `enabled` trains the same recipe on both divisions and asks both adapters what neither was trained on; the other
    fields are those of `lora_adapter`. One row per metric.
    """
    recipe: LeakageRecipe = step.config
    if not recipe.enabled:
        step.say(pages.OFF)
        return pd.DataFrame(columns=list(LEAKAGE_EXPERIMENT.names))
    leakage.divide(step.connection, recipe)
    asked = QuestionRecipe(per_type=recipe.per_type, seen_per_type=0, seed=recipe.split_seed)
    arms = trained_adapters(step, "leakage_experiment", {name: name for name in leakage.ARMS}, leakage.HELD_BACK)
    how = GenerationRecipe(max_new_tokens=recipe.answer_tokens, batch_size=recipe.answers_at_once)
    answer_with(step, arms, sample_questions(step.connection, asked), how)
    scores = scoring.score_answers(
        step.connection, leakage.ARMS, ScoringRecipe(encoder=recipe.sample_encoder), step.folder.root
    )
    step.connection.register(leakage.SCORES, pd.concat([scores, leakage.loss_rows(arms)]))
    return leakage.inflation(step.connection, recipe)


@table_asset(
    LEARNING_CURVE,
    inputs=(
        "base_model", "training_set", "validation_set", "clean_jobs", "job_entities", "query_pairs", "lora_answers",
        "answer_scores",
    ),
    recipe=CurveRecipe,
    code_version="2",
    external=training_and_generation_data,
    kinds=("pytorch", "peft"),
    show=pages.curve,
    accelerator=True,
)  # fmt: skip
def learning_curve(step: Step) -> pd.DataFrame:
    """How good an adapter is by the number of postings it was trained on, beside rag and analytics.

    `enabled` trains the same recipe on growing sets; the other fields are those of `lora_adapter`. One row per
    contender, number of postings and metric.
    """
    if not step.config.enabled:
        step.say(pages.OFF)
        return pd.DataFrame(columns=list(LEARNING_CURVE.names))
    sets = curves.nested_sets(step.connection, step.config)
    adapters = trained_adapters(step, "learning_curve", sets, "validation_set")
    questions = curves.unseen(asked_questions(step.connection, "lora_answers"))
    named = {curves.name_of(size): adapter for size, adapter in adapters.items()}
    answer_with(step, named, questions, GenerationRecipe.model_validate(stored_config(step, "lora_answers")))
    how = ScoringRecipe.model_validate(stored_config(step, "answer_scores"))
    step.connection.register("trained_scores", scoring.score_answers(step.connection, [*named], how, step.folder.root))
    return curves.curve(step.connection, adapters, sets)


def judge_data(folder: DataFolder, config: JudgeRecipe) -> dict[str, str]:
    """Digests of the lists that jobs are read with, of the form of answers, of the encoder, and of what runs it."""
    return entity_data(folder, config) | {
        "templates": load_templates().digest(),
        "encoder": model_digest(config.encoder, folder.root),
        "transformers": version("transformers"),
    }


@artifact_asset(
    inputs=("clean_jobs", "job_entities", "query_pairs"),
    recipe=JudgeRecipe,
    code_version="1",
    external=judge_data,
    kinds=("pytorch", "safetensors"),
    show=pages.judges,
    accelerator=True,
)
def ares_judges(step: Step, path: Path) -> dict[str, Any]:
    """Three judges: is the context relevant, is the answer faithful to it, is it relevant to the question.

    Trained on synthetic positives and hard negatives of train postings, and measured on kinds of corruption and on
    postings that each of them was not trained on.
    """
    recipe: JudgeRecipe = step.config
    sources = ares.read_sources(step.connection, recipe.postings, recipe.seed)
    examples = make_examples(sources, recipe.seed)
    step.say(f"learns from {len(examples):,} examples made of {len(sources):,} train postings")
    judges, figures = train_judges(examples, Reader(TokenEncoder(recipe.encoder, step.folder.root)))
    judges.save(path)
    return {
        "recipe": recipe.model_dump(mode="json"),
        "encoder": {"name": recipe.encoder, "digest": step.parts.external["encoder"]},
        "judges": figures,
        "versions": {name: version(name) for name in ("torch", "transformers", "scipy")},
    }


def label_data(folder: DataFolder, config: AresRecipe) -> dict[str, str]:
    """Digests of the lists that answers and jobs are read with, and of a person's labels."""
    data = entity_data(folder, config) | {"templates": load_templates().digest()}
    path = folder.root / config.labels
    labels = {"labels": digest_of_files(path.parent, [path])} if config.labels and path.is_file() else {}
    return data | labels


@table_asset(
    ARES_SCORES,
    inputs=("ares_judges", "clean_jobs", "job_entities", "query_pairs", *(f"{name}_answers" for name in CONTENDERS)),
    recipe=AresRecipe,
    code_version="1",
    external=label_data,
    kinds=("pytorch", "duckdb"),
    show=pages.ares,
    accelerator=True,
)
def ares_scores(step: Step) -> pd.DataFrame:
    """How often context is relevant, answers are faithful and relevant: estimates with 95 % intervals, few labels.

    Prediction-powered: judges score all answers, labels of some of them correct the judges. One row per criterion,
    contender (alone, and against each other one), slice and query type.
    """
    artifact = step.artifact("ares_judges")
    judges = Judges.load(artifact.path, artifact.manifest["encoder"]["name"], step.folder.root)
    used = [judge["criterion"] for judge in artifact.manifest["judges"] if judge["is_used"]]
    return ares.score_answers(step.connection, step.config, judges, used, step.folder.root, step.say)


def vote_files(folder: DataFolder, config: Recipe) -> dict[str, str]:
    """Digest of the votes, where there are some."""
    digest = votes.digest(folder.root)
    return {} if digest is None else {"votes": digest}


@table_asset(
    HUMAN_PREFERENCES,
    inputs=tuple(f"{name}_answers" for name in CONTENDERS),
    code_version="2",
    external=vote_files,
    kinds=("duckdb",),
    show=pages.preferences,
)
def human_preferences(step: Step) -> pd.DataFrame:
    """Whose answers people prefer, who were shown two without names: win rates, strengths, agreement.

    From the files in `votes/`, which the page `/compare` writes. One row per criterion, contender and opponent; none
    without votes.
    """
    stored = votes.read(step.folder.root)
    counted = votes.counted(stored.votes, votes.answers_by_question(step.connection))
    step.say(
        f"{len(counted):,} of {len(stored.votes):,} votes count: the last of each person on each pair, on today's "
        f"answers; {stored.unreadable} lines are no votes"
    )
    return preferences.preference_table(counted, votes.postings_by_question(step.connection))


@artifact_asset(
    inputs=(
        "metric_summary", "contender_comparison", "metric_correlations", "answer_scores", "retrieval_scores",
        "latency", "ares_judges", "ares_scores", "human_preferences", "promoted_adapter", "leakage_experiment",
        "learning_curve", *(f"{name}_answers" for name in CONTENDERS),
    ),
    recipe=ReportRecipe,
    code_version="5",
    kinds=("markdown", "matplotlib"),
    show=pages.report,
)  # fmt: skip
def evaluation_report(step: Step, path: Path) -> dict[str, Any]:
    """The comparison of all contenders in words, tables and pictures, as one self-contained page and as Markdown."""
    judges = step.artifact("ares_judges").manifest["judges"]
    return {"files": write_report(results.read_results(step.connection, judges), path, step.config)}
