"""The tables of preparation: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema
from jobsearch_dagster.ingestion.tables import RAW_JOBS

_CELLS = ("resume", "job_title", "location", "salary", "description")

LOWERCASED_JOBS = TableSchema(
    (
        *RAW_JOBS.carried("raw_jobs"),
        Column(
            "job_id",
            "VARCHAR",
            "digest of the five lowercased cells",
            tuple(f"raw_jobs.{cell}" for cell in _CELLS),
            required=True,
        ),
    ),
    primary_key=("row_id",),
)

DEDUPLICATED_JOBS = TableSchema(
    (
        *LOWERCASED_JOBS.carried("lowercased_jobs"),
        Column(
            "copies", "BIGINT", "rows of the split with these five cells", ("lowercased_jobs.job_id",), required=True
        ),
    ),
    primary_key=("row_id",),
)

STANDARDIZED_JOBS = TableSchema(
    (
        *DEDUPLICATED_JOBS.carried("deduplicated_jobs"),
        Column(
            "standard_title",
            "VARCHAR",
            "title with abbreviations written out and noise removed",
            ("deduplicated_jobs.job_title",),
            required=True,
        ),
        Column("place", "VARCHAR", "normalized place, lowercased", ("deduplicated_jobs.location",), required=True),
        Column("city", "VARCHAR", "city, where one is named", ("deduplicated_jobs.location",)),
        Column("region", "VARCHAR", "state, province or part of a country", ("deduplicated_jobs.location",)),
        Column("country", "VARCHAR", "ISO 3166-1 alpha-2", ("deduplicated_jobs.location",)),
        Column("other_places", "VARCHAR[]", "further places in the cell", ("deduplicated_jobs.location",)),
        Column(
            "work_mode",
            "VARCHAR",
            "remote, hybrid or onsite, where the location says so",
            ("deduplicated_jobs.location",),
        ),
        Column(
            "posting_id",
            "VARCHAR",
            "digest of standard title, place and description: the same posting whatever the resume beside it",
            ("deduplicated_jobs.job_title", "deduplicated_jobs.location", "deduplicated_jobs.description"),
            required=True,
        ),
    ),
    primary_key=("row_id",),
)

_PAY = ("standardized_jobs.salary", "standardized_jobs.description", "standardized_jobs.country")

_IMPUTED = (
    *_PAY,
    "standardized_jobs.standard_title",
    "standardized_jobs.place",
    "standardized_jobs.split",
    "standardized_jobs.posting_id",
)

IMPUTED_SALARIES = TableSchema(
    (
        *STANDARDIZED_JOBS.carried("standardized_jobs"),
        Column("min_amount", "DOUBLE", "lower bound of stated pay, in its currency and per its period", _PAY),
        Column("max_amount", "DOUBLE", "upper bound of stated pay, likewise", _PAY),
        Column("currency", "VARCHAR", "ISO 4217, of stated pay", _PAY),
        Column("period", "VARCHAR", "hour, day, week, month or year, of stated pay", _PAY),
        Column("period_source", "VARCHAR", "whether the period is stated or inferred from the amount", _PAY),
        Column("min_usd", "DOUBLE", "lower bound of stated pay, USD a year", _PAY),
        Column("max_usd", "DOUBLE", "upper bound of stated pay, USD a year", _PAY),
        Column("midpoint_usd", "DOUBLE", "middle of stated pay, USD a year", _PAY),
        Column("salary_bucket", "VARCHAR", "one of five ranges of yearly USD, or Unknown", _IMPUTED, required=True),
        Column("salary_source", "VARCHAR", "stated, description, imputed or unknown", _PAY, required=True),
        Column("unread_because", "VARCHAR", "why no pay was read; null where it was", _PAY),
        Column("imputation_level", "VARCHAR", "what the postings imputed from share with this one", _IMPUTED),
        Column("imputation_n", "BIGINT", "number of train postings imputed from", _IMPUTED),
    ),
    primary_key=("row_id",),
)


def _text(name: str, cell: str, form: str) -> Column:
    return Column(name, "VARCHAR", form, (f"imputed_salaries.{cell}",), required=True)


CLEAN_JOBS = TableSchema(
    (
        *IMPUTED_SALARIES.carried("imputed_salaries", without=("resume", "description")),
        _text("resume_text", "resume", "resume with sentences intact; empty when there is none"),
        _text("description_text", "description", "description with sentences intact"),
        _text("resume_clean", "resume", "resume without punctuation (the report's form)"),
        _text("description_clean", "description", "description without punctuation (the report's form)"),
        Column(
            "cut_characters",
            "BIGINT",
            "characters of resume and description beyond the longest text that is cleaned",
            ("imputed_salaries.resume", "imputed_salaries.description"),
            required=True,
        ),
    ),
    primary_key=("row_id",),
)

_TEXTS = ("clean_jobs.posting_id", "clean_jobs.description_clean")

NEAR_DUPLICATE_CLUSTERS = TableSchema(
    (
        Column("posting_id", "VARCHAR", "posting of clean_jobs", ("clean_jobs.posting_id",)),
        Column(
            "cluster_id", "VARCHAR", "smallest posting_id of the cluster, its representative", _TEXTS, required=True
        ),
        Column(
            "splits", "VARCHAR[]", "`train`, `test` or both: where the posting is", ("clean_jobs.split",), required=True
        ),
        Column("size", "BIGINT", "postings in the cluster, 2 or more", _TEXTS, required=True),
        Column(
            "similarity",
            "DOUBLE",
            "Jaccard similarity to the representative, 0 to 1; below the threshold where others lie between them",
            _TEXTS,
            required=True,
        ),
        Column("first_words", "VARCHAR", "how the text begins", ("clean_jobs.description_clean",), required=True),
    ),
    primary_key=("posting_id",),
)

_KNOWN = tuple(
    f"imputed_salaries.{name}" for name in ("salary_bucket", "standard_title", "place", "country", "posting_id")
)

IMPUTATION_QUALITY = TableSchema(
    (
        Column("position", "BIGINT", "place in the ladder, then the ladder, then the baseline"),
        Column("method", "VARCHAR", "level of the ladder, the whole ladder, or the commonest bucket", required=True),
        Column("postings", "BIGINT", "known train postings, each hidden in turn", _KNOWN, required=True),
        Column("covered", "BIGINT", "those that the method gives a bucket", _KNOWN, required=True),
        Column("coverage", "DOUBLE", "covered / postings", _KNOWN),
        Column("accuracy", "DOUBLE", "share of the covered with the right bucket", _KNOWN),
        Column("accuracy_within_one", "DOUBLE", "share of the covered at most one bucket off", _KNOWN),
        Column("mean_distance", "DOUBLE", "mean number of buckets off, over the covered", _KNOWN),
        Column("baseline_accuracy", "DOUBLE", "accuracy of the commonest bucket on the same covered postings", _KNOWN),
    ),
    primary_key=("position",),
)

_ORIGINAL = ("raw_jobs.job_title", "raw_jobs.resume", "raw_jobs.description")

SPANS = 'STRUCT(field VARCHAR, "value" VARCHAR, "start" BIGINT, "end" BIGINT)[]'

JOB_ENTITIES = TableSchema(
    (
        Column("row_id", "VARCHAR", "row of clean_jobs", ("deduplicated_jobs.row_id",)),
        Column("split", "VARCHAR", "`train` or `test`", ("deduplicated_jobs.split",), required=True),
        Column("skills", "VARCHAR[]", "skills the job asks, as the lexicon names them", _ORIGINAL, required=True),
        Column("seniority", "VARCHAR", "intern to executive", _ORIGINAL),
        Column("min_years", "BIGINT", "least years of experience asked", _ORIGINAL),
        Column("max_years", "BIGINT", "most years of experience asked", _ORIGINAL),
        Column("role", "VARCHAR", "title without seniority", _ORIGINAL),
        Column("education", "VARCHAR", "lowest sufficient degree", _ORIGINAL),
        Column("work_mode", "VARCHAR", "remote, hybrid or onsite, as the text says", _ORIGINAL),
        Column("employment_type", "VARCHAR", "full-time, part-time, contract ...", _ORIGINAL),
        Column("min_usd", "DOUBLE", "lower bound of pay in the description, USD a year", _ORIGINAL),
        Column("max_usd", "DOUBLE", "upper bound of pay in the description, USD a year", _ORIGINAL),
        Column(
            "spans",
            SPANS,
            "words that each entity was read from: characters of the repaired title, a line break and the repaired"
            " description",
            _ORIGINAL,
            required=True,
        ),
        Column("method", "VARCHAR", "who read this row: `rules` or `llm`", required=True),
        Column("fallback_reason", "VARCHAR", "why the rules read what the language model was asked to; else null"),
        Column(
            "dropped_skills",
            "BIGINT",
            "skills that the language model named and the posting does not; 0 under `rules`",
            _ORIGINAL,
            required=True,
        ),
    ),
    primary_key=("row_id",),
)

_READ_TWICE = ("job_entities.method", "raw_jobs.job_title", "raw_jobs.description")

ENTITY_AGREEMENT = TableSchema(
    (
        Column("position", "BIGINT", "place of the field in job_entities"),
        Column("field", "VARCHAR", "field that both methods read", required=True),
        Column("n", "BIGINT", "distinct postings that the language model read", _READ_TWICE, required=True),
        Column(
            "share_equal",
            "DOUBLE",
            "share on which the rules agree, null being a value; null where n is 0",
            _READ_TWICE,
        ),
        Column(
            "mean_jaccard",
            "DOUBLE",
            "common skills / all skills of both, mean over postings; null but for skills",
            ("job_entities.skills", *_READ_TWICE),
        ),
    ),
    primary_key=("position",),
)
