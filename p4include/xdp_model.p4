// XDP model: a packet filter as in ebpf_model.p4, or a switch of parser, control and deparser. The control decides
// what the kernel does with the packet.
#ifndef _XDP_MODEL_P4
#define _XDP_MODEL_P4

#include <core.p4>
#include <ebpf_model.p4>

// The verdicts of XDP, in the kernel's order.
enum xdp_action {
    XDP_ABORTED,    // drop, and raise the tracepoint xdp_exception
    XDP_DROP,
    XDP_PASS,       // to the kernel's network stack
    XDP_TX,         // back out of the port it came from
    XDP_REDIRECT    // out of xdp_output.output_port
}

struct xdp_input {
    bit<32> input_port;         // interface index
}

struct xdp_output {
    xdp_action output_action;
    bit<32> output_port;        // for XDP_REDIRECT
}

// Header checksum of an IPv4 header without options that has these fields.
extern bit<16> ebpf_ipv4_checksum(in bit<4> version, in bit<4> ihl, in bit<8> diffserv,
                                  in bit<16> totalLen, in bit<16> identification, in bit<3> flags,
                                  in bit<13> fragOffset, in bit<8> ttl, in bit<8> protocol,
                                  in bit<32> srcAddr, in bit<32> dstAddr);

// The Internet checksum after a field of 16 or 32 bits changes from old to new (RFC 1624).
extern bit<16> csum_replace2(in bit<16> csum, in bit<16> old, in bit<16> new);
extern bit<16> csum_replace4(in bit<16> csum, in bit<32> old, in bit<32> new);

// Sends an event with the packet to user space; 0 if that went well.
extern bit<32> BPF_PERF_EVENT_OUTPUT();
// Low 32 bits of the kernel's monotonic clock in nanoseconds.
extern bit<32> BPF_KTIME_GET_NS();

parser xdp_parse<H>(packet_in packet, out H headers);
control xdp_switch<H>(inout H headers, in xdp_input imd, out xdp_output omd);
control xdp_deparse<H>(in H headers, packet_out packet);

package xdp<H>(xdp_parse<H> p, xdp_switch<H> s, xdp_deparse<H> d);

#endif
