/* Multiplication modulo 2^128 from products of halves. */
static __always_inline __u128 int_mul128(__u128 a, __u128 b)
{
	__u64 x = a, y = b;
	__u64 x0 = (__u32)x, x1 = x >> 32, y0 = (__u32)y, y1 = y >> 32;
	__u64 low = x0 * y0, mid = x1 * y0 + (low >> 32), other = x0 * y1 + (__u32)mid;
	__u64 high = x1 * y1 + (mid >> 32) + (other >> 32);

	high += (__u64)(a >> 64) * y + x * (__u64)(b >> 64);
	return (__u128)high << 64 | (other << 32) | (__u32)low;
}
