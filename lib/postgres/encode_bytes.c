#include "codec/base64.h"
#include "codec/uuid.h"
#include "postgres/encoding.h"

bool
encode_bytea(struct encoding *encoding, yyjson_val *value)
{
	size_t position;

	if (!yyjson_is_str(value) || !base64_decode(json_text(value),
	    encoding->out, &position))
		return encoding_refuse(encoding, "wrong-type",
		    "is no base64");
	return true;
}

bool
encode_uuid(struct encoding *encoding, yyjson_val *value)
{
	unsigned char uuid[UUID_SIZE];

	if (!yyjson_is_str(value) || !uuid_parse(json_text(value), uuid))
		return encoding_refuse(encoding, "wrong-type", "is no UUID");
	buffer_append(encoding->out, uuid, sizeof uuid);
	return true;
}
