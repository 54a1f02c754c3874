/*
 * JSON values that are made or changed, by yyjson, and written for people.
 */
#ifndef HR_CODEC_JSON_DOCUMENT_H
#define HR_CODEC_JSON_DOCUMENT_H

#include <yyjson.h>

#include "base/buffer.h"

/**
 * json_document(): a document for values that are made or changed, whose
 * functions then never fail for want of memory; yyjson_mut_doc_free ends it.
 */
yyjson_mut_doc *json_document(void);

/** json_document_write(buffer, value): append ${value}, indented by two blanks,
 * without a line feed at its end; all numbers in it are raw text. */
void json_document_write(struct buffer *buffer, yyjson_mut_val *value);

#endif
