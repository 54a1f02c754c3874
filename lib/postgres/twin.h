/*
 * A second connection to where another one leads.
 */
#ifndef HR_POSTGRES_TWIN_H
#define HR_POSTGRES_TWIN_H

#include <libpq-fe.h>
#include <stdbool.h>

/**
 * twin_open(pg, wait): connect to the very server of ${pg}, even where its
 * URI named several; the caller ends it by PQfinish. ${wait}: until that
 * succeeded or failed, which PQstatus tells; else PQconnectPoll goes on. NULL
 * without memory.
 */
PGconn *twin_open(PGconn *pg, bool wait);

#endif
