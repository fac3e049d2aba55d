#ifndef P4XDP_CRC_SUPPORT
#define P4XDP_CRC_SUPPORT

#include <sys/mman.h>

/* A register of so many bits as programs keep it: its bits, or its bytes, the other way round. */
static inline __u32 p4xdp_crc_kept(__u32 value, int width, int reflect)
{
	__u32 kept = 0;
	int i;

	value <<= 32 - width;
	if (!reflect)
		return __builtin_bswap32(value);
	for (i = 0; i < 32; i++)
		kept |= (value >> i & 1) << (31 - i);
	return kept;
}

/* Gives a custom CRC other parameters, in one step for packets. */
static inline int p4xdp_crc_write(int map_fd, int width, __u32 polynomial, __u32 initial,
				  __u32 final_xor, int reflect_data, int reflect_remainder)
{
	/* Two words that say which of the two places of 32 and of 16 bits holds, and the places. */
	const size_t size = 16 + 4 * 260 * sizeof(__u32);
	int lock, second, byte, i, is16 = width == 16;
	__u64 *words;
	__u32 *place;

	if (is16 && (polynomial | initial | final_xor) >> 16)
		return -ERANGE;
	lock = p4xdp_lock();
	if (lock < 0)
		return lock;
	words = (__u64 *)mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (words == MAP_FAILED) {
		i = -errno;
		close(lock);
		return i;
	}
	second = !(words[is16] & 1);
	place = (__u32 *)(words + 2) + (2 * is16 + second) * 260;
	/* Nobody goes by this place any more then. */
	p4xdp_wait_for_packets();
	place[0] = p4xdp_crc_kept(initial, width, reflect_data);
	place[1] = final_xor;
	place[2] = reflect_remainder ? 0 : ~0U;
	place[3] = !reflect_data != !reflect_remainder ? ~0U : 0;
	for (byte = 0; byte < 256; byte++) {
		__u32 value = (__u32)byte;

		if (reflect_data)
			value = p4xdp_crc_kept(value, 32, 1) >> 24;
		value <<= width - 8;
		for (i = 0; i < 8; i++)
			value = value << 1 ^ (value >> (width - 1) & 1 ? polynomial : 0);
		place[4 + byte] = p4xdp_crc_kept(value, width, reflect_data);
	}
	__atomic_store_n(&words[is16], (__u64)second, __ATOMIC_RELEASE);
	munmap(words, size);
	close(lock);
	return 0;
}

#endif /* P4XDP_CRC_SUPPORT */
