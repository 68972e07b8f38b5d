"""The original report's numbers beside ours, and what of it may be compared.

Belongs here: what that report says ("Fine-tune the Phi-3.5 Base Model for Conversational AI for Job Search App"), as
ranges where it gives ranges, each with its place in it; and why a number of ours is another thing.
"""

from typing import NamedTuple

from jobsearch_dagster.evaluation.report.blocks import Block, Bullets, Paragraph, Table
from jobsearch_dagster.evaluation.report.results import NONE, Pairs, Results
from jobsearch_dagster.evaluation.scoring import BASELINE
from jobsearch_dagster.evaluation.tables import ALL_TYPES


class Stated(NamedTuple):
    """One row of what the original report states.

    Attributes:
        what: The measure, with the section it stands in.
        metric: Our metric beside it; empty where there is none.
        base: Its number for the base model.
        lora: Its number for the fine-tuned one.
        comparable: What may be read from the two numbers, and what not.
    """

    what: str
    metric: str
    base: str
    lora: str
    comparable: str


NOT_ALIKE = "the order of the two models at most: its prompt is inside what is scored"
STATED = (
    Stated("BERTScore (2b, 3b)", "bertscore_f1", "0.80 to 0.82", "0.80 to 0.82",
           "no: another encoder, and raw values of unrelated texts differ by encoder; ours are given rescaled too"),
    Stated("BERTScore (2a)", "bertscore_f1", NONE, "0.85 to 0.88",
           "no: as above; 2a and 2b differ for the same model"),
    Stated("ROUGE-1 F1 (3b; heat map 2b)", "rouge1", "0.09 to 0.14", "0.11 to 0.16; 0.093 to 0.16", NOT_ALIKE),
    Stated("ROUGE-2 F1 (heat map 2b)", "rouge2", NONE, "0.023 to 0.056", NOT_ALIKE),
    Stated("ROUGE-L F1 (3b; heat map 2b)", "rougeL", NONE, "0.095 to 0.115; 0.093 to 0.11", NOT_ALIKE),
    Stated("ROUGE precision (2a)", "rouge1_precision", NONE, "0.2 to 0.3",
           "no: it does not say which ROUGE, and the prompt is counted as part of the answer"),
    Stated("BLEU (heat map 2b)", "bleu", "low", "0", "the order at most; its smoothing is not stated"),
    Stated("METEOR (3b)", "meteor", "0.15 to 0.23", "0.14 to 0.22",
           "the order at most; its text calls LoRA better, its ranges do not"),
    Stated("accuracy, step 60 (7f)", "", NONE, "0.81", "no: during training; it does not say of what, on which rows"),
    Stated("ROUGE-L F1, step 60 (7f)", "rougeL", NONE, "0.73",
           "no: during training, and far from the 0.11 of its own evaluation"),
    Stated("BLEU, step 60 (7f)", "bleu", NONE, "0.60", "no: likewise; its own evaluation has 0"),
    Stated("METEOR, step 60 (7f)", "meteor", NONE, "0.71", "no: likewise; its own evaluation has 0.14 to 0.22"),
    Stated("several questions at once (8b)", "", NONE, '"accurate", no number',
           "ours is a share of questions, see the picture of questions at once"),
    Stated("latency (8g)", "", "2.9 s", "2.7 s",
           "no: another machine and model; loading of metrics is inside its time. Ours is on the page of `latency`"),
    Stated("time against query length (3a)", "", "7.60 to 7.66 s", "6.3 to 6.475 s",
           "no: as above; more than twice the latency that it states for the same models"),
)  # fmt: skip
CORRELATIONS = (
    ("BERTScore and ROUGE precision", "bertscore_f1", "rouge1_precision", "0.61"),
    ("BERTScore and ROUGE F1", "bertscore_f1", "rouge1", "0.71"),
    ("ROUGE precision and ROUGE F1", "rouge1_precision", "rouge1", "0.9"),
)
"""Its correlation matrix (2b), fine-tuned model; it does not say over what it was taken."""
DIFFERENCES = (
    "It scored four prompts, one of each type; a mean of one answer has no interval, and none is given.",
    "What it scored is the decoded sequence with the prompt in it. Here only what follows the prompt is scored.",
    "Its latency holds the loading of the metrics. Here time is measured apart from scoring, after a warm-up.",
    "Its train and test files share their 15 postings, and 91 of its 122 test rows are copies of train rows: its model "
    "was tested on what it had read. Here postings are apart, and those that training saw are shown apart.",
    "It has no measure of truth: an invented job scores as well as a real one if it is worded alike. Here every job "
    "that an answer names is looked up.",
)


def original_report(results: Results, pairs: Pairs, slice_: str) -> list[Block]:
    """Its numbers beside ours.

    Args:
        results: All tables.
        pairs: Our correlations.
        slice_: The slice whose numbers stand beside it.
    """
    rows = [
        (
            stated.what, stated.base, stated.lora,
            _ours(results, BASELINE, slice_, stated.metric), _ours(results, "lora", slice_, stated.metric),
            stated.comparable,
        )
        for stated in STATED
    ]  # fmt: skip
    correlations = [
        (what, theirs, str(pairs.get(("lora", slice_, one, other), NONE))) for what, one, other, theirs in CORRELATIONS
    ]
    return [
        Paragraph("What differs, before any number is read:"),
        Bullets(DIFFERENCES),
        Table(
            f"The original report's numbers beside ours (all query types, {slice_} postings, mean with 95 % interval)",
            ("measure (its section)", "its base", "its fine-tuned", "our base", "our lora", "may they be compared?"),
            rows,
        ),
        Table(
            f"Correlations of metrics for the fine-tuned model ({slice_} postings; ours are Spearman's)",
            ("pair", "original", "ours"),
            correlations,
        ),
    ]


def _ours(results: Results, contender: str, slice_: str, metric: str) -> str:
    return str(results.means.get((contender, slice_, metric, ALL_TYPES), NONE))
