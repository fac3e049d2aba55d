/* What the back end would make of a program that sends copies, as far as the runtime has to do with it. A packet says itself where it goes, behind
 * its Ethernet header: what (0: to a port, 1: to a set, 2: by turns, first to the port), group, port, session; 255 is no port, no session. What a copy
 * is stands there when it comes out: kind, port, instance, class of service, and how many copies had gone to the device before it. */
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

struct xdp_md {
    u32 data, data_end, data_meta, ingress_ifindex, rx_queue_index, egress_ifindex;
};

#define SEC(name) __attribute__((section(name), used))
#define __uint(name, val) int(*name)[val]
#define __type(name, val) typeof(val) *name

static void *(*bpf_map_lookup_elem)(void *map, const void *key) = (void *)1;
static long (*bpf_redirect)(u32 ifindex, u64 flags) = (void *)23;
static long (*bpf_xdp_adjust_head)(struct xdp_md *ctx, int delta) = (void *)44;
static long (*bpf_redirect_map)(void *map, u64 key, u64 flags) = (void *)51;
static long (*bpf_xdp_adjust_tail)(struct xdp_md *ctx, int delta) = (void *)65;
static u64 (*bpf_xdp_get_buff_len)(struct xdp_md *ctx) = (void *)188;

#define NONE 0xffffffffU
#define SLOTS 64

struct set_key {
    u32 group, port, session;
};
struct role_key {
    u32 set, ifindex, nth;
};
struct role {
    u32 kind, port, instance, class_of_service, length, place;
};
/* In front of a packet on its way. */
struct front {
    u32 slot, set;
};
struct slot {
    u8 seen[256];
};

struct {
    __uint(type, 1);
    __uint(max_entries, SETS);
    __type(key, struct set_key);
    __type(value, u32);
} p4xdp_copy_sets SEC(".maps");
struct devices {
    __uint(type, 25);
    __uint(max_entries, 256);
    __uint(key_size, 4);
    __uint(value_size, 8);
};
struct {
    __uint(type, 12);
    __uint(max_entries, SETS);
    __type(key, u32);
    typeof(struct devices) *values[];
} p4xdp_copy_devs SEC(".maps");
struct {
    __uint(type, 1);
    __uint(max_entries, ROLES);
    __uint(map_flags, 1);
    __type(key, struct role_key);
    __type(value, struct role);
} p4xdp_copy_role SEC(".maps");
struct {
    __uint(type, 6);
    __uint(max_entries, SLOTS);
    __type(key, u32);
    __type(value, struct slot);
} slots SEC(".maps");
struct {
    __uint(type, 6);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u32);
} sequence SEC(".maps");
/* It keeps nothing that it has read, so it never looks there. */
volatile u32 generation SEC(".data.copies") = 0;
#ifdef NUMBERED
struct {
    __uint(type, 25);
    __uint(max_entries, 64);
    __uint(key_size, 4);
    __uint(value_size, 8); /* device and egress program */
} port_devs SEC(".maps");
#endif

const volatile struct { u32 port_base; } p4xdp_settings SEC(".rodata.load") = {};
const char LICENSE[] SEC("license") = "GPL";

#include "manifest.h"

#define POINTERS                                                     \
    u8 *data, *end;                                                  \
    asm volatile("%0 = *(u32 *)(%1 + 0)" : "=r"(data) : "r"(ctx));   \
    asm volatile("%0 = *(u32 *)(%1 + 4)" : "=r"(end) : "r"(ctx))

/* Puts where a packet is on its way in front of it. */
static __attribute__((always_inline)) int put_front(struct xdp_md *ctx, u32 slot, u32 set)
{
    if (bpf_xdp_adjust_head(ctx, -(int)sizeof(struct front)))
        return -1;
    POINTERS;
    struct front *front = (void *)data;
    if ((u8 *)(front + 1) > end)
        return -1;
    front->slot = slot;
    front->set = set;
    return 0;
}

static __attribute__((always_inline)) int to_port(struct xdp_md *ctx, u32 port)
{
#ifdef NUMBERED
    /* Packets of all kinds run the egress program: a device has one in each go of its driver, that of the first packet. */
    if (p4xdp_settings.port_base == NONE)
        return put_front(ctx, NONE, 0) ? 0 : bpf_redirect_map(&port_devs, port, 0);
#endif
    return bpf_redirect(p4xdp_settings.port_base + port, 0);
}

SEC("xdp") int copies_main(struct xdp_md *ctx)
{
    u32 zero = 0;
    u32 *turn = bpf_map_lookup_elem(&sequence, &zero);
    if (!turn)
        return 0;
    u32 mine = *turn;
    *turn += 1;
    u32 what, port;
    struct set_key key;
    {
        POINTERS;
        if (data + 22 > end)
            return 1;
        what = data[14];
        port = data[16];
        key.group = data[15];
        key.port = what == 2 || port == 255 ? NONE : port;
        key.session = data[17] == 255 ? NONE : data[17];
    }
    if (what == 0 || (what == 2 && !(mine & 1)))
        return to_port(ctx, port);
    u32 *set = bpf_map_lookup_elem(&p4xdp_copy_sets, &key);
    if (!set)
        return 1;
    u32 number = *set;
    void *devices = bpf_map_lookup_elem(&p4xdp_copy_devs, &number);
    if (!devices)
        return 0;
    mine %= SLOTS;
    struct slot *slot = bpf_map_lookup_elem(&slots, &mine);
    if (!slot)
        return 0;
    for (int i = 0; i < 256; i += 8)
        *(volatile u64 *)&slot->seen[i] = 0;
    if (put_front(ctx, mine, number))
        return 0;
    return bpf_redirect_map(devices, 0, 8 /* BPF_F_BROADCAST */);
}

SEC("xdp/devmap") int copies_egress(struct xdp_md *ctx)
{
    struct role_key key = {};
    u32 number;
    {
        POINTERS;
        struct front *front = (void *)data;
        if ((u8 *)(front + 1) > end)
            return 1;
        number = front->slot;
        key.set = front->set;
    }
    if (number == NONE)
        return bpf_xdp_adjust_head(ctx, sizeof(struct front)) ? 1 : 2;
    key.ifindex = ctx->egress_ifindex;
    struct role *role = bpf_map_lookup_elem(&p4xdp_copy_role, &key);
    struct slot *slot = bpf_map_lookup_elem(&slots, &number);
    if (!role || !slot)
        return 1;
    u32 nth = slot->seen[role->place & 255]++;
    if (nth) {
        key.nth = nth;
        role = bpf_map_lookup_elem(&p4xdp_copy_role, &key);
        if (!role)
            return 1;
    }
    if (bpf_xdp_adjust_head(ctx, sizeof(struct front)))
        return 1;
    /* Packet pointers are not subtracted: without CAP_PERFMON the verifier forbids it. */
    u64 length = bpf_xdp_get_buff_len(ctx);
    if (role->length < length && bpf_xdp_adjust_tail(ctx, (int)(role->length - length)))
        return 1;
    POINTERS;
    if (data + 21 > end)
        return 1;
    data[14] = role->kind;
    data[15] = role->port;
    data[16] = role->instance >> 8;
    data[17] = role->instance;
    data[18] = role->class_of_service;
    data[19] = nth;
    data[20]++;
    return 2;
}
