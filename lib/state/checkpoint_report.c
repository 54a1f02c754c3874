#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "state/checkpoint_report.h"
#include "stream/stream_writer.h"

static void
show_labelled(const struct checkpoint *checkpoint, const char *label)
{
	for (size_t i = 0; i < checkpoint->count; i++) {
		const struct checkpoint_store *store = &checkpoint->stores[i];

		if (store->label != NULL && strcmp(store->label, label) == 0)
			printf("  %s migrated: %" PRIu64 "/%" PRIu64 "\n",
			    label, store->rows, store->count);
	}
}

void
checkpoint_print(const struct checkpoint *checkpoint)
{
	uint64_t done = 0, total = 0, rejected = 0;

	printf("Migration Results:\n");
	for (size_t i = 0; stream_label(i) != NULL; i++)
		show_labelled(checkpoint, stream_label(i));
	for (size_t i = 0; i < checkpoint->count; i++) {
		done += checkpoint->stores[i].rows;
		total += checkpoint->stores[i].count;
		rejected += checkpoint->stores[i].rejected;
	}
	printf("  All stores: %" PRIu64 "/%" PRIu64, done, total);
	if (rejected > 0)
		printf(", %" PRIu64 " rejected", rejected);
	putchar('\n');
}

void
checkpoint_print_json(const struct checkpoint *checkpoint)
{
	struct buffer out = {0};

	buffer_append_text(&out, "{\"job\":");
	json_write_string(&out, slice_of(checkpoint->job));
	json_write_name(&out, "phase", false);
	json_write_string(&out, slice_of(checkpoint->phase));
	buffer_append_text(&out, ",\"stores\":[");
	for (size_t i = 0; i < checkpoint->count; i++) {
		const struct checkpoint_store *store = &checkpoint->stores[i];

		buffer_append_text(&out, i > 0 ? ",{\"store\":" :
		    "{\"store\":");
		json_write_string(&out, slice_of(store->name));
		buffer_format(&out, ",\"count\":%" PRIu64 ",\"seq\":%" PRIu64
		    ",\"rows\":%" PRIu64 ",\"rejected\":%" PRIu64 "}",
		    store->count, store->seq, store->rows, store->rejected);
	}
	buffer_append_text(&out, "]}\n");
	fwrite(out.data, 1, out.length, stdout);
	buffer_free(&out);
}

void
checkpoint_print_left(const struct checkpoint *checkpoint)
{
	printf("Resuming Migration:\n");
	for (size_t i = 0; i < checkpoint->count; i++) {
		const struct checkpoint_store *store = &checkpoint->stores[i];

		printf("  %-28s %" PRIu64 "/%" PRIu64 " done → ",
		    store->label != NULL ? store->label : store->name,
		    store->seq, store->count);
		if (store->seq >= store->count)
			printf("skipping\n");
		else if (store->seq > 0)
			printf("migrating %" PRIu64 " remaining\n",
			    store->count - store->seq);
		else
			printf("migrating %" PRIu64 "\n", store->count);
	}
}
