"""Job postings to clean tables, pairs, a LoRA adapter, search and an honest comparison, as Dagster assets."""

import os

# Nothing is fetched from a model hub, and nothing is reported to one, in the middle of a run. Read by huggingface_hub
# when it is imported, so it stands here, before anything else of the package.
os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TQDM_DISABLE", "1")  # steps report their own progress
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")  # it warns after every fork
