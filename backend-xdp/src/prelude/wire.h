/*
 * Bytes of the packet as numbers in network order, without looking at them:
 * the first byte in memory comes first in the number's memory too, and what is
 * left of the number is zero.
 */
#define load_wire16(p) (*(const __be16 *)(p))
#define load_wire32(p) (*(const __be32 *)(p))
#define load_wire64(p) (*(const __be64 *)(p))
#define store_wire16(p, v) (*(__be16 *)(p) = (v))
#define store_wire32(p, v) (*(__be32 *)(p) = (v))
#define store_wire64(p, v) (*(__be64 *)(p) = (v))
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define WIRE_PART(x, at, size, of) ((__u64)(x) << (8 * (at)))
#define WIRE_REST(v, at, size, of) ((v) >> (8 * (at)))
#else
#define WIRE_PART(x, at, size, of) ((__u64)(x) << (8 * ((of) - (at) - (size))))
#define WIRE_REST(v, at, size, of) ((v) >> (8 * ((of) - (at) - (size))))
#endif

static __always_inline __be32 load_wire24(const void *p)
{
	const __u8 *b = p;

	return WIRE_PART(load_wire16(b), 0, 2, 4) | WIRE_PART(b[2], 2, 1, 4);
}

static __always_inline __be64 load_wire40(const void *p)
{
	const __u8 *b = p;

	return WIRE_PART(load_wire32(b), 0, 4, 8) | WIRE_PART(b[4], 4, 1, 8);
}

static __always_inline __be64 load_wire48(const void *p)
{
	const __u8 *b = p;

	return WIRE_PART(load_wire32(b), 0, 4, 8) |
	       WIRE_PART(load_wire16(b + 4), 4, 2, 8);
}

static __always_inline __be64 load_wire56(const void *p)
{
	return load_wire48(p) | WIRE_PART(((const __u8 *)p)[6], 6, 1, 8);
}

static __always_inline void store_wire24(void *p, __be32 v)
{
	__u8 *b = p;

	store_wire16(b, WIRE_REST(v, 0, 2, 4));
	b[2] = WIRE_REST(v, 2, 1, 4);
}

static __always_inline void store_wire40(void *p, __be64 v)
{
	__u8 *b = p;

	store_wire32(b, WIRE_REST(v, 0, 4, 8));
	b[4] = WIRE_REST(v, 4, 1, 8);
}

static __always_inline void store_wire48(void *p, __be64 v)
{
	__u8 *b = p;

	store_wire32(b, WIRE_REST(v, 0, 4, 8));
	store_wire16(b + 4, WIRE_REST(v, 4, 2, 8));
}

static __always_inline void store_wire56(void *p, __be64 v)
{
	__u8 *b = p;

	store_wire48(b, v);
	b[6] = WIRE_REST(v, 6, 1, 8);
}
