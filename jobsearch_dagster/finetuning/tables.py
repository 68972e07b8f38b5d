"""The tables of fine-tuning: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema

TRAINING_LOG = TableSchema(
    (
        Column("step", "BIGINT", "optimizer step, from 1; 0 is the base model, of which there are scores only"),
        Column("epoch", "DOUBLE", "passes over the training set so far", required=True),
        Column("loss", "DOUBLE", "mean cross entropy per supervised token of the step, nats"),
        Column("token_accuracy", "DOUBLE", "share of supervised tokens that were the likeliest; null with Unsloth"),
        Column("grad_norm", "DOUBLE", "norm of the gradient before clipping"),
        Column("learning_rate", "DOUBLE", "learning rate of the step"),
        Column("tokens", "DOUBLE", "tokens of the step, padding left out"),
        Column("rougeL", "DOUBLE", "ROUGE-L F1 of the sample's answers at a checkpoint, 0 to 1"),
        Column("bleu", "DOUBLE", "sentence BLEU of the sample's answers at a checkpoint, 0 to 1"),
        Column("meteor", "DOUBLE", "METEOR of the sample's answers at a checkpoint, 0 to 1"),
        Column("bert_score", "DOUBLE", "BERTScore F1 of the sample's answers at a checkpoint, at most 1"),
        Column("seconds", "DOUBLE", "wall time of the step", volatile=True),
        Column("tokens_per_second", "DOUBLE", "tokens over seconds", volatile=True),
        Column("seconds_per_epoch", "DOUBLE", "time for one pass over the training set at this pace", volatile=True),
        Column("memory_mib", "DOUBLE", "peak memory so far, of the card or of the process, MiB", volatile=True),
    ),
    primary_key=("step",),
)

RECIPE_TRIALS = TableSchema(
    (
        Column("trial", "VARCHAR", "digest of inputs and recipe; its adapter lies in models/recipe_trials/<trial>"),
        Column("lora_r", "BIGINT", "rank", required=True),
        Column("lora_alpha", "BIGINT", "scale; the recipe's ratio to the rank", required=True),
        Column("learning_rate", "DOUBLE", "peak learning rate", required=True),
        Column("batch_size", "BIGINT", "examples per forward pass", required=True),
        Column("target_modules", "VARCHAR", "groups or names of projections", required=True),
        Column("trainable_parameters", "BIGINT", "size of the adapter", required=True),
        Column("n", "BIGINT", "validation pairs", ("validation_set.pair_id",), required=True),
        Column(
            "postings",
            "BIGINT",
            "their postings: clusters of the intervals",
            ("validation_set.posting_id",),
            required=True,
        ),
        Column("base_loss", "DOUBLE", "mean validation loss of the base model, nats per token", required=True),
        Column("validation_loss", "DOUBLE", "mean validation loss of the adapter, nats per token", required=True),
        Column("low", "DOUBLE", "lower end of its 95 % interval"),
        Column("high", "DOUBLE", "upper end"),
        Column("behind_best", "DOUBLE", "paired difference to the trial with the least loss", required=True),
        Column("behind_low", "DOUBLE", "lower end of its 95 % interval; above 0, the trial is worse"),
        Column("behind_high", "DOUBLE", "upper end"),
        Column("seconds", "DOUBLE", "wall time of the training", volatile=True),
    ),
    primary_key=("trial",),
)
