/* Makes clang forget what it knows of a variable's value. */
#define barrier_var(variable) asm volatile("" : "+r"(variable))
