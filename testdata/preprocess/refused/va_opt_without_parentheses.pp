#define F(...) __VA_OPT__
