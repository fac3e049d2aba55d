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

#endif
