/*
 * The best of many records: those of the lowest rank, equal ones in the order
 * of their keys' bytes, so that the order is the same wherever they come from.
 */
#ifndef HR_QUERY_RANKING_H
#define HR_QUERY_RANKING_H

#include "stream/normal_form.h"

struct hit {
	double rank;  /* a distance, or a score below 0; NAN: it has none */
	char *id;     /* of an edge: its lower end, by bytes */
	char *other;  /* of an edge: its higher end; else NULL */
	char *value;  /* its members as a JSON object, in normal form */
};

struct ranking {
	struct hit *hits; /* the best first */
	size_t count;
	size_t most;      /* 0: all are kept */
	size_t capacity;
	uint64_t seen;    /* records that were compared */
	struct normal_form form;
	const struct loss_table *losses;
};

/** ranking_open(ranking, most, losses, returned): an empty ranking of at most
 * ${most} hits (0: of all), whose values lose what ${losses} says; ${returned}
 * as in struct normal_form. */
void ranking_open(struct ranking *ranking, size_t most,
    const struct loss_table *losses, bool returned);

/** ranking_close(ranking): free everything. */
void ranking_close(struct ranking *ranking);

/**
 * ranking_add(ranking, record, rank, error):
 * Keep ${record} if it is among the best. Return 0, or -1 with STATUS_DATA
 * where its value isn't JSON.
 */
int ranking_add(struct ranking *ranking, const struct record *record,
    double rank, struct error *error);

#endif
