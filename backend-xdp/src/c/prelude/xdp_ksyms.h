/* A function of the kernel's, which may not be there. */
#define XDP_KSYM extern __attribute__((weak, section(".ksyms")))
