/*
 * Tables in which each workspace can be exchanged by itself: those that hold
 * embeddings, and with them a vector index. Each object has the table's own
 * name; its schema says what it is:
 *
 *   HOME        the application's table, partitioned by workspace
 *   hr_…_rest   its default partition, for all workspaces without one
 *   hr_…_part   a workspace's partition; it has a single partition itself,
 *   hr_…_rows   with the workspace's rows
 *
 * That the last one can be exchanged without a lock on anything of other
 * workspaces is what the third is for.
 */
#ifndef HR_WRITER_LIST_PARTITIONS_H
#define HR_WRITER_LIST_PARTITIONS_H

#include "writer/loader.h"

enum { PARTITION_NAME_SIZE = 24 };

/* Names of schemas, and of the constraint on those rows that are to stay. */
struct list_partition_names {
	char rest[PARTITION_NAME_SIZE];
	char part[PARTITION_NAME_SIZE];
	char rows[PARTITION_NAME_SIZE];
	char without[PARTITION_NAME_SIZE];
};

/** list_partitions_name(names, home, workspace): those of the application's
 * schema ${home}; always the same. */
void list_partitions_name(struct list_partition_names *names,
    const char *home, const char *workspace);

/** The constraint that a workspace's rows, staged ones too, have in common. */
extern const char list_partition_constraint[];

/** list_partitions_kind(loader, table, kind, error): ${*kind} of the
 * application's table: 'p' with hr's partitions, 'o' without, or ' ': there is
 * none. Return 0 or -1. */
int list_partitions_kind(struct loader *loader, const struct table *table,
    char *kind, struct error *error);

/**
 * list_partitions_look(loader, error):
 * Within the transaction that finds or makes a staged job: fill
 * loader->list_partitions, whether each table has partitions or is to have
 * them.
 * STATUS_TARGET where they are asked for and the table is there without.
 */
int list_partitions_look(struct loader *loader, struct error *error);

/**
 * list_partitions_prepare(loader, error):
 * Make what isn't there of those tables, empty, and a partition for the
 * workspace, unless it has rows among the rest. Everything that takes time
 * comes before a lock. Killed at any moment, it goes on the next time. Return 0
 * or -1.
 */
int list_partitions_prepare(struct loader *loader, struct error *error);

/**
 * list_partitions_forget(connection, job, error):
 * Take back what list_partitions_prepare may have left half done on others'
 * rows.
 */
int list_partitions_forget(struct connection *connection, const char *job,
    struct error *error);

#endif
