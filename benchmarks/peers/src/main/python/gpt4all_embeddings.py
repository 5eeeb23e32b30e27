"""The GPT4All wheel as an engine of EmbeddingSpeed: gpt4all_embeddings.py FOLDER MODEL.gguf THREADS."""

import struct
import sys

from gpt4all import Embed4All

folder, model, threads = sys.argv[1:]
embedder = Embed4All(model, model_path=folder, allow_download=False, n_threads=int(threads), device="cpu")
while line := sys.stdin.readline():
    texts = [sys.stdin.readline().rstrip("\n") for _ in range(int(line))]
    for vector in embedder.embed(texts):
        sys.stdout.buffer.write(struct.pack(f"<{len(vector)}f", *vector))
    sys.stdout.buffer.flush()
