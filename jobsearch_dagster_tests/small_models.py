"""Small real models made by the tests: a 2-layer random language model and a tiny sentence encoder.

Both are ordinary transformers models saved as safetensors, so every line of the product that loads, trains, generates
or embeds runs as it does with the large ones; only what they say is nonsense.
"""

from pathlib import Path
from typing import Any

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def byte_tokenizer(*special: str, eos: str) -> Any:
    """A tokenizer whose tokens are bytes, with special tokens; the first of them pads, the second begins."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate([*special, *alphabet])}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token=special[0], bos_token=special[1], eos_token=eos,
        additional_special_tokens=list(special),
    )  # fmt: skip


def make_language_model(folder: Path) -> None:
    """A Llama of 2 layers and width 64 over bytes, with SmolLM2's chat markers."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    tokenizer = byte_tokenizer("<|endoftext|>", "<|im_start|>", "<|im_end|>", eos="<|im_end|>")
    tokenizer.chat_template = CHAT_TEMPLATE
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        pad_token_id=0,
        bos_token_id=1,
        eos_token_id=2,
        initializer_range=0.2,  # large enough that a few steps of LoRA change what is said
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)


def make_encoder(folder: Path) -> None:
    """A sentence-transformers model: 1-layer BERT of width 32 over whole words, mean pooling."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words = sorted({chr(c) for c in range(33, 127)} | {"##" + chr(c) for c in range(33, 127)})
    core = Tokenizer(models.WordPiece(vocab={t: i for i, t in enumerate([*special, *words])}, unk_token="[UNK]"))
    core.normalizer = normalizers.BertNormalizer()
    core.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
        sep_token="[SEP]", mask_token="[MASK]", model_max_length=128,
    )  # fmt: skip
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(special) + len(words), hidden_size=32, num_hidden_layers=1,
        num_attention_heads=2, intermediate_size=64, max_position_embeddings=128,
    )  # fmt: skip
    plain = folder.with_name(folder.name + "_plain")
    BertModel(config).save_pretrained(plain)
    tokenizer.save_pretrained(plain)
    transformer = Transformer(str(plain), max_seq_length=128)
    SentenceTransformer(modules=[transformer, Pooling(32)]).save(str(folder))


LESSONS = {
    "we cook lunch for four hundred children every day in a large kitchen": "cook in a large kitchen",
    "you will repair lifts and escalators in ten stations of the city": "repair of lifts",
    "our team of three keeps the books of small shops and pays their staff": "books of small shops",
    "drive a bus through the mountains and help people with their bags": "bus driver in the mountains",
}
"""What the small summarizer learns by heart: texts and their summaries."""


def make_summarizer(folder: Path) -> None:
    """A BART of 1 + 1 layers and width 64 over whole words, with 32 positions, trained until it knows `LESSONS`."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BartConfig, BartForConditionalGeneration, PreTrainedTokenizerFast

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    words = sorted({word for pair in LESSONS.items() for text in pair for word in text.split()})
    core = Tokenizer(models.WordLevel({token: i for i, token in enumerate([*special, *words, "."])}, unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.Whitespace()
    core.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core, bos_token="<s>", pad_token="<pad>", eos_token="</s>", unk_token="<unk>",
        model_max_length=32,
    )  # fmt: skip
    torch.manual_seed(0)
    config = BartConfig(
        vocab_size=len(special) + len(words) + 1, d_model=64, encoder_layers=1, decoder_layers=1,
        encoder_attention_heads=2, decoder_attention_heads=2, encoder_ffn_dim=128, decoder_ffn_dim=128,
        max_position_embeddings=32, dropout=0.0, pad_token_id=1, bos_token_id=0, eos_token_id=2,
        decoder_start_token_id=2, forced_eos_token_id=2,
    )  # fmt: skip
    model = BartForConditionalGeneration(config)
    texts = tokenizer(list(LESSONS), return_tensors="pt", padding=True)
    labels = tokenizer(list(LESSONS.values()), return_tensors="pt", padding=True)["input_ids"]
    inputs = {name: texts[name] for name in ("input_ids", "attention_mask")}
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # more of them wait for each other longer than such small matrices take
    for _ in range(400):
        loss = model(**inputs, labels=labels.masked_fill(labels == 1, -100)).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    torch.set_num_threads(threads)
    model.generation_config.update(num_beams=2, max_length=16, early_stopping=True)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
