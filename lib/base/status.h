/*
 * The exit statuses of every hr program, one table for all (hr(7)).
 * A signal ends a program with 128 + its number.
 */
#ifndef HR_BASE_STATUS_H
#define HR_BASE_STATUS_H

enum status {
	STATUS_DONE = 0,       /* all done and, where checked, identical */
	STATUS_DIFFERENT = 1,  /* differences, rejects, or not found */
	STATUS_USAGE = 2,      /* wrong usage or configuration */
	STATUS_DATA = 3,       /* bad input data */
	STATUS_INCOMPLETE = 4, /* incomplete or altered input: no `end` */
	STATUS_SOURCE = 5,     /* the source can't be read */
	STATUS_TARGET = 6,     /* the target refuses */
	STATUS_TEMPORARY = 7,  /* temporary failure: run again to go on */
	STATUS_CONFLICT = 8,   /* state conflict: another run, changed source */
	STATUS_IO = 9,         /* no space, no memory, or an I/O error */
	STATUS_INTERNAL = 70   /* a defect in hr itself */
};

#endif
