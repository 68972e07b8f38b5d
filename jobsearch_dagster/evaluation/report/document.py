"""The report as a whole: pictures drawn, parts put in order, `report.html` and `report.md` written.

Belongs here: what stands in the report, and where.
"""

from pathlib import Path

from pydantic import Field

from jobsearch_dagster.evaluation.report import (
    alternatives,
    correlation_pictures,
    experiment_pictures,
    html_page,
    markdown_page,
    pictures,
    time_pictures,
)
from jobsearch_dagster.evaluation.report.ares_part import ares_tables
from jobsearch_dagster.evaluation.report.blocks import (
    Block,
    Bullets,
    Folded,
    Heading,
    Paragraph,
    Picture,
    Table,
    picked,
)
from jobsearch_dagster.evaluation.report.examples import side_by_side
from jobsearch_dagster.evaluation.report.experiments_part import (
    CURVE,
    LEAKAGE,
    curve_part,
    experiment_pictures_of,
    leakage_part,
    promotion_part,
)
from jobsearch_dagster.evaluation.report.metrics import HEADLINE, in_order, metric
from jobsearch_dagster.evaluation.report.original import original_report
from jobsearch_dagster.evaluation.report.preferences_part import preferences_part
from jobsearch_dagster.evaluation.report.reading import SLICE_WORDS, listed, read, written_p
from jobsearch_dagster.evaluation.report.results import NONE, SHOWN_CONTENDERS, TYPES, Results
from jobsearch_dagster.evaluation.report.retrieval_part import retrieval_tables
from jobsearch_dagster.evaluation.scoring import BASELINE, PRIMARY
from jobsearch_dagster.evaluation.tables import ALL_TYPES
from jobsearch_dagster.foundation.profiles import Recipe

CONTENDER_WORDS = {
    "base": "the language model as it is",
    "lora": "the same model with the fine-tuned adapter",
    "rag": "the language model, shown the postings that search finds",
    "analytics": "question to filter to SQL; no model writes",
}


class ReportRecipe(Recipe):
    """What the report holds."""

    pictures: bool = Field(default=True, description="draw the pictures; about half a second each")


def write_report(results: Results, folder: Path, recipe: ReportRecipe) -> list[str]:
    """Draw all pictures and write both pages.

    Args:
        results: All tables.
        folder: Where to write.
        recipe: What to write.

    Returns:
        Names of the files, pictures first.
    """
    blocks = document(results, draw_pictures(results, folder) if recipe.pictures else [])
    (folder / "report.html").write_text(html_page.html_page(blocks, folder), encoding="utf-8")
    (folder / "report.md").write_text(markdown_page.markdown_page(blocks), encoding="utf-8")
    return [*(path.name for path in sorted(folder.glob("*.png"))), "report.html", "report.md"]


def draw_pictures(results: Results, folder: Path) -> list[Picture]:
    """All pictures, in their order in the report; those of one slice are of the first one."""
    first = results.slices[0]
    means, found = results.means, results.correlations
    answered = {name: results.answered(name, first) for name in SHOWN_CONTENDERS}
    for slice_ in results.slices:
        pictures.draw_by_type(means, slice_, folder / f"by_type_{slice_}.png")
    pictures.draw_heat_maps(means, first, folder / "heat_maps.png")
    pictures.draw_radar(means, first, folder / "radar.png")
    pictures.draw_differences(results.differences, first, folder / "differences.png")
    correlation_pictures.draw_matrices(found, first, folder / "correlations.png")
    for name in SHOWN_CONTENDERS:
        correlation_pictures.draw_against_length(found, answered[name], name, first, folder / f"length_{name}.png")
    correlation_pictures.draw_answer_length(found, answered, first, folder / "answer_length.png")
    time_pictures.draw_at_once(results.at_once, folder / "at_once.png")
    if not results.leakage_experiment.empty:
        experiment_pictures.draw_inflation(results.leakage_experiment, folder / f"{LEAKAGE}.png")
    if not results.learning_curve.empty:
        experiment_pictures.draw_curve(results.learning_curve, folder / f"{CURVE}.png")
    return [*_described(results, first), *experiment_pictures_of(results)]


def _described(results: Results, first: str) -> list[Picture]:
    means, found, where = results.means, results.correlations, SLICE_WORDS[first]
    return [
        *(
            Picture(
                f"by_type_{slice_}",
                f"Mean scores by query type on {SLICE_WORDS[slice_]}. {alternatives.of_means(means, slice_)}",
                f"Each metric by query type, on {SLICE_WORDS[slice_]}; lines are 95 % intervals over postings.",
            )
            for slice_ in results.slices
        ),
        Picture(
            "heat_maps",
            f"The means of the first picture as cells. {alternatives.of_means(means, first)}",
            f"Metrics by query type for each contender, on {where}. Intervals are in the tables below.",
        ),
        Picture(
            "radar",
            f"Mean scores around a circle, one circle for each query type. {alternatives.of_means(means, first)}",
            f"All metrics at once, on {where}. Areas depend on the order of the axes: read the lines, not the areas.",
        ),
        Picture(
            "differences",
            f"Paired differences to base. {alternatives.of_differences(results.differences, first)}",
            f"Difference to base on the same questions, on {where}, with 95 % intervals; right of zero is better.",
        ),
        Picture(
            "correlations",
            alternatives.of_matrices(found, first),
            f"Spearman's correlation of metrics over questions, on {where}; bold where its 95 % interval leaves out "
            "zero, empty where one of the two does not vary.",
        ),
        *(
            Picture(
                f"length_{name}",
                f"{name}: each metric against the length of the question. {alternatives.of_length(found, name, first)}",
                f"{name}: scores against question length, on {where}; r is Spearman's with its 95 % interval. Length "
                "and query type go together, so r is no effect of length alone.",
            )
            for name in SHOWN_CONTENDERS
        ),
        Picture(
            "answer_length",
            f"Length of answers against length of questions. {alternatives.of_answer_length(found, first)}",
            f"What time depends on: the length of answers against that of questions, on {where}. Seconds differ from "
            "run to run, so time against length is on the page of the asset latency.",
        ),
        Picture(
            "at_once",
            f"Share of questions answered with a right job. {alternatives.of_at_once(results)}",
            "Several questions in one prompt: the share of them that are answered with a right job, with 95 % "
            "intervals over prompts.",
        ),
    ]


def document(results: Results, drawn: list[Picture]) -> list[Block]:
    """All parts of the page, in their order."""
    first = results.slices[0]
    by_name = {picture.name: picture for picture in drawn}
    groups = {
        "By query type": [f"by_type_{slice_}" for slice_ in results.slices] + ["heat_maps", "radar"],
        "Correlations of metrics": ["correlations"],
        "Scores against question length": [f"length_{name}" for name in SHOWN_CONTENDERS],
        "Length of answers, several questions at once": ["answer_length", "at_once"],
    }
    blocks: list[Block] = [
        Heading("Four ways to answer a job seeker's question", level=1),
        Paragraph(_asked(results)),
        Heading("What the numbers say"),
        Bullets(read(results)),
        Heading("Who answers"),
        Table("Contenders", ("contender", "what it is"), [(name, CONTENDER_WORDS[name]) for name in SHOWN_CONTENDERS]),
        Heading("Difference to base"),
        *picked(by_name, "differences"),
        *(_differences(results, slice_) for slice_ in results.slices),
    ]
    if drawn:
        for title, names in groups.items():
            blocks += [Heading(title), *picked(by_name, *names)]
    return [
        *blocks,
        Heading("Every mean"),
        Paragraph("A cell is mean [95 % interval over postings] n=questions; a dash is what was not measured."),
        *(_means(results, name) for name in HEADLINE),
        Folded("All other metrics", [_means(results, name) for name in _others(results)]),
        Heading("Finding postings"),
        *retrieval_tables(results),
        Heading("Judged answers (ARES)"),
        *ares_tables(results),
        Heading("What people prefer"),
        *preferences_part(results),
        Heading("Which adapter is served"),
        *promotion_part(results),
        Heading("How many postings make an adapter worth it"),
        *curve_part(results, by_name),
        Heading("What seen postings would add"),
        *leakage_part(results, by_name),
        Heading("Five questions side by side"),
        Paragraph("Chosen by id, not by result: one of each query type, and one of the other slice if there is one."),
        *side_by_side(results),
        Heading("The original report's figures"),
        *original_report(results, results.correlations, first),
        Heading("How it was measured"),
        Bullets(METHOD),
        Table("Signatures of the metrics", ("metric", "what it measures", "signature"), _signatures(results)),
    ]


PRIMARY_WORDS = listed([metric(name).label for name in PRIMARY])
METHOD = (
    "All contenders answer the same questions. Only what follows the prompt is scored.",
    "Intervals are 95 % and over postings: questions about one posting are no independent draws. Where nothing tells "
    "how sure a number is, it stands without one.",
    "p is of paired differences to base by flipping signs of postings, after Holm's correction for all comparisons of "
    f"a slice: those in {PRIMARY_WORDS}, which were named before, among themselves, all others among themselves.",
    "Correlations are Spearman's; their intervals leave out one posting after the other (jackknife on Fisher's scale "
    "with Student's t), as questions about one posting are alike.",
    "Whether a job exists and satisfies a question is looked up in the prepared postings: a mistake made in preparing "
    "them counts as the truth.",
    "No duration stands here: seconds differ from run to run, and equal results give an equal report. They are on the "
    "page of the asset latency: to the first token, per token, in all, and against the length of the question.",
)


def _asked(results: Results) -> str:
    asked = results.answers[results.answers["contender"] == BASELINE]
    parts = []
    for slice_ in results.slices:
        rows = asked[asked["slice"] == slice_]
        parts.append(f"{len(rows)} questions about {rows['posting_id'].nunique()} {SLICE_WORDS[slice_]} ({slice_})")
    return f"Asked were {' and '.join(parts)}. Every number has its n and, where it can be given, its 95 % interval."


def _differences(results: Results, slice_: str) -> Table:
    table = results.contender_comparison
    rows = table[(table["slice"] == slice_) & (table["query_type"] == ALL_TYPES)]
    p = {
        (who, name): written_p(p)
        for who, name, p in zip(rows["contender"], rows["metric"], rows["p_holm"], strict=True)
    }
    cells: list[list[str]] = []
    for name in HEADLINE:
        cells.append([metric(name).label])
        for contender in SHOWN_CONTENDERS:
            value = results.differences.get((contender, slice_, name, ALL_TYPES))
            if contender != BASELINE:
                cells[-1].append(NONE if value is None else f"{value.signed} n={value.n}, p={p[contender, name]}")
    others = [name for name in SHOWN_CONTENDERS if name != BASELINE]
    return Table(
        f"Paired difference to base on {SLICE_WORDS[slice_]}, all query types: mean [95 % interval] n, p after Holm",
        ("metric", *others),
        cells,
    )


def _others(results: Results) -> list[str]:
    return [name for name in in_order(set(results.metric_summary["metric"])) if name not in HEADLINE]


def _means(results: Results, name: str) -> Table:
    rows = [
        (
            f"{contender}, {slice_}",
            *(str(results.means.get((contender, slice_, name, query_type), NONE)) for query_type in TYPES),
        )
        for slice_ in results.slices
        for contender in SHOWN_CONTENDERS
    ]
    label, meaning, more = metric(name)
    better = {1: "more is better", -1: "less is better", 0: "no way is better"}[more]
    return Table(
        f"{label}: {meaning} ({better}). Signature: {results.signatures().get(name, NONE)}",
        ("contender, slice", *TYPES),
        rows,
    )


def _signatures(results: Results) -> list[tuple[str, str, str]]:
    found = results.signatures()
    return [(metric(name).label, metric(name).meaning, found[name]) for name in in_order(set(found))]
