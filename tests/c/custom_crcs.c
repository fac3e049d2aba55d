/* Sets the custom CRCs of the program in tests/c_custom_crcs.rs. */
#include "v1model_hashes.h"
#include "entries.h"

static struct v1model_hashes_maps maps;

static int open_maps(void)
{
	return v1model_hashes_open_maps(device, &maps);
}

static long long call(const char *word)
{
	__u32 polynomial = next(), initial = next(), final_xor = next();
	int data = next(), remainder = next();

	if (!strcmp(word, "16"))
		return crc16_custom_write(maps.data_crc, polynomial, initial, final_xor, data, remainder);
	return crc32_custom_write(maps.data_crc, polynomial, initial, final_xor, data, remainder);
}
