/*
 * The backups that HybridRAG makes: DIR/.backups/NAME_ID.tar.gz, flat, and
 * NAME_ID.meta.json, which knows no checksum.
 */
#ifndef HR_BACKUP_HYBRIDRAG_H
#define HR_BACKUP_HYBRIDRAG_H

#include "backup/manifest.h"

/* The folder in the directory that was saved, and an archive's ending. */
extern const char hybridrag_folder[];
extern const char hybridrag_suffix[];

/**
 * hybridrag_parse(manifest, root, error):
 * As manifest_parse, of HybridRAG's metadata; id and database are left to the
 * caller. created is local time, as HybridRAG wrote it.
 */
int hybridrag_parse(struct manifest *manifest, yyjson_val *root,
    struct error *error);

#endif
