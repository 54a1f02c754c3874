/* The disk that tables and indexes take, against what PostgreSQL 15 with
 * pgvector 0.8 was seen to take. */
#include "scratch.h"

#include "codec/base64.h"
#include "postgres/copy_binary.h"
#include "writer/estimate.h"

enum { ROWS = 3000, DIMENSION = 600 };

static struct column columns[] = {
	{.name = "id", .type = TYPE_VARCHAR, .limit = 255, .not_null = true},
	{.name = "workspace", .type = TYPE_VARCHAR, .limit = 255,
	    .not_null = true},
	{.name = "content", .type = TYPE_TEXT},
	{.name = "meta", .type = TYPE_JSONB},
	{.name = "at", .type = TYPE_TIMESTAMP},
	{.name = "v", .type = TYPE_VECTOR, .limit = DIMENSION}
};
static const char *key[] = {"workspace", "id"};
static struct index_column at[] = {{"at", ORDER_ASCENDING}};
static struct index_column id[] = {{"id", ORDER_ASCENDING}};
static struct condition with_content[] = {{CONDITION_NOT_NULL, "content",
    NULL}};
static struct index indexes[] = {
	{.name = "e_at", .columns = at, .column_count = 1},
	{.name = "e_content", .columns = id, .column_count = 1,
	    .conditions = with_content, .condition_count = 1}
};
static const struct table table = {.name = "e", .columns = columns,
    .column_count = 6, .key = key, .key_count = 2, .indexes = indexes,
    .index_count = 2};

/* Row ${number}: a text of up to 2970 bytes, a small document, a vector. */
static void
write_row(struct buffer *out, unsigned number)
{
	float vector[DIMENSION];

	for (size_t i = 0; i < DIMENSION; i++)
		vector[i] = (float)number;
	buffer_format(out, "{\"id\":\"row-%06u\",\"workspace\":\"w\","
	    "\"meta\":{\"n\":%u,\"tags\":[\"alpha\",\"beta\"]},"
	    "\"at\":\"2026-01-%02uT00:00:00\",\"v\":\"", number, number,
	    number % 10 + 1);
	base64_encode(vector, sizeof vector, out);
	buffer_append_char(out, '"');
	if (number % 100 > 0)
		buffer_append_text(out, ",\"content\":\"");
	for (unsigned i = 0; i < number % 100 * 3; i++)
		buffer_format(out, "%010u", number);
	buffer_append_text(out, number % 100 > 0 ? "\"}" : "}");
}

static void
add_row(struct estimate *estimate, unsigned number)
{
	struct buffer text = {0}, copy = {0}, spare = {0};
	struct copy_problem problem;
	struct json json;
	yyjson_val *row;

	write_row(&text, number);
	json_open(&json);
	assert_int_equal(json_parse(&json, buffer_slice(&text), &row),
	    JSON_GOOD);
	assert_true(copy_encode_row(columns, 6, row, NULL, &spare, &copy,
	    &problem));
	estimate_row(estimate, buffer_slice(&copy));
	json_close(&json);
	buffer_free(&text);
	buffer_free(&copy);
	buffer_free(&spare);
}

static void
expect_pages(uint64_t bytes, uint64_t measured, double percent)
{
	double pages = (double)bytes / PAGE_SIZE, seen = (double)measured;

	if (pages < seen * (1 - percent / 100) - 1 ||
	    pages > seen * (1 + percent / 100) + 1)
		fail_msg("%.0f pages, measured were %.0f", pages, seen);
}

/* From each ${step}th of the table's rows. */
static void
expect_table(unsigned step, double percent)
{
	struct row_size size = {0};
	struct estimate estimate;
	struct estimate_disk disk;

	estimate_open(&estimate, &table, &size);
	for (unsigned i = 1; i <= ROWS; i += step)
		add_row(&estimate, i);
	estimate_make(&estimate, &(struct estimate_whole){.rows = ROWS},
	    &disk);
	expect_pages(disk.table, 285, percent);
	expect_pages(disk.toast, 1022, percent);
	expect_pages(disk.key, 14, percent);
	expect_pages(disk.indexes, 5 + 14, percent);
	assert_int_equal(disk.vector_indexes, 0);
	assert_int_equal(estimate_total(&disk), disk.table + disk.toast +
	    disk.key + disk.indexes);
	estimate_close(&estimate);
	row_size_free(&size);
}

static void
whole_table(void **state)
{
	(void)state;
	expect_table(1, 3);
}

static void
from_a_sample(void **state)
{
	(void)state;
	expect_table(7, 6);
}

/* Each row is written twice: the second version takes as much again. */
static void
updated_table(void **state)
{
	struct row_size size = {0};
	struct estimate estimate;
	struct estimate_disk once, twice;

	(void)state;
	estimate_open(&estimate, &table, &size);
	for (unsigned i = 1; i <= ROWS; i += 7)
		add_row(&estimate, i);
	estimate_make(&estimate, &(struct estimate_whole){.rows = ROWS},
	    &once);
	estimate_make(&estimate, &(struct estimate_whole){.rows = ROWS,
	    .updated = 1}, &twice);
	expect_pages(twice.table, 2 * once.table / PAGE_SIZE, 2);
	assert_int_equal(twice.toast, once.toast);
	assert_true(twice.key > once.key && twice.key < 2 * once.key);
	estimate_close(&estimate);
	row_size_free(&size);
}

/* The empty index of a key, of TOAST, and each index take a page. */
static void
empty_table(void **state)
{
	struct row_size size = {0};
	struct estimate estimate;
	struct estimate_disk disk;

	(void)state;
	estimate_open(&estimate, &table, &size);
	estimate_make(&estimate, &(struct estimate_whole){.rows = 0}, &disk);
	assert_int_equal(disk.table, 0);
	assert_int_equal(disk.toast, PAGE_SIZE);
	assert_int_equal(disk.key, PAGE_SIZE);
	assert_int_equal(disk.indexes, 2 * PAGE_SIZE);
	/* Rows nobody has seen: nothing is invented, and nothing divides. */
	estimate_make(&estimate, &(struct estimate_whole){.rows = 1000},
	    &disk);
	assert_int_equal(disk.table, 0);
	estimate_close(&estimate);
	row_size_free(&size);
}

static void
hnsw(void **state)
{
	static const struct {
		uint64_t rows;
		uint32_t dimension;
		uint64_t pages;
	} measured[] = {
		{31, 32, 3}, {70, 32, 5}, {79, 32, 6}, {400, 32, 23},
		{800, 32, 44}, {1200, 32, 65}, {2000, 384, 501},
		{20000, 384, 5001}, {60000, 384, 15001}, {200, 768, 101},
		{600, 768, 301}, {600, 1024, 601}, {2000, 1536, 2001},
		{6000, 1536, 6001}, {600, 2000, 1201}, {1800, 2000, 3601}
	};

	(void)state;
	for (size_t i = 0; i < sizeof measured / sizeof measured[0]; i++)
		expect_pages(estimate_hnsw(measured[i].rows,
		    measured[i].dimension), measured[i].pages, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_table),
		cmocka_unit_test(from_a_sample),
		cmocka_unit_test(updated_table),
		cmocka_unit_test(empty_table),
		cmocka_unit_test(hnsw),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
