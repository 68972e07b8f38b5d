"""The synthetic data: counts by an independent reading, determinism, variety, truth of the texts."""

import csv
import io
import itertools
import os
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path
from random import Random

import ftfy
import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from jobsearch_dagster.foundation.errors import UserError
from jobsearch_dagster.ingestion.sample import SampleSpec, iter_postings, write_sample
from jobsearch_dagster.ingestion.sample_data.chance import shuffled, uneven_parts
from jobsearch_dagster.ingestion.sample_data.pools import places, roles
from jobsearch_dagster.ingestion.sample_data.posting import NUMBERS, Posting

RAW = Path(__file__).parents[2] / "data" / "raw"
COLUMNS = ["Resume", "Job-Title", "Location", "Salary", "Description"]
LOWERED = ("Resume", "Job-Title", "Location", "Description")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, strict=True)
        rows = list(reader)
        assert reader.fieldnames == COLUMNS
    return rows


def folded(row: dict[str, str]) -> tuple[str, ...]:
    return tuple(row[c].lower() if c in LOWERED else row[c] for c in COLUMNS)


def first_of_each(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    kept: dict[tuple[str, ...], dict[str, str]] = {}
    for row in rows:
        kept.setdefault(folded(row), row)
    return list(kept.values())


def posting_of(row: dict[str, str]) -> tuple[str, ...]:
    """Title, location and description without case, blanks, invisible characters or marks."""
    cells = (row[c].lower() for c in ("Job-Title", "Location", "Description"))
    return tuple("".join(c for c in cell if c.isalnum()) for cell in cells)


def one_row_per_posting(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return list({posting_of(row): row for row in reversed(rows)}.values())


@pytest.fixture(scope="module")
def train() -> list[dict[str, str]]:
    return read(RAW / "train-1.csv")


@pytest.fixture(scope="module")
def test() -> list[dict[str, str]]:
    return read(RAW / "test-1.csv")


@pytest.fixture(scope="module")
def both(train: list, test: list) -> list[dict[str, str]]:
    return one_row_per_posting(train) + one_row_per_posting(test)


@pytest.fixture(scope="module")
def postings() -> list[Posting]:
    return [posting for _, posting in iter_postings(SampleSpec.report())]


# The files in data/raw


def test_the_tracked_files_are_what_write_sample_makes(tmp_path):
    for path in write_sample(SampleSpec.report(), tmp_path):
        assert path.read_bytes() == (RAW / path.name).read_bytes(), (
            f"{path.name} in data/raw is not what the code makes: write it again with "
            "write_sample(SampleSpec.report(), data/raw, overwrite=True)"
        )


@pytest.mark.parametrize("name", ["train-1.csv", "test-1.csv"])
def test_cells_are_quoted_as_the_csv_module_quotes_them(name):
    text = (RAW / name).read_bytes().decode("utf-8")
    rewritten = io.StringIO(newline="")
    csv.writer(rewritten, lineterminator="\n").writerows(csv.reader(io.StringIO(text, newline="")))
    assert rewritten.getvalue() == text


def test_the_tracked_files_stay_small():
    assert sum((RAW / name).stat().st_size for name in ("train-1.csv", "test-1.csv")) < 2_500_000


@pytest.mark.parametrize(
    ("split", "rows", "with_salary", "duplicates", "left", "left_without_salary"),
    [("train", 596, 161, 289, 307, 220), ("test", 149, 45, 27, 122, 85)],
)
def test_the_counts_are_those_of_the_report(split, rows, with_salary, duplicates, left, left_without_salary):
    found = read(RAW / f"{split}-1.csv")
    kept = first_of_each(found)
    assert len(found) == rows
    assert sum(bool(row["Salary"]) for row in found) == with_salary
    assert len(found) - len(kept) == duplicates
    assert len(kept) == left
    assert sum(not row["Salary"] for row in kept) == left_without_salary


@pytest.mark.parametrize("split", ["train", "test"])
def test_some_duplicates_are_equal_only_after_lowercasing(split):
    rows = read(RAW / f"{split}-1.csv")
    assert len({tuple(r.values()) for r in rows}) - len(first_of_each(rows)) >= 5


@pytest.mark.parametrize("split", ["train", "test"])
def test_an_empty_salary_cell_is_the_only_empty_cell(split):
    for row in read(RAW / f"{split}-1.csv"):
        assert all(row[c].strip() for c in LOWERED)


def test_there_are_140_postings_and_none_is_in_both_files(train, test):
    of_train, of_test = ({posting_of(row) for row in rows} for rows in (train, test))
    assert (len(of_train), len(of_test)) == (100, 40)
    assert not of_train & of_test
    assert not {p[2] for p in of_train} & {p[2] for p in of_test}


def test_postings_are_crossed_with_resumes(train):
    kept = first_of_each(train)
    applicants = Counter(posting_of(row) for row in kept)
    posts = Counter(row["Resume"].lower() for row in kept)
    assert max(applicants.values()) >= 4
    assert sum(n > 1 for n in posts.values()) >= 20


def test_no_row_of_one_file_is_in_the_other(train, test):
    assert not {folded(row) for row in train} & {folded(row) for row in test}


def test_all_rows_of_a_posting_have_the_same_salary(train, test):
    for rows in (train, test):
        salaries: dict[tuple[str, ...], set[str]] = {}
        for row in rows:
            salaries.setdefault(posting_of(row), set()).add(row["Salary"])
        assert all(len(found) == 1 for found in salaries.values())


def test_postings_without_salary_share_title_and_place_with_train_postings_that_have_one(train, test):
    stated = {posting_of(row)[:2] for row in train if row["Salary"]}
    shared = [
        sum(posting_of(row)[:2] in stated for row in one_row_per_posting(rows) if not row["Salary"])
        for rows in (train, test)
    ]
    assert shared[0] >= 10
    assert shared[1] >= 4


def test_the_same_title_and_place_can_pay_differently(train):
    pays: dict[tuple[str, ...], set[str]] = {}
    for row in train:
        if row["Salary"]:
            pays.setdefault(posting_of(row)[:2], set()).add(row["Salary"])
    assert sum(len(found) > 1 for found in pays.values()) >= 3


def test_lengths_are_those_of_real_postings_and_resumes(both, train, test):
    descriptions = sorted(len(row["Description"]) for row in both)
    assert descriptions[0] >= 600
    assert descriptions[len(descriptions) * 9 // 10] <= 3500
    assert 4500 <= descriptions[-1] <= 6500
    assert all(300 <= len(row["Resume"]) <= 1000 for row in train + test)


# Variety


def test_titles_places_and_fields_are_many(both, postings):
    headlines = [p.facts.headline for p in postings]
    assert len({row["Job-Title"].lower() for row in both}) >= 90
    assert len({h.base_title for h in headlines}) >= 75
    assert len({h.role.field for h in headlines}) >= 15
    assert len({h.place.spellings for h in headlines}) >= 45
    assert len({h.place.country.code for h in headlines}) >= 14
    assert {h.work_mode for h in headlines} == {"remote", "hybrid", "onsite"}
    assert {h.level for h in headlines} >= {"entry", "junior", "mid", "senior", "lead", "manager"}


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bSr\b",
        r"\bJr\b",
        r"\bSnr\.",
        r"\bDev\b",
        r"\bMgr\b",
        r"\bML",
        r"\bQA\b",
        r"\bRN\b",
        r"\(m/f/d\)",
        r"\(m/w/d\)",
        r"REQ\d{4}",
        r"\(\w+/\w+\)",
        r"^[A-Z\W\d]+$",
        r"^[a-z\W\d]+$",
    ],
)
def test_titles_are_written_in_many_ways(both, pattern):
    assert any(re.search(pattern, row["Job-Title"]) for row in both)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^Remote - ",
        r"\(Remote\)",
        r"/ Remote",
        r"^Remote$|^Remote, ",
        r"\(Hybrid\)|- Hybrid",
        r"On-?site",
        r", [A-Z]{2}$",
        r", UK",
        r"India$",
        "ü|ö",
        "é",
        r"^[A-Z][a-z]+$",
    ],
)
def test_locations_are_written_in_many_ways(both, pattern):
    assert any(re.search(pattern, row["Location"]) for row in both)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^\$",
        r"US\$|USD",
        "£",
        "€",
        "₹",
        r"CA\$|C\$|CAD",
        r"A\$|AU\$|AUD",
        "CHF",
        r"EUR \d",
        r"LPA|lakh|\dL",
        r"₹[\d.]+M",
        r"\dK",
        r"\dk - ",
        r"\d,\d{2},\d{3}",
        r"\d\.\d{3}\b",
        r"\d'\d",
        "hour",
        "month",
        "/day|a day|per day",
        "a year",
        "per annum",
        "/yr",
        "^Up to",
        "^From|^from",
        "–",
    ],
)
def test_salary_cells_are_written_in_many_ways(both, pattern):
    assert any(re.search(pattern, row["Salary"]) for row in both)


def test_about_a_third_of_the_postings_without_salary_state_pay_in_the_text(postings):
    unpaid = [p for p in postings if not p.salary]
    assert 0.25 <= sum(p.facts.pay_written != "nowhere" for p in unpaid) / len(unpaid) <= 0.42


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("HTML tags", r"<li>"),
        ("line breaks as tags", r"<br>"),
        ("HTML entities", r"&bull;&nbsp;|&#x27;|&amp;"),
        ("emoji", "🚀|✅|👉"),
        ("styled letters", "[\U0001d5d4-\U0001d607]"),
        ("URLs", r"https://\S+\.example\.com/"),
        ("e-mail addresses", r"[\w.]+@[\w.-]+\.example\.com"),
        ("telephone numbers", r"555-01\d\d|\+1 555 01\d\d|555-555-01\d\d"),
        ("mojibake", "â€™"),
        ("curly apostrophes", "’"),
        ("zero-width characters", "[\u200b\u200d\ufeff\u00ad]"),
        ("non-breaking blanks", "\u00a0"),
        ("loose blanks", r"  \n|\n \n"),
        ("starred headings", r"\*\*\w"),
        ("bullets", "• "),
        ("ages of companies", r"over \d\d years|business for \d\d years"),
        ("sums nobody is paid", r"[$€£₹]\d[\d,]*M in Series B"),
        ("pension plans", r"401\(k\)"),
    ],
)
def test_each_kind_of_mess_and_trap_is_there(both, kind, pattern):
    found = sum(bool(re.search(pattern, row["Description"])) for row in both)
    assert found >= 2, f"{kind}: only in {found} of {len(both)} postings"


def test_a_good_part_of_the_postings_is_clean(both):
    odd = r"<\w+>|&\w+;|â€|[\u200b\u200d\ufeff\u00ad\u00a0]|🚀|👉|[\U0001d5d4-\U0001d607]"
    assert 0.3 <= sum(not re.search(odd, row["Description"]) for row in both) / len(both) <= 0.75


def test_addresses_lead_nowhere(both, train, test):
    text = "\n".join(row["Description"] + "\n" + row["Resume"] for row in both + train + test)
    hosts = re.findall(r"(?:@|https?://)([\w.-]+\w)", text.lower())
    assert hosts
    assert all(re.search(r"(^|\.)example\.(com|org)$", host) for host in hosts)


# The texts say what the facts are


def plain(text: str) -> str:
    """A description without its mess, by other libraries than the product's cleaning."""
    text = ftfy.fix_text(text)
    text = BeautifulSoup(text, "html.parser").get_text(" ") if "<" in text else text
    text = re.sub("[\u200b\u200d\ufeff\u00ad]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"\s+", " ", text.replace("’", "'"))


def test_descriptions_name_company_and_all_required_skills(postings):
    for posting in postings:
        text = plain(posting.description).lower()
        for wanted in (posting.facts.company, *posting.facts.skills):
            assert plain(wanted).lower() in text


def test_descriptions_state_the_years_asked_for(postings):
    for posting in postings:
        least, text = posting.facts.min_years, plain(posting.description).lower()
        if least:
            assert re.search(rf"\b({least}|{NUMBERS[least]})\b", text)
        else:
            assert re.search(r"no (previous|prior) experience|no experience in|0-1|up to one", text)


def test_descriptions_state_pay_only_where_they_should(postings):
    for posting in postings:
        stated = plain(posting.facts.pay.text) in plain(posting.description)
        assert stated == (posting.facts.pay_written != "nowhere")


def test_work_mode_in_location_and_text_agree(postings):
    words = {"remote": "remote", "hybrid": "hybrid", "onsite": r"on[ -]?site"}
    for posting in postings:
        headline, text = posting.facts.headline, plain(posting.description).lower()
        assert re.search(words[headline.work_mode] + "|anywhere in", text)
        for mode, word in words.items():
            if re.search(word, headline.location.lower()):
                assert mode == headline.work_mode


def test_pay_rises_with_seniority_and_stays_plausible(postings):
    per_year = {"year": 1, "month": 12, "day": 260, "hour": 2080}
    dollars = {"USD": 1, "CAD": 0.74, "GBP": 1.27, "EUR": 1.08, "INR": 0.012, "AUD": 0.66}
    yearly: dict[str, list[float]] = {}
    for posting in postings:
        pay = posting.facts.pay
        if pay.currency in dollars:
            bounds = [b for b in (pay.low, pay.high) if b]
            amount = sum(bounds) / len(bounds) * per_year[pay.period] * dollars[pay.currency]
            assert 2_500 <= amount <= 400_000
            if pay.currency == "USD":
                assert amount >= 20_000
            yearly.setdefault(posting.facts.headline.level, []).append(amount)
    mean = {level: sum(found) / len(found) for level, found in yearly.items()}
    assert mean["entry"] < mean["mid"] < mean["senior"] < mean["executive"]


def test_seniority_and_years_agree(postings):
    for posting in postings:
        years, level = posting.facts.min_years, posting.facts.headline.level
        assert years <= 1 if level in ("intern", "entry") else years >= 1
        assert years >= 5 if level in ("senior", "lead", "manager") else True


def test_the_facts_belong_to_the_rows(postings, both):
    described = {posting.description: posting for posting in postings}
    assert len(described) == 140
    for row in both:
        posting = described[row["Description"]]
        assert row["Salary"] == posting.salary
        assert row["Job-Title"].lower() == posting.facts.headline.title.lower()
        assert row["Location"].lower() == posting.facts.headline.location.lower()
        assert posting.salary in ("", posting.facts.pay.text)


def test_a_repost_differs_little_but_is_another_posting(postings):
    reposts = [(a, b) for a, b in itertools.pairwise(postings) if a.facts == b.facts and a.description != b.description]
    assert len(reposts) >= 4


# Any other size


@pytest.mark.parametrize(("rows", "asked"), [(10, None), (10, 10), (1000, 3), (2000, 500), (997, 101), (50, 2)])
def test_row_and_posting_counts_are_exact_at_any_size(tmp_path, rows, asked):
    written = write_sample(SampleSpec(rows=rows, postings=asked), tmp_path)
    train, test = (read(path) for path in written)
    assert [path.name for path in written] == ["train-1.csv", "test-1.csv"]
    assert len(train) + len(test) == rows
    assert len(test) == pytest.approx(rows * 0.2, abs=1)
    of_train, of_test = ({posting_of(row) for row in found} for found in (train, test))
    assert not of_train & of_test
    if asked:
        assert len(of_train) + len(of_test) == asked


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_every_possible_spec_gives_the_counts_it_promises(tmp_path_factory, data):
    rows = data.draw(st.integers(10, 150))
    share = st.sampled_from([0.0, 0.1, 0.3, 0.5, 0.9, 1.0])
    spec = SampleSpec(
        rows=rows,
        postings=data.draw(st.integers(2, rows)),
        seed=data.draw(st.integers(0, 9)),
        test_share=data.draw(share),
        paid_share=data.draw(share),
        duplicate_share=data.draw(share),
    )
    paths = write_sample(spec, tmp_path_factory.mktemp("any"))
    for path, shape in zip(paths, spec.shapes(), strict=True):
        found = read(path)
        kept = first_of_each(found)
        assert len(found) == shape.rows
        assert sum(bool(row["Salary"]) for row in found) == shape.paid_rows
        assert len(kept) == shape.unique_rows
        assert sum(bool(row["Salary"]) for row in kept) == shape.paid_unique_rows
        assert len({posting_of(row) for row in found}) == shape.postings
    assert sum(shape.postings for shape in spec.shapes()) == spec.postings


def test_descriptions_and_resumes_keep_their_lengths_in_large_samples(tmp_path):
    path, _ = write_sample(SampleSpec(rows=3000, postings=1500, seed=3), tmp_path)
    for row in read(path):
        assert 600 <= len(row["Description"]) <= 7000
        assert 280 <= len(row["Resume"]) <= 1000


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path):
    spec = SampleSpec(rows=200, seed=11)
    code = (
        "from pathlib import Path; from jobsearch_dagster.ingestion.sample import *; "
        f"write_sample(SampleSpec(rows=200, seed=11), Path({str(tmp_path / 'other')!r}))"
    )
    environment = os.environ | {"PYTHONHASHSEED": "4711", "PYTHONUTF8": "0", "LC_ALL": "C"}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
    for path in write_sample(spec, tmp_path / "here"):
        assert path.read_bytes() == (tmp_path / "other" / path.name).read_bytes()


def test_another_seed_gives_other_files(tmp_path):
    first = write_sample(SampleSpec(rows=40, seed=1), tmp_path / "1")
    second = write_sample(SampleSpec(rows=40, seed=2), tmp_path / "2")
    for one, two in zip(first, second, strict=True):
        assert one.read_bytes() != two.read_bytes()


def test_the_report_shape_holds_for_any_seed(tmp_path):
    train, test = (read(p) for p in write_sample(SampleSpec.report(seed=5), tmp_path))
    assert (len(train), len(first_of_each(train))) == (596, 307)
    assert (len(test), len(first_of_each(test))) == (149, 122)


@pytest.mark.slow
def test_thirty_thousand_rows_are_written(tmp_path):
    train, test = write_sample(SampleSpec(rows=30_000), tmp_path)
    assert (len(read(train)), len(read(test))) == (24_000, 6_000)


def test_rows_stream_so_that_memory_stays_flat():
    endless = shuffled(itertools.count(), Random(1))
    drawn = list(itertools.islice(endless, 1000))
    assert len(set(drawn)) == 1000
    assert drawn != sorted(drawn)
    parts = uneven_parts(Random(1), 10**12, 10**6, least=1)
    assert all(part >= 1 for part in itertools.islice(parts, 1000))


@given(st.integers(0, 500), st.integers(1, 60), st.integers(0, 3), st.integers())
def test_uneven_parts_add_up(spare, parts, least, seed):
    found = list(uneven_parts(Random(seed), parts * least + spare, parts, least=least))
    assert len(found) == parts
    assert sum(found) == parts * least + spare
    assert min(found) >= least


# Refusals and existing files


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        (SampleSpec(rows=9), "rows is 9.*10 to 5,000,000"),
        (SampleSpec(rows=5_000_001), "rows is 5,000,001.*10 to 5,000,000"),
        (SampleSpec(rows=20, postings=21), "20 rows cannot hold 21 distinct postings"),
        (SampleSpec(rows=20, postings=1), "postings is 1.*at least 2"),
        (SampleSpec(rows=20, test_share=1.5), "test_share is 1.5.*between 0 and 1"),
        (SampleSpec(rows=20, paid_share=-0.1), "paid_share is -0.1.*between 0 and 1"),
    ],
)
def test_impossible_specs_are_refused_before_anything_is_written(tmp_path, spec, words):
    with pytest.raises(UserError, match=words):
        write_sample(spec, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_file_that_would_change_is_kept_and_named(tmp_path):
    spec = SampleSpec(rows=30)
    train, test = write_sample(spec, tmp_path)
    test.write_text("mine", encoding="utf-8")
    before = train.read_bytes()
    with pytest.raises(UserError, match=r"test-1\.csv exists with other content"):
        write_sample(spec, tmp_path)
    assert test.read_text(encoding="utf-8") == "mine"
    assert train.read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["test-1.csv", "train-1.csv"]
    write_sample(spec, tmp_path, overwrite=True)
    assert test.read_text(encoding="utf-8").startswith("Resume,Job-Title,")


def test_writing_the_same_sample_again_is_no_error(tmp_path):
    spec = SampleSpec(rows=30)
    before = [path.read_bytes() for path in write_sample(spec, tmp_path)]
    assert [path.read_bytes() for path in write_sample(spec, tmp_path)] == before


# The pools


def test_every_role_has_enough_to_choose_from():
    titles = [title for role in roles() for title in role.titles]
    assert len(titles) == len(set(titles)) >= 150
    for role in roles():
        assert len(role.skills) >= 7, role.titles
        assert len(role.duties) >= 6, role.titles
        assert len(role.did) == 4, role.titles
        assert len(set(role.skills)) == len(role.skills), role.titles
        for line in (*role.duties, *role.did):
            assert not line.endswith("."), line


def test_no_spelling_belongs_to_two_places():
    spellings = [spelling for place in places() for spelling in place.spellings]
    assert len(spellings) == len(set(spellings))
    assert len(places()) >= 45
    assert len({place.country.code for place in places()}) >= 14
