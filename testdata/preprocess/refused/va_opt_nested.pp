#define F(...) __VA_OPT__(a __VA_OPT__(b))
