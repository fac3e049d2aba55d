/* Numbers in network order. */
typedef __u16 __be16;
typedef __u32 __be32;
typedef __u64 __be64;
