"""Stand-ins for a tokenizer, an embedding model and a language model: deterministic, without a
network, and counting what they are asked to do."""

import hashlib
import json
import re

import numpy


class Characters:
    """A tokenizer: each character is a token."""

    def encode(self, content):
        return [ord(character) for character in content]

    def decode(self, tokens):
        return "".join(chr(token) for token in tokens)


class Models:
    def __init__(self, dimension):
        self.dimension = dimension
        self.counts = dict.fromkeys(
            ("documents embedded", "questions embedded", "extractions", "summaries", "keywords", "answers"), 0)

    # Texts that share words are near each other.
    async def embed(self, texts, context):
        self.counts["documents embedded" if context == "document" else "questions embedded"] += len(texts)
        rows = [sum(map(self.word, re.findall(r"\w+", text.lower())), self.word("")) for text in texts]
        return numpy.array(rows, dtype=numpy.float32)

    def word(self, word):
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        return numpy.random.default_rng(seed).standard_normal(self.dimension)

    async def extract(self, prompt, **_):
        if "Description List" in prompt:
            self.counts["summaries"] += 1
            return "In short: " + digest(prompt)
        self.counts["extractions"] += 1
        rows = rows_of(prompt.split("---Input Text---")[-1]) if "---Input Text---" in prompt else []
        return "\n".join([*rows, "<|COMPLETE|>"])

    async def keywords(self, prompt, **_):
        self.counts["keywords"] += 1
        words = re.search(r"User Query: (.*)", prompt).group(1).strip("?").split()
        return json.dumps({"high_level_keywords": words[:3], "low_level_keywords": words[3:]})

    async def answer(self, prompt, system_prompt=None, **_):
        self.counts["answers"] += 1
        return "Answer to " + digest(system_prompt or "", prompt)


def digest(*texts):
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


def rows_of(text):
    """In LightRAG's format: names stand in brackets, and those of one sentence are related."""
    entities, relations = [], []
    for sentence in re.findall(r"[^.]*\[[^.]*\.", text):
        names = re.findall(r"\[([^]]+)\]", sentence)
        plain = " ".join(re.sub(r"[\[\]]", "", sentence).split())
        entities += [f"entity<|#|>{name}<|#|>Concept<|#|>{plain}" for name in names]
        relations += [f"relation<|#|>{one}<|#|>{other}<|#|>{plain.split()[-1]}, tie<|#|>{plain}"
                      for one, other in zip(names, names[1:])]
    return entities + relations
