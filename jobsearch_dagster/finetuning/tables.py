"""The tables of fine-tuning: columns, types, meaning."""

from jobsearch_dagster.foundation.schema import Column, TableSchema

TRAINING_LOG = TableSchema(
    (
        Column("step", "BIGINT", "optimizer step, from 1"),
        Column("loss", "DOUBLE", "mean cross entropy per supervised token, nats", required=True),
        Column("grad_norm", "DOUBLE", "norm of the gradient before clipping", required=True),
        Column("learning_rate", "DOUBLE", "learning rate of the step", required=True),
        Column("epoch", "DOUBLE", "passes over the training set so far", required=True),
    ),
    primary_key=("step",),
)
