/* clang reads from memory again behind it; so the verifier, too, forgets what it knew. */
#define barrier() asm volatile("" ::: "memory")
