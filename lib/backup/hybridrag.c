#include "backup/hybridrag.h"
#include "codec/json.h"
#include "codec/timestamp.h"

const char hybridrag_folder[] = ".backups";
const char hybridrag_suffix[] = ".tar.gz";

static bool
take_names(struct manifest *manifest, yyjson_val *files)
{
	yyjson_val *item;
	size_t i, max;

	manifest->members = arena_array(&manifest->arena,
	    yyjson_arr_size(files), sizeof *manifest->members);
	manifest->member_count = yyjson_arr_size(files);
	yyjson_arr_foreach(files, i, max, item) {
		manifest->members[i].name = arena_text(&manifest->arena,
		    json_text(item));
		if (manifest->members[i].name == NULL)
			return false;
	}
	return true;
}

int
hybridrag_parse(struct manifest *manifest, yyjson_val *root,
    struct error *error)
{
	yyjson_val *files = json_member(root, "files");

	*manifest = (struct manifest){.made_by = "HybridRAG",
	    .compression = COMPRESSION_GZIP};
	manifest->source = arena_text(&manifest->arena,
	    json_text(json_member(root, "source_path")));
	if (!yyjson_is_arr(files) || !take_names(manifest, files) ||
	    !timestamp_parse(json_text(json_member(root, "created_at")),
	        &manifest->created) ||
	    !json_count(root, "file_count", &manifest->file_count) ||
	    !json_count(root, "total_size_bytes", &manifest->total_size) ||
	    manifest->file_count != manifest->member_count)
		return error_set(error, STATUS_DATA, "not metadata of a "
		    "backup that HybridRAG made");
	return 0;
}
