"""Base model, recipe, LoRA adapter."""
