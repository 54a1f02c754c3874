#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "corpus.h"
#include "embedding.h"

enum { TOPICS = 64 };

/* Nearly normally distributed: four numbers of 16 bits each, added. */
static float
noise(struct random *random)
{
	uint64_t bits = random_next(random);
	uint64_t sum = (bits & 0xffff) + (bits >> 16 & 0xffff) +
	    (bits >> 32 & 0xffff) + (bits >> 48);

	return (float)sum * (1 / 37837.0f) - 131070 / 37837.0f;
}

void
embedding_open(struct embedding *embedding, unsigned dimension)
{
	struct random random = random_start(EMBEDDING, 0);

	embedding->dimension = dimension;
	embedding->numbers = memory_array(dimension, sizeof(float));
	embedding->topics = memory_array((size_t)TOPICS * dimension,
	    sizeof(float));
	for (size_t i = 0; i < (size_t)TOPICS * dimension; i++)
		embedding->topics[i] = noise(&random);
}

void
embedding_close(struct embedding *embedding)
{
	free(embedding->topics);
	free(embedding->numbers);
	*embedding = (struct embedding){0};
}

static const float *
topic(const struct embedding *embedding, uint64_t number)
{
	return embedding->topics + number % TOPICS * embedding->dimension;
}

void
embedding_make(struct embedding *embedding, uint64_t index)
{
	struct random random = random_start(EMBEDDING, index + 1);
	uint64_t choice = random_next(&random);
	const float *first = topic(embedding, choice);
	const float *second = topic(embedding, choice >> 16);
	const float *third = topic(embedding, choice >> 32);
	float *numbers = embedding->numbers;
	float sum = 0;

	for (unsigned i = 0; i < embedding->dimension; i++) {
		numbers[i] = first[i] + 0.6f * second[i] + 0.4f * third[i] +
		    0.8f * noise(&random);
		sum += numbers[i] * numbers[i];
	}
	sum = 1 / sqrtf(sum);
	for (unsigned i = 0; i < embedding->dimension; i++)
		numbers[i] *= sum;
}

static uint32_t
bits_of(float number)
{
	uint32_t bits;

	memcpy(&bits, &number, sizeof bits);
	return bits;
}

void
embedding_append_float32(const struct embedding *embedding, struct buffer *out)
{
	char *to;

	buffer_reserve(out, (size_t)embedding->dimension * 4);
	to = out->data + out->length;
	for (unsigned i = 0; i < embedding->dimension; i++) {
		uint32_t bits = htole32(bits_of(embedding->numbers[i]));

		memcpy(to + (size_t)i * 4, &bits, sizeof bits);
	}
	out->length += (size_t)embedding->dimension * 4;
}

/* Below the least normal half, 2^-14, a half counts in steps of 2^-24. */
static uint16_t
half(float number)
{
	uint32_t bits = bits_of(number), sign = bits >> 16 & 0x8000;
	uint32_t magnitude = bits & 0x7fffffff;

	if (magnitude < 0x38800000)
		return (uint16_t)(sign |
		    (uint32_t)lrintf(fabsf(number) * 16777216.0f));
	magnitude += 0xfff + (magnitude >> 13 & 1);
	return (uint16_t)(sign | ((magnitude >> 13) - 0x1c000));
}

void
embedding_append_float16(const struct embedding *embedding, struct buffer *out)
{
	char *to;

	buffer_reserve(out, (size_t)embedding->dimension * 2);
	to = out->data + out->length;
	for (unsigned i = 0; i < embedding->dimension; i++) {
		uint16_t bits = htole16(half(embedding->numbers[i]));

		memcpy(to + (size_t)i * 2, &bits, sizeof bits);
	}
	out->length += (size_t)embedding->dimension * 2;
}
