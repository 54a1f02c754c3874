/*
 * A stand-in for a PostgreSQL server, for what no real one of ours says: it
 * greets as it is told to, answers every statement with one row, "1", and a
 * COPY by taking it; but for the statements that it is told to answer in
 * another way, to refuse, or to hang up at. One connection, in a process of
 * its own.
 */
#ifndef HR_TESTS_STAND_IN_H
#define HR_TESTS_STAND_IN_H

#include "scratch.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

struct stand_in {
	const char *version;  /* "15.2" where NULL */
	const char *encoding; /* "UTF8" where NULL, none where "" */
	const char *refusal;  /* of the connection; NULL: let in */
	const char *refused;  /* a part of the statement */
	const char *state;    /* its SQL state */
	const char *message;
	const char *hang_up;  /* a part of the statement, behind its answer */
	const char *asked;    /* a part of the statement, which gets … */
	const char *answer;   /* … instead of "1"; NULL: no row */
};

static pid_t stand_in_process;

static inline void
stand_in_put(int to, char type, const char *bytes, size_t length)
{
	char message[8192];
	size_t total = length + 4;

	if (5 + length > sizeof message)
		_exit(1);
	message[0] = type;
	for (int i = 0; i < 4; i++)
		message[1 + i] = (char)(total >> (24 - 8 * i));
	memcpy(message + 5, bytes, length);
	if (write(to, message, length + 5) != (ssize_t)length + 5)
		_exit(0);
}

static inline bool
stand_in_get(int from, char *out, size_t size)
{
	size_t at = 0;

	while (at < size) {
		ssize_t got = read(from, out + at, size - at);

		if (got <= 0)
			return false;
		at += (size_t)got;
	}
	return true;
}

/* The body of a message with a terminating NUL; its type before it. */
static inline bool
stand_in_message(int from, bool typed, char *type, char *body, size_t size)
{
	unsigned char length[4];
	size_t total;

	if ((typed && !stand_in_get(from, type, 1)) ||
	    !stand_in_get(from, (char *)length, 4))
		return false;
	total = ((size_t)length[0] << 24 | (size_t)length[1] << 16 |
	    (size_t)length[2] << 8 | length[3]) - 4;
	if (total >= size || !stand_in_get(from, body, total))
		return false;
	body[total] = '\0';
	return true;
}

static inline void
stand_in_parameter(int to, const char *name, const char *value)
{
	char text[128];
	int length = snprintf(text, sizeof text, "%s%c%s", name, '\0', value);

	stand_in_put(to, 'S', text, (size_t)length + 1);
}

static inline void
stand_in_refuse(int to, const char *state, const char *message)
{
	char text[4096];
	int length = snprintf(text, sizeof text, "SERROR%cC%s%cM%s%c", '\0',
	    state, '\0', message, '\0');

	stand_in_put(to, 'E', text, (size_t)length + 1);
}

static inline void
stand_in_ready(int to)
{
	stand_in_put(to, 'Z', "I", 1);
}

static inline bool
stand_in_greet(int client, const struct stand_in *told)
{
	static const char key[8];
	char body[4096], type;

	if (!stand_in_message(client, false, &type, body, sizeof body))
		return false;
	if (told->refusal != NULL) {
		stand_in_refuse(client, "28000", told->refusal);
		return false;
	}
	stand_in_put(client, 'R', key, 4);
	stand_in_parameter(client, "server_version", told->version != NULL ?
	    told->version : "15.2");
	if (told->encoding == NULL || told->encoding[0] != '\0')
		stand_in_parameter(client, "server_encoding",
		    told->encoding != NULL ? told->encoding : "UTF8");
	stand_in_put(client, 'K', key, 8);
	stand_in_ready(client);
	return true;
}

/* A row of one text, or none where it is NULL. */
static inline void
stand_in_answer(int to, const char *text)
{
	static const char columns[] = "\0\1c\0\0\0\0\0\0\0\0\0\0\x19\xff\xff"
	    "\xff\xff\xff\xff\0\0";
	char row[64] = "\0\1\0\0\0";

	stand_in_put(to, 'T', columns, sizeof columns - 1);
	if (text != NULL) {
		row[5] = (char)strlen(text);
		strcpy(row + 6, text);
		stand_in_put(to, 'D', row, 6 + strlen(text));
	}
	stand_in_put(to, 'C', text != NULL ? "SELECT 1" : "SELECT 0", 9);
}

static inline bool
stand_in_has(const char *statement, const char *part)
{
	return part != NULL && strstr(statement, part) != NULL;
}

static inline void
stand_in_serve(int client, const struct stand_in *told)
{
	char body[100000], type;
	const char *answer = "1";
	bool refused = false;

	while (stand_in_message(client, true, &type, body, sizeof body) &&
	    type != 'X') {
		const char *statement = type == 'Q' ? body :
		    body + strlen(body) + 1; /* behind the name, if parsed */

		if (type == 'Q' || type == 'P') {
			refused = stand_in_has(statement, told->refused);
			answer = stand_in_has(statement, told->asked) ?
			    told->answer : "1";
		}
		if (refused && (type == 'Q' || type == 'S')) {
			stand_in_refuse(client, told->state, told->message);
			stand_in_ready(client);
		} else if (type == 'Q' && strncmp(body, "COPY", 4) == 0) {
			stand_in_put(client, 'G', "\1\0\1\0\1", 5);
		} else if (type == 'Q') {
			stand_in_answer(client, answer);
			stand_in_ready(client);
		} else if (type == 'c') {
			stand_in_put(client, 'C', "COPY 1", 7);
			stand_in_ready(client);
		} else if (type == 'S') {
			stand_in_put(client, '1', "", 0);
			stand_in_put(client, '2', "", 0);
			stand_in_answer(client, answer);
			stand_in_ready(client);
		}
		if (type == 'Q' && stand_in_has(body, told->hang_up))
			return;
	}
}

/* Start one; return the URI that leads to it. */
static inline const char *
stand_in_start(const struct stand_in *told)
{
	static char uri[256];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int server = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof address.sun_path,
	    "%s/.s.PGSQL.5432", scratch);
	unlink(address.sun_path);
	assert_int_equal(bind(server, (struct sockaddr *)&address,
	    sizeof address), 0);
	assert_int_equal(listen(server, 1), 0);
	stand_in_process = fork();
	assert_true(stand_in_process >= 0);
	if (stand_in_process == 0) {
		int client = accept(server, NULL, NULL);

		if (stand_in_greet(client, told))
			stand_in_serve(client, told);
		_exit(0);
	}
	close(server);
	snprintf(uri, sizeof uri, "host=%s port=5432 user=me dbname=db",
	    scratch);
	return uri;
}

/* After the connection was closed: it has gone. */
static inline void
stand_in_end(void)
{
	int status;

	assert_int_equal(waitpid(stand_in_process, &status, 0),
	    stand_in_process);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

#endif
