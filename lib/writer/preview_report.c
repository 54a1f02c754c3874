#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "writer/preview_report.h"

enum { SMALLEST_SHOWN = 1000000 };

static void
write_counts(const struct preview *preview, struct buffer *out)
{
	const struct header *header = preview->header;
	const struct store *store;
	uint64_t total = 0;

	buffer_append_text(out, "Records to Migrate:\n");
	for (size_t i = 0; (store = stream_labelled(header, i)) != NULL; i++) {
		buffer_format(out, "  %-12s %10" PRIu64 "\n", store->label,
		    store->count);
		total += store->count;
	}
	buffer_format(out, "  %-12s %10" PRIu64 "\n\nStores:\n", "Total",
	    total);
	for (size_t i = 0; i < header->store_count; i++) {
		store = &header->stores[i];
		buffer_format(out, "  %-28s %10" PRIu64, store->name,
		    store->count);
		if (store->dimension > 0)
			buffer_format(out, "  %" PRIu32 " dimensions",
			    store->dimension);
		buffer_append_char(out, '\n');
	}
}

static void
write_findings(const struct preview *preview, struct buffer *out)
{
	if (preview->finding_count > 0)
		buffer_append_text(out, "\nTarget:\n");
	for (size_t i = 0; i < preview->finding_count; i++)
		buffer_format(out, "  %s %-16s %s\n",
		    preview->findings[i].passed ? "✓" : "✗",
		    preview->findings[i].name, preview->findings[i].words);
}

static void
write_size(struct buffer *out, const char *name, uint64_t bytes)
{
	buffer_format(out, "  %-28s %10.1f MB", name, (double)bytes / 1e6);
}

static void
write_disk(const struct preview *preview, struct buffer *out)
{
	uint64_t vectors = 0;

	buffer_append_text(out, "\nDisk, about:\n");
	if (!preview->estimated) {
		buffer_append_text(out, "  not known: no records were read "
		    "(hr-extract --sample)\n");
		return;
	}
	for (size_t i = 0; i < preview->set->table_count; i++) {
		const struct preview_table *table = &preview->tables[i];
		uint64_t bytes = estimate_total(&table->disk);

		vectors += table->disk.vector_indexes;
		if (bytes < SMALLEST_SHOWN)
			continue;
		write_size(out, table->table->name, bytes);
		buffer_append_char(out, '\n');
	}
	write_size(out, "Total, smaller ones too", preview->disk);
	if (vectors > 0)
		buffer_format(out, ", %.1f MB of it vector indexes",
		    (double)vectors / 1e6);
	buffer_append_char(out, '\n');
}

/* Two digits at most: it is no more than that. */
static void
write_seconds(struct buffer *out, double seconds)
{
	static const struct {
		double seconds;
		const char *name;
	} units[] = {{5400, "hours"}, {90, "minutes"}};
	double unit = 1;
	const char *name = "s";

	for (size_t i = 2; i-- > 0;)
		if (seconds >= units[i].seconds) {
			unit = units[i].seconds > 100 ? 3600 : 60;
			name = units[i].name;
		}
	if (seconds < 1)
		buffer_append_text(out, "less than 1 s");
	else
		buffer_format(out, "about %.*f %s", seconds / unit < 9.95 &&
		    unit > 1 ? 1 : 0, seconds / unit, name);
}

static void
write_time(const struct preview *preview, struct buffer *out)
{
	if (!preview->estimated)
		return;
	buffer_append_text(out, "\nTime, roughly:\n  ");
	write_seconds(out, preview->time.load);
	if (preview->time.vector_indexes >= 1) {
		buffer_append_text(out, " to load, and ");
		write_seconds(out, preview->time.vector_indexes);
		buffer_append_text(out, " for the vector indexes");
	} else {
		buffer_append_text(out, " to load");
	}
	if (preview->options.offline)
		buffer_append_text(out, ", with a server on this machine");
	buffer_append_text(out, "\n");
}

static void
write_store(const struct preview_store *store, const char *name,
    struct buffer *out)
{
	if (store->rejected == 0 && store->changes == 0)
		return;
	buffer_format(out, "  %-28s %10" PRIu64 " rejected", name,
	    store->rejected);
	for (size_t i = 0; i < store->reason_count; i++)
		buffer_format(out, "%s%s %" PRIu64, i > 0 ? ", " : ": ",
		    store->reasons[i].reason, store->reasons[i].count);
	if (store->changes > 0)
		buffer_format(out, "; %" PRIu64 " values repaired",
		    store->changes);
	buffer_append_char(out, '\n');
}

static void
write_rows(const struct preview *preview, struct buffer *out)
{
	uint64_t read = 0, rejected = 0;

	for (size_t i = 0; i < preview->header->store_count; i++) {
		read += preview->stores[i].read;
		rejected += preview->stores[i].rejected;
	}
	if (preview->options.full)
		buffer_format(out, "\nRead, as the load would: %" PRIu64
		    " records, %" PRIu64 " rejected\n", read, rejected);
	else if (rejected > 0)
		buffer_format(out, "\n%" PRIu64 " of the %" PRIu64
		    " records that were looked at would be rejected; --full "
		    "counts all\n", rejected, read);
	else
		return;
	for (size_t i = 0; i < preview->header->store_count; i++)
		write_store(&preview->stores[i],
		    preview->header->stores[i].name, out);
}

void
preview_report(const struct preview *preview, struct buffer *out)
{
	write_counts(preview, out);
	write_findings(preview, out);
	write_disk(preview, out);
	write_time(preview, out);
	write_rows(preview, out);
	buffer_append_text(out, "\n✓ No changes made (dry run)\n");
	if (preview->status == STATUS_DIFFERENT)
		buffer_append_text(out, "⚠  A load would reject records\n");
	else if (preview->status != STATUS_DONE)
		buffer_append_text(out, "❌ A load would be refused: see ✗ "
		    "above\n");
}

static void
json_number(struct buffer *out, const char *name, uint64_t number)
{
	json_write_name(out, name, false);
	buffer_append_number(out, number);
}

static void
json_findings(const struct preview *preview, struct buffer *out)
{
	json_write_name(out, "target", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < preview->finding_count; i++) {
		const struct finding *finding = &preview->findings[i];

		buffer_append_text(out, i > 0 ? ",{\"name\":" : "{\"name\":");
		json_write_string(out, slice_of(finding->name));
		json_write_name(out, "passed", false);
		buffer_append_text(out, finding->passed ? "true" : "false");
		json_write_text(out, "words", finding->words);
		buffer_append_char(out, '}');
	}
	buffer_append_char(out, ']');
}

static void
json_table(const struct preview_table *table, struct buffer *out)
{
	const struct estimate_disk *disk = &table->disk;

	buffer_append_text(out, "{\"table\":");
	json_write_string(out, slice_of(table->table->name));
	json_number(out, "rows", table->rows);
	json_number(out, "bytes", estimate_total(disk));
	json_number(out, "heap_bytes", disk->table);
	json_number(out, "toast_bytes", disk->toast);
	json_number(out, "key_bytes", disk->key);
	json_number(out, "index_bytes", disk->indexes);
	json_number(out, "vector_index_bytes", disk->vector_indexes);
	buffer_append_char(out, '}');
}

static void
json_disk(const struct preview *preview, struct buffer *out)
{
	json_write_name(out, "disk", false);
	if (!preview->estimated) {
		buffer_append_text(out, "null");
		return;
	}
	buffer_append_text(out, "{\"bytes\":");
	buffer_append_number(out, preview->disk);
	json_write_name(out, "free_bytes", false);
	if (preview->server.free_bytes < 0)
		buffer_append_text(out, "null");
	else
		buffer_append_number(out,
		    (uint64_t)preview->server.free_bytes);
	json_write_name(out, "tables", false);
	for (size_t i = 0; i < preview->set->table_count; i++) {
		buffer_append_char(out, i > 0 ? ',' : '[');
		json_table(&preview->tables[i], out);
	}
	buffer_append_text(out, preview->set->table_count > 0 ? "]}" : "[]}");
}

static void
json_time(const struct preview *preview, struct buffer *out)
{
	json_write_name(out, "time", false);
	if (!preview->estimated) {
		buffer_append_text(out, "null");
		return;
	}
	buffer_append_text(out, "{\"round_trip\":");
	if (preview->options.offline)
		buffer_append_text(out, "null");
	else
		buffer_format(out, "%.6f", preview->server.round_trip);
	buffer_format(out, ",\"load\":%.2f,\"vector_indexes\":%.2f}",
	    preview->time.load, preview->time.vector_indexes);
}

static void
json_store(const struct preview_store *store, const char *name,
    struct buffer *out)
{
	buffer_append_text(out, "{\"store\":");
	json_write_string(out, slice_of(name));
	json_number(out, "read", store->read);
	json_number(out, "rejected", store->rejected);
	json_number(out, "changes", store->changes);
	json_write_name(out, "reasons", false);
	buffer_append_char(out, '{');
	for (size_t i = 0; i < store->reason_count; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		json_write_string(out, slice_of(store->reasons[i].reason));
		buffer_append_char(out, ':');
		buffer_append_number(out, store->reasons[i].count);
	}
	buffer_append_text(out, "}}");
}

void
preview_report_json(const struct preview *preview, struct buffer *out)
{
	buffer_append_text(out, "{\"dry_run\":true,\"full\":");
	buffer_append_text(out, preview->options.full ? "true" : "false");
	json_write_name(out, "source", false);
	stream_write_header_line(out, preview->header);
	json_findings(preview, out);
	json_disk(preview, out);
	json_time(preview, out);
	json_write_name(out, "stores", false);
	buffer_append_char(out, '[');
	for (size_t i = 0; i < preview->header->store_count; i++) {
		if (i > 0)
			buffer_append_char(out, ',');
		json_store(&preview->stores[i],
		    preview->header->stores[i].name, out);
	}
	buffer_format(out, "],\"exit_status\":%d}\n", (int)preview->status);
}
