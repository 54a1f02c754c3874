/*
 * The dry run's result, in words and as JSON.
 */
#ifndef HR_WRITER_PREVIEW_REPORT_H
#define HR_WRITER_PREVIEW_REPORT_H

#include "writer/preview.h"

/** preview_report(preview, out): for people. */
void preview_report(const struct preview *preview, struct buffer *out);

/** preview_report_json(preview, out): one JSON object (hr-load(1)). */
void preview_report_json(const struct preview *preview, struct buffer *out);

#endif
