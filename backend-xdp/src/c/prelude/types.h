typedef signed char __s8;
typedef short __s16;
typedef int __s32;
typedef long long __s64;
/*
 * Headers are structures whose bytes are also moved in words, so numbers may
 * alias each other.
 */
typedef unsigned char __u8;
typedef unsigned short __attribute__((may_alias)) __u16;
typedef unsigned int __attribute__((may_alias)) __u32;
typedef unsigned long long __attribute__((may_alias)) __u64;

#define NULL ((void *)0)
#define SEC(name) __attribute__((section(name), used))
#define __always_inline inline __attribute__((always_inline))
