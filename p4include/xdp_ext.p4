// What XDP offers beyond what the architectures have; for programs of all of them. Each function says what it gives where there is nothing of the
// kind, which is also what the interpreter gives.
#ifndef _XDP_EXT_P4
#define _XDP_EXT_P4

#include <core.p4>

// Nanoseconds of the kernel's monotonic clock.
extern bit<64> xdp_ktime_ns();

// What the device that received the packet knows of it (Linux 6.3, the VLAN tag 6.8). `p4xdp load` of a program that asks binds it to its device,
// which must be one, in native mode; elsewhere, and where the device knows nothing of the kind, the answer is the fallback.

// The hash by which the device spreads packets over its queues, or `fallback`.
extern bit<32> xdp_rx_hash(in bit<32> fallback);

// When the packet was received by the device's clock, in nanoseconds, or `fallback`.
extern bit<64> xdp_rx_timestamp(in bit<64> fallback);

// The VLAN tag that the device has taken off the packet. True if there is one: then `tpid` is its EtherType (0x8100, 0x88a8), and `tci` its priority,
// DEI and VLAN id. Else both stay as they are.
extern bool xdp_rx_vlan_tag(inout bit<16> tpid, inout bit<16> tci);

// What the kernel's routing table says of an address; the kernel's numbers (BPF_FIB_LKUP_RET_SUCCESS and on).
enum bit<8> xdp_fib_status {
    success = 0,
    blackhole = 1,              // drop: the route says so
    unreachable = 2,            // drop: the route says so
    prohibit = 3,               // drop: the route says so
    not_forwarded = 4,          // it is for this host, or there is no route: pass it
    forwarding_disabled = 5,    // the device that received it does not forward (net.ipv4.ip_forward): pass it
    unsupported_tunnel = 6,     // the route has a tunnel that the kernel alone can make: pass it
    no_neighbour = 7,           // the next hop's address is not known yet: pass it, and the kernel asks for it
    fragmentation_needed = 8,   // larger than the route's MTU: pass it
    no_source_address = 9
}

// Looks up the route of a packet with these addresses, type of service and total length (0: the MTU does not matter), which came by its device,
// and the next hop's neighbour entry. With `success`, `port` is where it leaves, and the others are its new Ethernet addresses; with `no_neighbour`
// `port` is set alone. Else they are 0. A port is a number of the program's as any other. The interpreter gives `not_forwarded`.
extern xdp_fib_status xdp_fib_lookup_ipv4(in bit<32> src, in bit<32> dst, in bit<8> tos, in bit<16> length,
                                          out bit<32> port, out bit<48> src_mac, out bit<48> dst_mac);
extern xdp_fib_status xdp_fib_lookup_ipv6(in bit<128> src, in bit<128> dst, in bit<8> traffic_class, in bit<16> length,
                                          out bit<32> port, out bit<48> src_mac, out bit<48> dst_mac);

// The packet, if it goes to the network stack (XDP_PASS), is taken there by this processor: what a device with few queues leaves to one processor is
// spread over several. Where there is no such processor, and on the interpreter, it goes to the stack as ever. The last word holds.
extern void xdp_pass_on_cpu(in bit<32> cpu);

// The packet, if it goes to the network stack (XDP_PASS), carries `data` in front of it for a program of tc's (`data_meta` of its `__sk_buff`): the
// bits one behind the other as in a header, with zeros up to a multiple of 4 bytes, 32 bytes at most. Where the driver has no room for it, and on the
// interpreter, it carries nothing. The last word holds; all calls of a program hand over data of one size.
extern void xdp_pass_metadata<T>(in T data);

#endif
