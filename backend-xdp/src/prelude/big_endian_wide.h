/* The same for more than 64 bits: the first 8 bytes, then the rest. */
#define load_be72(p) \
	((__u128)load_be64(p) << 8 | load_be8((const __u8 *)(p) + 8))
#define load_be80(p) \
	((__u128)load_be64(p) << 16 | load_be16((const __u8 *)(p) + 8))
#define load_be88(p) \
	((__u128)load_be64(p) << 24 | load_be24((const __u8 *)(p) + 8))
#define load_be96(p) \
	((__u128)load_be64(p) << 32 | load_be32((const __u8 *)(p) + 8))
#define load_be104(p) \
	((__u128)load_be64(p) << 40 | load_be40((const __u8 *)(p) + 8))
#define load_be112(p) \
	((__u128)load_be64(p) << 48 | load_be48((const __u8 *)(p) + 8))
#define load_be120(p) \
	((__u128)load_be64(p) << 56 | load_be56((const __u8 *)(p) + 8))
#define load_be128(p) \
	((__u128)load_be64(p) << 64 | load_be64((const __u8 *)(p) + 8))
#define store_be72(p, v)                                                       \
	do {                                                                         \
		__u128 _v = (v);                                                      \
		store_be64(p, (__u64)(_v >> 8));                                  \
		store_be8((__u8 *)(p) + 8, (__u64)_v);                            \
	} while (0)
#define store_be80(p, v)                                                       \
	do {                                                                         \
		__u128 _v = (v);                                                      \
		store_be64(p, (__u64)(_v >> 16));                                  \
		store_be16((__u8 *)(p) + 8, (__u64)_v);                            \
	} while (0)
#define store_be88(p, v)                                                       \
	do {                                                                         \
		__u128 _v = (v);                                                      \
		store_be64(p, (__u64)(_v >> 24));                                  \
		store_be24((__u8 *)(p) + 8, (__u64)_v);                            \
	} while (0)
#define store_be96(p, v)                                                       \
	do {                                                                         \
		__u128 _v = (v);                                                      \
		store_be64(p, (__u64)(_v >> 32));                                  \
		store_be32((__u8 *)(p) + 8, (__u64)_v);                            \
	} while (0)
#define store_be104(p, v)                                                       \
	do {                                                                         \
		__u128 _v = (v);                                                      \
		store_be64(p, (__u64)(_v >> 40));                                  \
		store_be40((__u8 *)(p) + 8, (__u64)_v);                            \
	} while (0)
#define store_be112(p, v)                                                       \
	do {                                                                         \
		__u128 _v = (v);                                                      \
		store_be64(p, (__u64)(_v >> 48));                                  \
		store_be48((__u8 *)(p) + 8, (__u64)_v);                            \
	} while (0)
#define store_be120(p, v)                                                       \
	do {                                                                         \
		__u128 _v = (v);                                                      \
		store_be64(p, (__u64)(_v >> 56));                                  \
		store_be56((__u8 *)(p) + 8, (__u64)_v);                            \
	} while (0)
#define store_be128(p, v)                                                       \
	do {                                                                         \
		__u128 _v = (v);                                                      \
		store_be64(p, (__u64)(_v >> 64));                                  \
		store_be64((__u8 *)(p) + 8, (__u64)_v);                            \
	} while (0)
