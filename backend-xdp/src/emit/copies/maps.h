/* What a packet is sent to at once: the copies of a group, a port, the clones of a session. */
struct p4xdp_copy_set {
	__u32 group;
	__u32 port;
	__u32 session;
};

/* No port, or no session. */
#define P4XDP_NONE 0xffffffffU

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 8192);
	__type(key, struct p4xdp_copy_set);
	__type(value, __u32);
} p4xdp_copy_sets SEC(".maps");

/* The devices of each set, with the program that runs for each copy. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 8192);
	__uint(key_size, sizeof(__u32));
	__array(values, struct {
		__uint(type, BPF_MAP_TYPE_DEVMAP_HASH);
		__uint(max_entries, 256);
		__uint(key_size, sizeof(__u32));
		__uint(value_size, 8);
	});
} p4xdp_copy_devs SEC(".maps");

/* One that a device sends for a packet of a set. */
struct p4xdp_copy_key {
	__u32 set;
	__u32 ifindex;
	__u32 nth;
};

/* What it is. */
struct p4xdp_copy_role {
	/* 0 for the packet itself, 1 for a copy of the group, 2 for a clone. */
	__u32 kind;
	__u32 port;
	__u32 instance;
	__u32 class_of_service;
	/* It is cut to so many bytes; all ones if not. */
	__u32 length;
	/* The number of its device in the set, below 256. */
	__u32 place;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 65536);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct p4xdp_copy_key);
	__type(value, struct p4xdp_copy_role);
} p4xdp_copy_role SEC(".maps");

/* Rises when what these maps say changes. */
volatile __u32 p4xdp_copy_generation SEC(".data.copies") = 0;

/* What this processor has read there, and in which generation. A search in a hash takes longer than all else that a copy takes. */
struct p4xdp_known_set {
	struct p4xdp_copy_set key;
	__u32 number;
	__u32 generation;
};

struct p4xdp_known_role {
	struct p4xdp_copy_key key;
	struct p4xdp_copy_role role;
	__u32 generation;
};

struct p4xdp_known {
	struct p4xdp_known_set sets[64];
	struct p4xdp_known_role roles[256];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct p4xdp_known);
} p4xdp_known SEC(".maps");
