"""Search at growing sizes beside SQLite's LIKE and a pandas filter, and how fast texts become vectors.

Belongs here: which sizes, and the tables. Each size runs in a process of its own (`search_size.py`), where vectors are
seeded; the encoder is timed here on as many texts as are asked for.
"""

import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from jobsearch_dagster.foundation.encoder import Encoder
from jobsearch_dagster.foundation.text_cache import TextCache
from jobsearch_dagster.search.embedding import KeptVectors, embed
from jobsearch_dagster.search.indexed_text import posting_text
from jobsearch_dagster_tests.benchmarks.catalog_rows import catalog_rows, records
from jobsearch_dagster_tests.benchmarks.measuring import in_a_process_of_its_own, table

SIZES = (1_000, 100_000)
EMBEDDED = 512


def main(sizes: Sequence[int] = SIZES, embedded: int = EMBEDDED) -> None:
    """Print the tables."""
    found = [in_a_process_of_its_own("search_size", size) for size in sizes]
    asked = f"{found[0]['questions']} questions"
    print(f"Milliseconds per question, warm, p50 / p95 over {asked}; vectors are seeded unit vectors.\n")
    names = list(found[0]["took"])
    rows = [(name, *("{} / {}".format(*size["took"][name]) for size in found)) for name in names]
    print(table(["", *(f"{size['postings']:,} postings" for size in found)], rows))
    print(f"\nRanked by BM25: {', '.join(str(size['ranked']) for size in found)} of the {asked}.\n")
    facts = (
        ("cold `jobsearch ask`, s", lambda size: f"{size['cold']:.2f}"),
        ("catalog file made, s", lambda size: f"{size['seconds']['catalog file']:.1f}"),
        ("index made without encoding, s", lambda size: f"{size['seconds']['index']:.1f}"),
        ("catalog file, MB", lambda size: f"{size['catalog_mb']:.0f}"),
        ("index, MB", lambda size: f"{size['index_mb']:.0f}"),
        ("peak memory of everything, MiB", lambda size: f"{size['peak']:.0f}"),
    )
    print(table(["", *(f"{s['postings']:,}" for s in found)], [(n, *(f(s) for s in found)) for n, f in facts]))
    if embedded:
        print(f"\n{embed_timed(embedded)}")


def embed_timed(count: int) -> str:
    """Speed of the encoder on as many postings, and of a second run that finds them all."""
    texts = [posting_text(row) for row in records(catalog_rows(count))]
    with TemporaryDirectory() as temporary:
        folder = Path(temporary)
        encoder = Encoder("all-minilm-l6-v2", folder)
        encoder.encode(texts[:4])
        kept = KeptVectors(TextCache(folder / "vectors.sqlite"), "model")
        started = time.perf_counter()
        encoded = embed(texts, lambda: encoder, kept).encoded
        between = time.perf_counter()
        again = embed(texts, lambda: encoder, kept)
        done = time.perf_counter()
    return (
        f"MiniLM: {encoded} texts in {between - started:.1f} s, {encoded / (between - started):.0f} texts/s; "
        f"a second run reuses {again.reused} in {done - between:.2f} s."
    )


if __name__ == "__main__":
    main()
