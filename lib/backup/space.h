/*
 * Whether there is room on a disk.
 */
#ifndef HR_BACKUP_SPACE_H
#define HR_BACKUP_SPACE_H

#include <stdint.h>

#include "base/error.h"

/** space_check(directory, needed, error): whether the disk of ${directory}
 * has room for ${needed} bytes. Return 0, or -1 (STATUS_IO). */
int space_check(const char *directory, uint64_t needed, struct error *error);

#endif
