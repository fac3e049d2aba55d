#define __array(name, value) typeof(value) *name[]

enum {
	BPF_MAP_TYPE_PROG_ARRAY = 3,
};
