"""Five questions, what every contender answers, and how each answer is scored.

Belongs here: which questions are shown. They are chosen by their ids, not by their answers: one of each query type
about unseen postings, and one more, about a posting that training saw where there is one.
"""

from jobsearch_dagster.evaluation.report.blocks import Block, Heading, Paragraph, Said, SideBySide
from jobsearch_dagster.evaluation.report.metrics import HEADLINE, metric
from jobsearch_dagster.evaluation.report.results import SHOWN_CONTENDERS, Results
from jobsearch_dagster.evaluation.scoring import BASELINE
from jobsearch_dagster.pairs.templates import QUERY_TYPES


def chosen_questions(results: Results) -> list[str]:
    """Ids of the questions: the lowest of each type in the first slice, then the lowest other one of the last slice."""
    asked = results.answers[results.answers["contender"] == BASELINE].sort_values("question_id")
    first, last = (asked[asked["slice"] == name] for name in (results.slices[0], results.slices[-1]))
    chosen = [name for t in QUERY_TYPES for name in first.loc[first["query_type"] == t, "question_id"].head(1)]
    return chosen + [name for name in last["question_id"] if name not in chosen][:1]


def side_by_side(results: Results) -> list[Block]:
    """A heading, the reference and the answers of all contenders for each chosen question."""
    blocks: list[Block] = []
    for number, question_id in enumerate(chosen_questions(results), start=1):
        rows = results.answers[results.answers["question_id"] == question_id].to_dict("records")
        answers = {row["contender"]: row["answer"] for row in rows}
        asked = rows[0]
        said = [Said("constructed answer", asked["reference"], "what answers are held against")]
        said += [
            Said(name, answers[name].strip() or "(empty)", _scores(results, name, question_id))
            for name in SHOWN_CONTENDERS
        ]
        blocks += [
            Heading(f"{number}. {asked['question']}", level=3),
            Paragraph(f"{asked['query_type']} question about a posting that is {asked['slice']}; id {question_id}"),
            SideBySide(said),
        ]
    return blocks


def _scores(results: Results, contender: str, question_id: str) -> str:
    scores = results.answer_scores
    rows = scores[(scores["contender"] == contender) & (scores["question_id"] == question_id)]
    found = dict(zip(rows["metric"], rows["value"], strict=True))
    return ", ".join(f"{metric(name).label} {found[name]:.2f}" for name in HEADLINE if name in found)
