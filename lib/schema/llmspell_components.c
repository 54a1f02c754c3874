#include <stddef.h>

#include "schema/llmspell.h"

#define STORES(...) (const char *const[]){__VA_ARGS__, NULL}

/* Most agents' states lie in the key-value store. */
const struct schema_component llmspell_components[] = {
	{"agent_state", STORES("agent_states"), NULL},
	{"workflow_state", STORES("workflow_states"), NULL},
	{"key_value", STORES("kv_store"), NULL},
	{"sessions", STORES("sessions"), NULL},
	{"artifacts", STORES("artifact_content", "artifacts"), NULL},
	{"events", STORES("event_log"), NULL},
	{"hooks", STORES("hook_history"), NULL},
	{"procedural_memory", STORES("procedural_patterns"), NULL},
	{"semantic_memory", STORES("entities", "relationships"), NULL},
	{"episodic_memory", STORES("vector_embeddings_384",
	    "vector_embeddings_768", "vector_embeddings_1536",
	    "vector_embeddings_3072"), NULL},
	{"api_keys", STORES(NULL), "SQLite holds none: llmspell keeps API keys "
	    "in PostgreSQL only; enter them there anew"},
	{NULL, NULL, NULL}
};
