/* Makes clang forget what it knows of two variables. */
#define barrier_vars(a, b) asm volatile("" : "+r"(a), "+r"(b))
