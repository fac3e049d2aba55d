// The user-space eBPF model: parser, control and deparser, as a hook of a software switch.
//
// UBPF_MODEL_VERSION, defined before the include, selects the interface: from 20200515 on there is standard metadata.
#ifndef _UBPF_MODEL_P4_
#define _UBPF_MODEL_P4_

#include <core.p4>

#ifndef UBPF_MODEL_VERSION
#define UBPF_MODEL_VERSION 20200515
#endif

const bit<32> __ubpf_model_version = UBPF_MODEL_VERSION;

#if UBPF_MODEL_VERSION >= 20200515
#define _UBPF_STD , inout standard_metadata std

enum ubpf_action { ABORT, DROP, PASS, REDIRECT }

struct standard_metadata {
    bit<32> input_port;
    bit<32> packet_length;          // bytes
    ubpf_action output_action;
    bit<32> output_port;            // for REDIRECT
    bool clone;                     // a copy goes to clone_port
    bit<32> clone_port;
}
#else
#define _UBPF_STD
#endif

// The packet's fate, of which the last call decides; it passes if neither is called.
extern void mark_to_drop();
extern void mark_to_pass();

// An array of values that stay from packet to packet.
extern Register<T, S> {
    Register(bit<32> size);
    T read(in S index);
    void write(in S index, in T value);
}

extern bit<48> ubpf_time_get_ns();

// Bytes of the packet that leave at most; less than 14 means 14.
extern void truncate(in bit<32> len);

enum HashAlgorithm { lookup3 }

// Of at most 64 bits of data.
extern void hash<D>(out bit<32> result, in HashAlgorithm algo, in D data);

// The Internet checksum after a field of 16 or 32 bits changes from old to new (RFC 1624).
extern bit<16> csum_replace2(in bit<16> csum, in bit<16> old, in bit<16> new);
extern bit<16> csum_replace4(in bit<16> csum, in bit<32> old, in bit<32> new);

parser ubpf_parse<H, M>(packet_in packet, out H headers, inout M meta _UBPF_STD);
control ubpf_pipeline<H, M>(inout H headers, inout M meta _UBPF_STD);
@deparser
control ubpf_deparser<H>(packet_out b, in H headers);

package ubpf<H, M>(ubpf_parse<H, M> prs, ubpf_pipeline<H, M> p, ubpf_deparser<H> dprs);

#undef _UBPF_STD

#endif
