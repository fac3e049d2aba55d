#define F(...) a __VA_OPT__(## d)
