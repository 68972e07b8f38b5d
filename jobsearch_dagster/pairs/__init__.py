"""Query/answer pairs, chat rendering, training, validation and test sets."""
