/* What hand-written programs that copy packets share: the devices, by number from 0. */
#include "xdp.h"

#define BPF_MAP_TYPE_DEVMAP_HASH 25
#define BPF_F_BROADCAST 8
#define BPF_F_EXCLUDE_INGRESS 16

static long (*bpf_redirect_map)(void *map, __u64 key, __u64 flags) = (void *)51;

/* As many as there are: a broadcast goes through all of them. */
#ifndef DEVICES
#define DEVICES 1
#endif

struct device {
	__u32 ifindex;
	__u32 program;
};

struct {
	__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
	__uint(max_entries, DEVICES);
	__type(key, __u32);
	__type(value, struct device);
} devices SEC(".maps");
