#define machine nothing
#assert machine(x)
#if #machine(x) && !#nothing
y
#endif
