/*
 * Streams of lines: whatever comes is read or refused with words; what was
 * read, written again and read again is the same, line by line.
 */
#include "fuzz_file.h"

#include "stream/stream_reader.h"

/* Whether hr would write the line itself: not where the user added to it. */
static bool
is_written(const struct line *line)
{
	return line->kind == LINE_BEGIN || line->kind == LINE_RECORD;
}

static int
write_line(struct stream_writer *writer, const struct stream_reader *reader,
    const struct line *line, struct error *error)
{
	if (line->kind == LINE_BEGIN)
		return stream_write_header(writer, &reader->header, error);
	if (line->kind == LINE_RECORD)
		return stream_write_record(writer, &line->record, error);
	if (line->kind == LINE_END)
		return stream_write_end(writer, NULL, NULL, 0, error);
	return stream_write_line(writer, line->text, error);
}

/*
 * Read ${text} to its end, write what comes to ${out} (a file) and what hr
 * writes itself, one below the other, to ${lines} as well.
 */
static int
pass_on(struct slice text, bool accept_changed, int out, struct buffer *lines)
{
	struct stream_reader reader;
	struct stream_writer writer;
	struct line line;
	struct error error = {0}, unused = {0};
	int result;

	stream_reader_open(&reader, fuzz_file(text), "fuzz");
	reader.accept_changed = accept_changed;
	reader.max_record = 1024 * 1024;
	stream_writer_open(&writer, out, "fuzz");
	while ((result = stream_reader_next(&reader, &line, &error)) == 1) {
		must(write_line(&writer, &reader, &line, &unused) == 0);
		if (is_written(&line) && line.kind == LINE_BEGIN)
			stream_write_header_line(lines, &reader.header);
		else if (is_written(&line))
			stream_record_line(lines, &line.record);
		buffer_append_char(lines, '\n');
	}
	must(result == 0 || error.status == STATUS_DATA ||
	    error.status == STATUS_INCOMPLETE);
	must((result == 0) == (error.message[0] == '\0'));
	stream_writer_close(&writer);
	stream_reader_close(&reader);
	return result;
}

static void
read_file(int descriptor, struct buffer *out)
{
	ssize_t size = lseek(descriptor, 0, SEEK_END);

	must(size >= 0);
	buffer_reserve(out, (size_t)size);
	must(pread(descriptor, out->data, (size_t)size, 0) == size);
	out->length = (size_t)size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int out = -1;
	struct fuzz fuzz = {data, size};
	bool accept_changed = fuzz_choice(&fuzz, 4) != 0;
	struct buffer lines = {0}, written = {0}, again = {0};

	if (out < 0)
		out = memfd_create("out", MFD_CLOEXEC);
	must(out >= 0 && ftruncate(out, 0) == 0 && lseek(out, 0, SEEK_SET) == 0);
	if (pass_on(fuzz_rest(&fuzz), accept_changed, out, &lines) == 0) {
		read_file(out, &written);
		must(ftruncate(out, 0) == 0 && lseek(out, 0, SEEK_SET) == 0);
		/* What hr wrote audits without any leniency. */
		must(pass_on(buffer_slice(&written), false, out, &again) == 0);
		must(slice_equal(buffer_slice(&lines), buffer_slice(&again)));
	}
	buffer_free(&lines);
	buffer_free(&written);
	buffer_free(&again);
	return 0;
}
