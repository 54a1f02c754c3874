#include <math.h>
#include <string.h>

#include "query/distance.h"

/* In double, in the order of the dimensions. */
double
distance_cosine(struct slice a, struct slice b)
{
	double product = 0, squares_a = 0, squares_b = 0;

	for (size_t i = 0; i + sizeof(float) <= a.length; i += sizeof(float)) {
		float x, y;

		memcpy(&x, a.data + i, sizeof x);
		memcpy(&y, b.data + i, sizeof y);
		product += (double)x * (double)y;
		squares_a += (double)x * (double)x;
		squares_b += (double)y * (double)y;
	}
	return squares_a > 0 && squares_b > 0 ? 1 - product /
	    sqrt(squares_a * squares_b) : (double)NAN;
}
