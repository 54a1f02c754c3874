/*
 * LightRAG's key-value files, kv_store_*.json: one JSON object {key: object}.
 * Also the LLM cache as it was before LightRAG 1.4.0: {mode: {hash: object}}.
 */
#ifndef HR_READER_JSON_KV_H
#define HR_READER_JSON_KV_H

#include "codec/slicer.h"
#include "reader/file_scan.h"
#include "stream/record.h"

enum json_kv_form {
	JSON_KV_PLAIN,
	JSON_KV_CACHE /* members may be modes: see json_kv_next */
};

struct json_kv_options {
	const char *store;      /* its name in the records; must stay */
	enum json_kv_form form;
	uint64_t after;         /* leave out records up to this seq */
	size_t max_record;      /* 0: WINDOW_LIMIT */
	const struct sample *sample; /* only these records; NULL: all */
};

struct json_kv;

/**
 * json_kv_scan(input, options, scan, error):
 * Walk the whole file once: count its records, hash its bytes. Return 0, or
 * -1 with STATUS_DATA if the file is broken.
 */
int json_kv_scan(const struct input *input,
    const struct json_kv_options *options, struct file_scan *scan,
    struct error *error);

/** json_kv_open(input, options): start reading; ${input} must outlive it. */
struct json_kv *json_kv_open(const struct input *input,
    const struct json_kv_options *options);

/**
 * json_kv_next(kv, record, error):
 * As reader_next, for this file. Members that are no good become rejects:
 * not-an-object, lone-surrogate, duplicate-member, too-deep.
 * In a cache, a member whose name isn't mode:type:hash and whose value holds
 * objects only is a mode: its members come as mode:cache_type:hash. Rejects
 * there: no-mode for a row of the oldest form {hash: {return, model}}, which
 * tells no mode; no-return for a mode's member without `return`.
 */
int json_kv_next(struct json_kv *kv, struct record *record,
    struct error *error);

/** json_kv_close(kv): free it; NULL is fine. */
void json_kv_close(struct json_kv *kv);

#endif
