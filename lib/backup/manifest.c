#include <inttypes.h>
#include <string.h>

#include "backup/manifest.h"
#include "base/durable.h"
#include "codec/json.h"
#include "codec/timestamp.h"

static const char *
keep(struct manifest *manifest, yyjson_val *root, const char *name)
{
	return arena_text(&manifest->arena, json_text(json_member(root, name)));
}

static bool
take_digest(struct slice text, char *out)
{
	if (text.length != SHA256_TEXT_SIZE - 1)
		return false;
	for (size_t i = 0; i < text.length; i++)
		if (strchr("0123456789abcdef", text.data[i]) == NULL)
			return false;
	memcpy(out, text.data, text.length);
	out[text.length] = '\0';
	return true;
}

static bool
take_member(struct manifest *manifest, yyjson_val *value,
    struct member *member)
{
	struct slice type = json_text(json_member(value, "type"));

	member->name = keep(manifest, value, "name");
	if (member->name == NULL)
		return false;
	if (slice_is(type, "directory")) {
		member->directory = true;
		return true;
	}
	return slice_is(type, "file") && strcmp(member->name, ".") != 0 &&
	    json_count(value, "size", &member->size) &&
	    take_digest(json_text(json_member(value, "sha256")),
	    member->sha256);
}

/* Strictly sorted: no name comes twice, a directory before what is in it. */
static int
take_members(struct manifest *manifest, yyjson_val *members,
    struct error *error)
{
	yyjson_val *item;
	size_t i, max;

	manifest->members = arena_array(&manifest->arena,
	    yyjson_arr_size(members), sizeof *manifest->members);
	yyjson_arr_foreach(members, i, max, item) {
		struct member *member = &manifest->members[i];

		if (!take_member(manifest, item, member))
			return error_set(error, STATUS_DATA, "member %zu "
			    "lacks its name, type, size or SHA-256", i + 1);
		if (i > 0 && strcmp(member[-1].name, member->name) >= 0)
			return error_set(error, STATUS_DATA, "member %zu is "
			    "not in its place", i + 1);
		if (member_name_check(member->name, error) != 0)
			return error_prefix(error, "member %zu", i + 1);
	}
	manifest->member_count = yyjson_arr_size(members);
	return 0;
}

static void
take_references(struct manifest *manifest, yyjson_val *references)
{
	yyjson_val *item;
	size_t i, max;

	manifest->references = arena_array(&manifest->arena,
	    yyjson_arr_size(references), sizeof *manifest->references);
	yyjson_arr_foreach(references, i, max, item) {
		const char *job = arena_text(&manifest->arena,
		    json_text(item));

		if (job != NULL)
			manifest->references[manifest->reference_count++] = job;
	}
}

static bool
is_consistent(struct manifest *manifest)
{
	uint64_t files = manifest->file_count, size = manifest->total_size;

	manifest_count(manifest);
	return files == manifest->file_count && size == manifest->total_size;
}

int
manifest_parse(struct manifest *manifest, yyjson_val *root,
    struct error *error)
{
	yyjson_val *members = json_member(root, "members");
	uint64_t version;

	*manifest = (struct manifest){.made_by = "hr", .checksums = true,
	    .complete = true};
	if (!json_count(root, "version", &version) || version != 1)
		return error_set(error, STATUS_DATA, "not metadata of a "
		    "backup, or of a newer version of hr");
	manifest->id = keep(manifest, root, "backup_id");
	manifest->database = keep(manifest, root, "database_name");
	manifest->source = keep(manifest, root, "source_path");
	if (manifest->id == NULL || manifest->database == NULL ||
	    !timestamp_parse(json_text(json_member(root, "created_at")),
	        &manifest->created) ||
	    !json_count(root, "file_count", &manifest->file_count) ||
	    !json_count(root, "total_size_bytes", &manifest->total_size) ||
	    !json_count(root, "archive_size_bytes", &manifest->archive_size) ||
	    !yyjson_is_arr(members))
		return error_set(error, STATUS_DATA, "metadata that lack what "
		    "a backup needs");
	take_references(manifest, json_member(root, "referenced_by"));
	if (take_members(manifest, members, error) != 0)
		return -1;
	return is_consistent(manifest) ? 0 : error_set(error, STATUS_DATA,
	    "metadata whose counts are not those of its members");
}

static void
write_member(struct buffer *out, const struct member *member)
{
	buffer_append_text(out, "{\"name\":");
	json_write_string(out, slice_of(member->name));
	json_write_text(out, "type", member->directory ? "directory" : "file");
	if (!member->directory) {
		buffer_format(out, ",\"size\":%" PRIu64, member->size);
		json_write_text(out, "sha256", member->sha256);
	}
	buffer_append_char(out, '}');
}

int
manifest_write(const struct manifest *manifest, const char *path,
    struct error *error)
{
	struct buffer out = {0};
	int result;

	buffer_append_text(&out, "{\"version\":1");
	json_write_text(&out, "backup_id", manifest->id);
	json_write_text(&out, "database_name", manifest->database);
	json_write_text(&out, "source_path", manifest->source);
	buffer_append_text(&out, ",\"created_at\":\"");
	timestamp_write(&out, manifest->created);
	buffer_format(&out, "Z\",\"file_count\":%" PRIu64
	    ",\"total_size_bytes\":%" PRIu64 ",\"archive_size_bytes\":%" PRIu64
	    ",\"referenced_by\":[", manifest->file_count,
	    manifest->total_size, manifest->archive_size);
	for (size_t i = 0; i < manifest->reference_count; i++) {
		if (i > 0)
			buffer_append_char(&out, ',');
		json_write_string(&out, slice_of(manifest->references[i]));
	}
	buffer_append_text(&out, "],\"members\":[");
	for (size_t i = 0; i < manifest->member_count; i++) {
		buffer_append_text(&out, i > 0 ? ",\n" : "\n");
		write_member(&out, &manifest->members[i]);
	}
	buffer_append_text(&out, "]}\n");
	result = durable_write(path, buffer_slice(&out), error);
	buffer_free(&out);
	return result;
}

void
manifest_count(struct manifest *manifest)
{
	manifest->file_count = manifest->total_size = 0;
	for (size_t i = 0; i < manifest->member_count; i++)
		if (!manifest->members[i].directory) {
			manifest->file_count++;
			manifest->total_size += manifest->members[i].size;
		}
}

bool
manifest_refers(const struct manifest *manifest, const char *job)
{
	for (size_t i = 0; i < manifest->reference_count; i++)
		if (strcmp(manifest->references[i], job) == 0)
			return true;
	return false;
}

void
manifest_free(struct manifest *manifest)
{
	arena_free(&manifest->arena);
	*manifest = (struct manifest){0};
}
