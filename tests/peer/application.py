"""LightRAG itself, the application whose memory hr moves, without a model and without a network.

    application.py make STORE WORKSPACE MODEL DIMENSION    fill a workspace by LightRAG's own pipeline
    application.py read STORE WORKSPACE MODEL DIMENSION    print all that LightRAG finds in it
    application.py work STORE WORKSPACE MODEL DIMENSION    insert, edit, delete and ask in it

STORE is a working directory, or "postgresql" for the server that POSTGRES_HOST and so on name.
The last line says what the models were asked to do.
"""

import asyncio
import sys
import time

from lightrag import LightRAG, QueryParam
from lightrag.base import DocStatus
from lightrag.utils import EmbeddingFunc, Tokenizer

from models import Characters, Models
from readings import MODES, read, say

FILES = ("JsonKVStorage", "NanoVectorDBStorage", "NetworkXStorage", "JsonDocStatusStorage")
POSTGRESQL = ("PGKVStorage", "PGVectorStorage", "PGTableGraphStorage", "PGDocStatusStorage")
QUESTIONS = ("Who repairs the Pendulum Clock?", "What grows in the garden of Łódź?")


def application(store, workspace, model, dimension):
    models = Models(dimension)
    kinds = POSTGRESQL if store == "postgresql" else FILES
    rag = LightRAG(
        working_dir=store, workspace=workspace,
        kv_storage=kinds[0], vector_storage=kinds[1], graph_storage=kinds[2], doc_status_storage=kinds[3],
        tokenizer=Tokenizer("characters", Characters()), chunk_token_size=400, chunk_overlap_token_size=40,
        force_llm_summary_on_merge=4, llm_model_func=models.answer,
        role_llm_configs={"extract": {"func": models.extract}, "keyword": {"func": models.keywords},
                          "query": {"func": models.answer}},
        embedding_func=EmbeddingFunc(dimension, models.embed, model_name=model, supports_asymmetric=True))
    return rag, models


PEOPLE = ("Grete Oßwald", "Christiaan Huygens", "Li 李明", "Zoë O'Hara", 'Anna "Nan" Kowalska')
THINGS = ("Pendulum Clock", "Sextant & Compass", "<Ledger> 7", "Äolsharfe", "Map\\Chart")
PLACES = ("Straße der Uhren", "Łódź", "北京", "Saint-Émilion", "Back Garden")


def report(number):
    """A text of a few chunks, whose names come again in others."""
    lines = [f"Report {number} of the society."]
    for i in range(number, number + 6):
        person, thing, place = PEOPLE[i % 5], THINGS[(i * 2 + number) % 5], PLACES[(i + number // 2) % 5]
        lines.append(f"[{person}] repairs the [{thing}] in [{place}] on day {i}.")
        lines.append(f"Then the garden of [{place}] grows [Plant {number % 7}-{i}]\tand more.")
    return "\n".join(lines)


async def insert(rag, number):
    await rag.ainsert(report(number), file_paths=f"report-{number}.txt")


CUSTOM = {
    "chunks": [{"content": "The Society met by its own account.", "source_id": "minutes", "file_path": "minutes.txt"}],
    "entities": [{"entity_name": name, "entity_type": "Concept", "description": f"{name}, by its own account.",
                  "source_id": "minutes", "file_path": "minutes.txt"} for name in ("Society", "Minutes")],
    "relationships": [{"src_id": "Society", "tgt_id": "Minutes", "description": "They are kept.", "keywords": "keep",
                       "weight": 1.1, "source_id": "minutes", "file_path": "minutes.txt"}],
}


async def make(rag):
    for number in range(8):
        await insert(rag, number)
    await rag.ainsert_custom_kg(CUSTOM)
    await rag.acreate_entity("Made By Hand", {"description": "Nobody read of it.", "entity_type": "Concept"})
    await rag.acreate_relation("Made By Hand", "Łódź", {"description": "It is there.", "keywords": "place"})
    for question in QUESTIONS:
        for mode in MODES:
            await rag.aquery(question, QueryParam(mode=mode))


async def work(rag, models):
    documents = await rag.doc_status.get_docs_by_statuses(list(DocStatus))
    third = next(key for key, status in documents.items() if status.file_path == "report-3.txt")
    steps = {
        "insert": lambda: insert(rag, 20),
        "edit an entity": lambda: rag.aedit_entity("Łódź", {"description": "A city of gardens."}),
        "edit a relation": lambda: rag.aedit_relation("Made By Hand", "Łódź", {"description": "It was there."}),
        "delete an entity": lambda: rag.adelete_by_entity("Äolsharfe"),
        "delete a document": lambda: rag.adelete_by_doc_id(third),
        "insert it again": lambda: insert(rag, 3),
        "ask": lambda: rag.aquery("What was inserted?", QueryParam(mode="mix")),
    }
    for step, run in steps.items():
        before = dict(models.counts)
        result = await run()
        say(step=step, status=getattr(result, "status", None),
            models={what: n - before[what] for what, n in models.counts.items() if n != before[what]})


async def main(what, store, workspace, model, dimension):
    # LightRAG sorts what it merges by seconds: the clock stands, so that it's not by chance.
    now = time.time()
    time.time = lambda: now
    rag, models = application(store, workspace, model, int(dimension))
    await rag.initialize_storages()
    if what == "make":
        await make(rag)
    elif what == "work":
        await work(rag, models)
    elif what == "read":
        await read(rag, QUESTIONS)
        # As a server does when it starts: whatever isn't processed is processed now.
        await rag.apipeline_process_enqueue_documents()
    await rag.finalize_storages()
    say(models=models.counts)


if len(sys.argv) != 6 or sys.argv[1] not in ("make", "read", "work"):
    sys.exit(__doc__)
asyncio.run(main(*sys.argv[1:]))
