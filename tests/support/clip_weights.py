"""A small random CLIP model, as the library transformers keeps one."""

from __future__ import annotations

import json
from pathlib import Path

__all__ = ["write_clip_model"]

SIDE, WIDTH, SHARED = 32, 24, 16
BEGIN, END = "<|startoftext|>", "<|endoftext|>"


def write_clip_model(folder: Path, seed: int = 5) -> None:
    """Write a model of 32 pixels in patches of 8, and a tokenizer of letters, into a new folder."""
    import torch
    from transformers import CLIPConfig, CLIPModel

    letters = [chr(code) for code in range(33, 127)]
    words = {
        word: number for number, word in enumerate([*letters, *(f"{letter}</w>" for letter in letters), BEGIN, END])
    }
    tower = {"hidden_size": WIDTH, "intermediate_size": 2 * WIDTH, "num_hidden_layers": 2, "num_attention_heads": 4}
    ends = {"bos_token_id": words[BEGIN], "eos_token_id": words[END], "pad_token_id": words[END]}
    config = CLIPConfig(
        text_config=tower | ends | {"vocab_size": len(words), "max_position_embeddings": 20},
        vision_config=tower | {"image_size": SIDE, "patch_size": 8},
        projection_dim=SHARED,
    )
    torch.manual_seed(seed)
    CLIPModel(config).save_pretrained(folder)
    size = {"do_center_crop": True, "size": {"shortest_edge": SIDE}, "crop_size": SIDE}
    marks = {"bos_token": BEGIN, "eos_token": END, "unk_token": END, "pad_token": END}
    for name, content in {
        "vocab.json": words,
        "preprocessor_config.json": size,
        "tokenizer_config.json": marks | {"tokenizer_class": "CLIPTokenizer", "model_max_length": 20},
    }.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
