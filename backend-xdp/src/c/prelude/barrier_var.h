/* Makes clang forget what it knows of a variable. */
#define barrier_var(variable) asm volatile("" : "+r"(variable))
