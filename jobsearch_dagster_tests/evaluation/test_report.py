"""The report shows every number with interval and n, needs nothing but itself, and is the same for equal results."""

import base64
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from jobsearch_dagster.evaluation.report.blocks import Paragraph
from jobsearch_dagster.evaluation.report.document import ReportRecipe, draw_pictures, write_report
from jobsearch_dagster.evaluation.report.html_page import text as html_text
from jobsearch_dagster.evaluation.report.markdown_page import text as markdown_text
from jobsearch_dagster.evaluation.report.metrics import HEADLINE, metric
from jobsearch_dagster.evaluation.report.original import STATED
from jobsearch_dagster.evaluation.report.preferences_part import NO_VOTES, preferences_part
from jobsearch_dagster.evaluation.report.results import Results
from jobsearch_dagster.evaluation.report.time_pictures import draw_times
from jobsearch_dagster_tests.evaluation.report_tables import make_results

pytestmark = pytest.mark.slow

PICTURES = {
    "by_type_unseen", "by_type_seen", "heat_maps", "radar", "differences", "correlations", "length_base", "length_lora",
    "length_rag", "length_analytics", "answer_length", "at_once",
}  # fmt: skip


class Page(HTMLParser):
    """Tags with attributes, and all text outside style."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def results() -> Results:
    return make_results()


@pytest.fixture(scope="module")
def folder(results: Results, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report")
    write_report(results, path, ReportRecipe())
    return path


@pytest.fixture(scope="module")
def source(folder: Path) -> str:
    return (folder / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(source: str) -> Page:
    return Page(source)


@pytest.fixture(scope="module")
def markdown(folder: Path) -> str:
    return (folder / "report.md").read_text(encoding="utf-8")


def test_the_page_loads_nothing_from_anywhere(source: str, page: Page) -> None:
    assert not re.search(r"\b(src|href|srcset|action)\s*=\s*(?!\"data:)", source)
    assert not re.search(r"@import|url\(|<(script|link|iframe|object|embed|form|base)\b", source)
    policy = next(a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy")
    assert policy == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"


def test_every_picture_is_inside_the_page_with_a_text_that_says_what_it_shows(folder: Path, page: Page) -> None:
    assert {path.stem for path in folder.glob("*.png")} == PICTURES
    shown = set()
    for image in page.all("img"):
        data = base64.b64decode((image["src"] or "").removeprefix("data:image/png;base64,"))
        shown |= {path.stem for path in folder.glob("*.png") if path.read_bytes() == data}
        assert re.search(r"\d\.\d\d", image["alt"] or "")
    assert shown == PICTURES


def test_what_postings_and_answers_say_is_text_and_never_markup(source: str, page: Page, markdown: str) -> None:
    assert "<script" not in source.lower()
    assert "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;" in source
    assert any("<script>alert('x')</script> & | *bold* [link](http://example.org)\ufffd" in t for t in page.texts)
    assert "<script" not in markdown
    assert r"&lt;script&gt;alert('x')&lt;/script&gt; &amp; \| \*bold\* \[link\](http://example.org)" in markdown


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("- item", r"\- item"), ("1. item", r"1\. item"), ("=====", r"\====="), ("---", r"\---"), ("a\nb", "a b"),
        ("# head", r"\# head"), ("`code`", r"\`code\`"), ("-0.05 to 0.11", "-0.05 to 0.11"), ("0.50", "0.50"),
    ],
)  # fmt: skip
def test_markdown_of_a_text_shows_the_text(said: str, written: str) -> None:
    assert markdown_text(said) == written


def test_characters_that_no_page_may_hold_are_replaced() -> None:
    assert html_text("a\x00b\x1bc\ufffe\ud800") == "a\ufffdb\ufffdc\ufffd\ufffd"
    assert html_text("naïve 漢字 🙂\ttab") == "naïve 漢字 🙂\ttab"


def test_tables_have_headers_of_columns_and_rows_and_can_be_scrolled_by_keyboard(source: str, page: Page) -> None:
    tables = re.findall(r"<table>.*?</table>", source, re.DOTALL)
    for table in tables:
        assert table.startswith("<table>\n<caption>")
        columns = table.count('scope="col"')
        for row in re.findall(r"<tr>.*?</tr>", table.split("<tbody>")[1], re.DOTALL):
            assert row.count("<td>") + 1 == columns
            assert row.count('scope="row"') == 1
    regions = [a for a in page.all("div") if a.get("role") == "region"]
    assert len(regions) == len(tables) + len(PICTURES)
    assert all(region["tabindex"] == "0" and region["aria-label"] for region in regions)


def test_the_page_is_made_for_a_phone_too_and_names_its_language(page: Page) -> None:
    assert {"lang": "en"} in page.all("html")
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in page.all("meta")
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_mean_stands_with_interval_n_and_signature(results: Results, markdown: str) -> None:
    plain = markdown.replace("\\", "")
    for name in HEADLINE:
        assert f"Signature: how:{name}" in plain
        for contender in ("base", "lora", "rag", "analytics"):
            value = str(results.means[contender, "unseen", name, "all"])
            assert re.fullmatch(r"\d\.\d\d \[\d\.\d\d, \d\.\d\d\] n=48", value)
            assert value in plain


def test_every_difference_stands_with_interval_n_and_p(markdown: str) -> None:
    section = markdown.replace("\\", "").split("## Difference to base")[1].split("## By query type")[0]
    for name in HEADLINE:
        row = next(line for line in section.splitlines() if line.startswith(f"| {metric(name).label} |"))
        assert len(re.findall(r"[+-]\d\.\d\d( \[[+-]\d\.\d\d, [+-]\d\.\d\d\])? n=48, p=[<\d.]+", row)) == 3


def test_five_questions_stand_with_the_answers_and_scores_of_all_contenders(source: str) -> None:
    section = source.split("Five questions side by side")[1].split("The original report")[0]
    questions = section.split("<h3>")[1:]
    assert len(questions) == 5
    for question in questions:
        assert re.findall(r"<h4>(.*?)</h4>", question) == ["constructed answer", "base", "lora", "rag", "analytics"]
        assert question.count("right jobs ") == 4
    kinds = [re.findall(r"<p>(\w+) question about a posting that is (\w+)", question)[0] for question in questions]
    assert kinds[:4] == [(kind, "unseen") for kind in ("skills", "location", "salary", "experience")]
    assert kinds[4][1] == "seen"


def test_the_original_numbers_stand_beside_ours_with_what_may_be_compared(results: Results, markdown: str) -> None:
    plain = markdown.replace("\\", "")
    for stated in STATED:
        row = next(line for line in plain.splitlines() if line.startswith(f"| {stated.what} |"))
        assert row.endswith(f"| {stated.comparable} |")
    ours = results.means["lora", "unseen", "meteor", "all"]
    assert (
        f"| METEOR (3b) | 0.15 to 0.23 | 0.14 to 0.22 | {results.means['base', 'unseen', 'meteor', 'all']} | {ours} |"
        in plain
    )


def test_cells_true_by_construction_are_marked_and_cutoffs_stand_in_their_order(markdown: str) -> None:
    section = markdown.split("## Finding postings")[1].split("## Judged answers")[0]
    assert section.count("| contender | mrr | precision@3 | precision@10 |") == 6
    marked = [line for line in section.splitlines() if "†" in line and line.startswith("|")]
    assert marked
    assert all(line.startswith("| analytics |") for line in marked)
    assert "natural" not in section.split("own words")[0]


def test_judged_rates_stand_beside_labels_alone_and_the_judge_alone_with_n(markdown: str) -> None:
    section = markdown.split("## Judged answers (ARES)")[1].split("\n## ")[0].replace("\\", "")
    assert "| contender, slice | estimate | labels alone | judge alone, biased | judge right | n | labels |" in section
    assert re.search(r"\| rag, unseen \| [01]\.\d\d \[[01]\.\d\d, [01]\.\d\d\] \|", section)
    assert re.search(r"\| answer_relevance \|.*\| no \|", section)
    assert re.search(r"\| base minus rag, unseen \| -?\d\.\d\d \[-?\d\.\d\d, -?\d\.\d\d\] \d+ of \d+ \|", section)
    assert "| base, unseen |" not in section.split("Faithfulness")[0]  # it has no context


def test_what_people_prefer_stands_with_votes_postings_people_and_agreement(markdown: str) -> None:
    section = markdown.split("## What people prefer")[1].split("\n## ")[0].replace("\\", "")
    relevance, faithfulness = section.split("Whose answer says less")
    assert re.search(
        r"\| rag \| 0\.83 \[0\.\d\d, [01]\.\d\d\] \| \d\.\d\d \[.*\] \| 10, 0, 2 \| 12 \| 6 \| 2 \| 1\.00 \|", relevance
    )
    assert "| base against rag | 0.17 [" in relevance
    assert relevance.index("| base | 0.17") < relevance.index("| base against rag |")
    assert re.search(r"\| rag \| 0\.50 .*\| 0, 12, 0 \| 12 \| 6 \| 2 \| – \|", faithfulness)


def test_without_votes_the_report_says_where_they_are_given(results: Results) -> None:
    nobody = replace(results, human_preferences=results.human_preferences.head(0))
    assert preferences_part(nobody) == [Paragraph(NO_VOTES)]
    assert "/compare" in NO_VOTES


def test_no_duration_no_date_and_no_path_stand_in_the_report(folder: Path, source: str, markdown: str) -> None:
    text = re.sub(r"base64,[^\"]*", "", source) + markdown
    assert not re.search(r"\b20\d\d[-/]\d|\d\d:\d\d|\d seconds", text)
    assert str(folder) not in text
    for png in folder.glob("*.png"):
        assert not re.search(rb"tEXt|tIME|iTXt", png.read_bytes())


def test_equal_results_give_equal_bytes_in_another_process_with_other_settings(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "matplotlibrc").write_text("font.size: 20\naxes.facecolor: red\n")
    script = (
        "import sys; from pathlib import Path;"
        "from jobsearch_dagster.evaluation.report.document import ReportRecipe, write_report;"
        "from jobsearch_dagster_tests.evaluation.report_tables import make_results;"
        "write_report(make_results(), Path(sys.argv[1]), ReportRecipe())"
    )
    root = Path(__file__).parents[2]
    (tmp_path / "again").mkdir()
    subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "again")],
        cwd=root,
        check=True,
        env={
            "PATH": "",
            "PYTHONHASHSEED": "5",
            "MATPLOTLIBRC": str(tmp_path),
            "PYTHONPATH": str(root),
            "TZ": "Asia/Tokyo",
        },
    )
    names = {path.name for path in folder.iterdir()}
    assert names == {path.name for path in (tmp_path / "again").iterdir()}
    for name in names:
        assert (folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes(), name


def test_other_results_give_other_pictures_of_what_changed(folder: Path, tmp_path: Path) -> None:
    draw_pictures(
        make_results({"base": (0.4, 0.3), "lora": (0.6, 0.6), "rag": (0.1, 0.2), "analytics": (0.9, 0.7)}), tmp_path
    )
    changed = {p.stem for p in folder.glob("*.png") if p.read_bytes() != (tmp_path / p.name).read_bytes()}
    assert changed == PICTURES - {"answer_length"}  # the answers are the same


def test_one_slice_alone_can_be_reported(tmp_path: Path) -> None:
    write_report(make_results(postings={"seen": 7}), tmp_path, ReportRecipe())
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "28 questions about 7 postings that training saw (seen)." in text.replace("\\", "")
    assert not list(tmp_path.glob("*unseen*"))


def test_times_are_drawn_from_latency_alone(results: Results, tmp_path: Path) -> None:
    draw_times(results.latency, tmp_path / "times.png")
    assert (tmp_path / "times.png").read_bytes().startswith(b"\x89PNG")


def test_without_pictures_every_table_is_there_and_no_heading_stands_alone(tmp_path: Path) -> None:
    files = write_report(make_results(), tmp_path, ReportRecipe(pictures=False))
    assert sorted(files) == sorted(path.name for path in tmp_path.iterdir()) == ["report.html", "report.md"]
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "![" not in text
    assert "## Every mean" in text
    assert not re.search(r"^## .*\n+## ", text, re.MULTILINE)
