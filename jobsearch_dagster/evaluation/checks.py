"""Checks of evaluation."""

import dagster as dg
from duckdb import DuckDBPyConnection

from jobsearch_dagster.evaluation.ares_tables import NOBODY
from jobsearch_dagster.evaluation.relevance import judgements
from jobsearch_dagster.evaluation.scoring import CONDITIONAL
from jobsearch_dagster.evaluation.tables import ANSWERS, CONTENDERS, LATENCY
from jobsearch_dagster.foundation import promotions
from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.foundation.model_store import served_adapter
from jobsearch_dagster.foundation.table_asset import DataFolder
from jobsearch_dagster.foundation.table_check import lake_check, none_of, table_check
from jobsearch_dagster.preparation.contact_check import contact_check


@table_check("answer_scores")
def every_contender_answered_the_same_questions(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A comparison on different questions compares the questions."""
    return none_of(
        connection,
        f"""
        SELECT question_id, metric, count(*) FROM answer_scores WHERE metric NOT IN {CONDITIONAL}
        GROUP BY ALL HAVING count(*) <> {len(CONTENDERS)}
        """,
    )


@table_check("answer_scores")
def every_score_lies_on_its_scale(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Shares and overlaps lie between 0 and 1, cosines between -1 and 1; what is rescaled is at most 1."""
    return none_of(
        connection,
        """
        FROM answer_scores WHERE isnan(value) OR NOT CASE
            WHEN metric = 'length_ratio' THEN value >= 0
            WHEN metric LIKE '%rescaled' THEN value <= 1
            WHEN metric LIKE 'bertscore%' THEN value BETWEEN -1 AND 1
            ELSE value BETWEEN 0 AND 1
        END
        """,
    )


@table_check("answer_scores")
def every_metric_has_one_signature(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Values that were computed in different ways have no common mean."""
    return none_of(connection, "SELECT metric FROM answer_scores GROUP BY metric HAVING count(DISTINCT signature) > 1")


@table_check("metric_summary")
def every_mean_lies_in_its_interval(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """An interval that misses its mean was computed from other rows."""
    return none_of(
        connection,
        "FROM metric_summary WHERE n < 1 OR mean < low - 1e-9 OR mean > high + 1e-9",
    )


@table_check("contender_comparison")
def every_p_is_corrected_upwards(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A correction for many comparisons makes none of them more certain."""
    return none_of(connection, "FROM contender_comparison WHERE NOT (0 < p AND p <= p_holm AND p_holm <= 1)")


@table_check("metric_correlations")
def every_r_lies_in_its_interval(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A correlation is a number from -1 to 1, within the interval that was computed for it."""
    return none_of(
        connection,
        "FROM metric_correlations WHERE abs(r) > 1 + 1e-9 OR NOT (r BETWEEN low - 1e-9 AND high + 1e-9)",
    )


@table_check("answer_scores", also=("base_answers", "lora_answers"), blocking=False)
def the_adapter_changes_answers(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """An adapter whose answers are all those of the base model was not loaded or has learned nothing."""
    changed, total = connection.execute(
        """
        SELECT count(*) FILTER (l.answer <> b.answer), count(*)
        FROM lora_answers l JOIN base_answers b USING (question_id)
        """
    ).fetchall()[0]
    return dg.AssetCheckResult(passed=changed > 0, metadata={"changed": changed, "questions": total})


@table_check("retrieval_scores")
def every_retrieval_score_lies_between_0_and_1(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """All retrieval metrics share one scale."""
    return none_of(connection, "FROM retrieval_scores WHERE isnan(value) OR value NOT BETWEEN 0 AND 1")


@table_check("retrieval_scores")
def every_contender_was_ranked_on_the_same_questions(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A natural question may be left to search alone; beside that, whoever answers a question is compared with all."""
    return none_of(
        connection,
        f"""
        SELECT question_set, question_id, metric, list(contender ORDER BY contender) AS answered
        FROM retrieval_scores WHERE ranking = 'answer' GROUP BY ALL
        HAVING answered <> {sorted(CONTENDERS)} AND NOT (question_set = 'natural' AND answered = ['analytics'])
        """,
    )


@table_check("retrieval_scores", also=("job_catalog",))
def every_judged_posting_is_in_the_catalog(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Where natural questions are scored: a relevant posting that nobody could find would be held against all."""
    return none_of(
        connection,
        f"""
        SELECT posting_id FROM (SELECT unnest({sorted(judgements().posting_ids)}) AS posting_id)
        ANTI JOIN job_catalog USING (posting_id)
        WHERE EXISTS (FROM retrieval_scores WHERE question_set = 'natural')
        """,
    )


@table_check("latency")
def every_contender_was_timed_on_every_prompt(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Times of different prompts compare the prompts."""
    return none_of(
        connection,
        f"""
        SELECT prompt_id, list(contender ORDER BY contender) AS timed FROM latency
        GROUP BY ALL HAVING timed <> {sorted(CONTENDERS)}
        """,
    )


@table_check("latency")
def every_answer_took_time_and_its_first_token_no_more(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """A clock that stands still, or was started late, measured nothing."""
    return none_of(
        connection,
        "FROM latency WHERE NOT coalesce(0 < first_token_seconds AND first_token_seconds <= seconds, false)",
    )


FEWEST_POSTINGS = 20
"""With fewer postings than these a judge is not used for want of proof, which is no fault that anyone could mend."""


@lake_check("ares_judges", blocking=False)
def every_judge_beats_the_majority(folder: DataFolder) -> dg.AssetCheckResult:
    """On kinds of corruption and postings that it never saw, each judge is right more often than the commonest label.

    The 95 % interval of the difference, over at least 20 postings, is above zero. A judge that fails is not used.
    """
    figures = folder.artifacts.read("ares_judges").manifest["judges"]
    weak = [judge for judge in figures if not judge["is_used"]]
    return dg.AssetCheckResult(
        passed=all(judge.get("postings", 0) < FEWEST_POSTINGS for judge in weak),
        metadata={
            "not used": [judge["criterion"] for judge in weak],
            **{
                judge["criterion"]: f"{judge['accuracy']:.3f} against {judge['majority']:.3f}, n={judge['n']}"
                for judge in figures
                if "accuracy" in judge
            },
        },
    )


@lake_check("ares_scores", also=("ares_judges",))
def no_judge_is_used_that_does_not_beat_the_majority(folder: DataFolder) -> dg.AssetCheckResult:
    """What a judge says is left out unless its gain on the commonest label is surely above zero."""
    figures = folder.artifacts.read("ares_judges").manifest["judges"]
    sound = {judge["criterion"] for judge in figures if (judge.get("gain_low") or 0) > 0}
    table = folder.lake.read("ares_scores")
    used = set(table.loc[table["judge_used"], "criterion"])
    return dg.AssetCheckResult(passed=used <= sound, metadata={"used though weak": sorted(used - sound)})


@table_check("ares_scores")
def every_estimate_lies_in_its_interval(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Intervals hold what they estimate and stay within what is possible; where nothing is labelled there is none."""
    return none_of(
        connection,
        f"""
        FROM ares_scores WHERE NOT coalesce(CASE
            WHEN labels = 0 THEN estimate IS NULL AND labels_estimate IS NULL
            ELSE low <= estimate + 1e-9 AND estimate <= high + 1e-9 AND high <= 1
                AND labels_low <= labels_estimate + 1e-9 AND labels_estimate <= labels_high + 1e-9 AND labels_high <= 1
                AND least(low, labels_low) >= CASE versus WHEN '{NOBODY}' THEN 0 ELSE -1 END
        END, false)
        """,
    )


@table_check("ares_scores")
def without_a_judge_the_labels_alone_are_used(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Where the judge is not used, or not trusted, the estimate is that of the labels alone, to the last digit."""
    return none_of(
        connection,
        """
        FROM ares_scores WHERE NOT judge_used AND (
            judge_mean IS NOT NULL OR judge_accuracy IS NOT NULL OR coalesce(weight, 0) <> 0
            OR (estimate, low, high) IS DISTINCT FROM (labels_estimate, labels_low, labels_high)
        )
        """,
    )


@table_check("human_preferences")
def every_vote_is_a_win_a_tie_or_a_loss(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """And the share of wins is that of these votes."""
    return none_of(
        connection,
        """
        FROM human_preferences
        WHERE n < 1 OR wins + ties + losses <> n OR abs(win_rate - (wins + ties / 2) / n) > 1e-9
            OR voters NOT BETWEEN 1 AND n OR questions NOT BETWEEN 1 AND n OR postings NOT BETWEEN 1 AND questions
            OR shared > n / 2
        """,
    )


@table_check("human_preferences")
def every_preference_lies_in_its_interval(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Win rates do, within 0 and 1; intervals of strengths have a lower and an upper end; agreement is at most 1."""
    return none_of(
        connection,
        """
        FROM human_preferences
        WHERE NOT coalesce(0 <= low AND low <= win_rate + 1e-9 AND win_rate <= high + 1e-9 AND high <= 1, true)
            OR strength_low > strength_high OR agreement > 1 + 1e-9
        """,
    )


@table_check("human_preferences")
def strengths_are_of_contenders_and_sum_to_zero(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Who is set against all others has a strength, relative to theirs; a pair has none."""
    return none_of(
        connection,
        f"""
        SELECT criterion, 'sum' AS problem FROM human_preferences GROUP BY criterion HAVING abs(sum(strength)) > 1e-6
        UNION ALL
        SELECT criterion, contender || ' ' || versus FROM human_preferences
        WHERE (versus = '{NOBODY}') <> (strength IS NOT NULL)
        """,
    )


@table_check("promoted_adapter")
def only_what_is_surely_better_is_promoted(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """What is promoted has less validation loss and more of the metric, each by an interval that leaves out zero."""
    return none_of(
        connection,
        """
        FROM promoted_adapter WHERE decision = 'promote' AND NOT coalesce(
            CASE WHEN measure = 'validation_loss' THEN high < 0 ELSE low > 0 END, false
        )
        """,
    )


@lake_check("promoted_adapter")
def the_served_adapter_is_whole(folder: DataFolder) -> dg.AssetCheckResult:
    """The adapter that is served, if any, lies on disk as it was written, and so does its base model."""
    served = promotions.read(folder.artifacts.root).served
    if served is None:
        return dg.AssetCheckResult(passed=True, metadata={"served": "none"})
    try:
        found = served_adapter(folder.root)
    except UserError as error:
        return dg.AssetCheckResult(passed=False, metadata={"served": served, "problems": [str(error)]})
    problems = [
        f"files of {path} are damaged or were changed from outside: choose another with `jobsearch promote --to DIGEST`"
        for asset, path in (("base_model", found.base.path), (promotions.ADAPTER, found.adapter.path))
        if not folder.artifacts.is_sound(asset, path.name)
    ]
    return dg.AssetCheckResult(passed=not problems, metadata={"served": served, "problems": problems})


@table_check("leakage_experiment")
def every_inflation_is_that_of_both_means(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """By row minus by posting, within its interval; where the experiment is off there is nothing to check."""
    return none_of(
        connection,
        """
        FROM leakage_experiment
        WHERE abs(by_row - by_posting - inflation) > 1e-9 OR inflation < low - 1e-9 OR inflation > high + 1e-9
        """,
    )


@table_check("learning_curve")
def more_postings_are_more_pairs(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """Each set holds those before it, and who was trained on nothing has no pairs."""
    return none_of(
        connection,
        """
        SELECT contender, metric, a.training_postings
        FROM learning_curve a JOIN learning_curve b USING (contender, metric)
        WHERE a.training_postings < b.training_postings AND a.training_pairs >= b.training_pairs
        UNION ALL
        SELECT contender, metric, training_postings FROM learning_curve
        WHERE (training_postings = 0) <> (training_pairs = 0)
        """,
    )


@table_check("learning_curve")
def every_point_lies_in_its_interval(connection: DuckDBPyConnection) -> dg.AssetCheckResult:
    """An interval that misses its mean was computed from other rows."""
    return none_of(connection, "FROM learning_curve WHERE n < 1 OR value < low - 1e-9 OR value > high + 1e-9")


base_answers_are_private = contact_check("base_answers", ANSWERS)
lora_answers_are_private = contact_check("lora_answers", ANSWERS)
rag_answers_are_private = contact_check("rag_answers", ANSWERS)
analytics_answers_are_private = contact_check("analytics_answers", ANSWERS)
latency_is_private = contact_check("latency", LATENCY)
