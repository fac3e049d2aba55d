/*
 * Bytes of the packet as numbers in network order, without looking at them:
 * the first byte in memory comes first in the number's memory too, and what is
 * left of the number is zero.
 */
#define load_wire8(p) (*(const __u8 *)(p))
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
