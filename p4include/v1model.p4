// The architecture of P4_14's switch in P4_16, as bmv2's simple_switch runs it.
//
// V1MODEL_VERSION, defined before the include, selects the interface. From 20200408 on, ports have the name PortId_t,
// and counters, meters and registers take the type of their index as a type parameter.
#ifndef _V1_MODEL_P4_
#define _V1_MODEL_P4_

#include <core.p4>

#ifndef V1MODEL_VERSION
#define V1MODEL_VERSION 20180101
#endif

#if V1MODEL_VERSION >= 20200408
#define _V1_PORT PortId_t
#define _V1_INDEX I
#define _V1_INDEXED <I>
#define _V1_REGISTER <T, I>
#else
#define _V1_PORT bit<9>
#define _V1_INDEX bit<32>
#define _V1_INDEXED
#define _V1_REGISTER <T>
#endif

const bit<32> __v1model_version = V1MODEL_VERSION;

match_kind {
    range,
    optional,   // a value, or anything
    selector    // no match: input of an action selector's hash
}

// ---- Metadata

#if V1MODEL_VERSION >= 20200408
typedef bit<9> PortId_t;
#endif

struct standard_metadata_t {
    _V1_PORT ingress_port;
    _V1_PORT egress_spec;               // written by ingress: where to; 511 drops
    _V1_PORT egress_port;               // in egress: where to
    bit<32> instance_type;              // how the packet came: 0 from a port, others by clone, resubmit and the like
    bit<32> packet_length;              // bytes
    bit<32> enq_timestamp;              // microseconds
    bit<19> enq_qdepth;
    bit<32> deq_timedelta;              // microseconds in the queue
    bit<19> deq_qdepth;
    bit<48> ingress_global_timestamp;   // microseconds
    bit<48> egress_global_timestamp;
    bit<16> mcast_grp;                  // written by ingress: multicast group; 0 is none
    bit<16> egress_rid;                 // which copy of a multicast packet
    bit<1> checksum_error;              // a verify_checksum failed
    error parser_error;
    bit<3> priority;                    // written by ingress: queue
}

// ---- State: counters, meters, registers

enum CounterType { packets, bytes, packets_and_bytes }
enum MeterType { packets, bytes }

// Counts at an index of an array; beyond its size nothing is counted.
extern counter _V1_INDEXED {
    counter(bit<32> size, CounterType type);
    void count(in _V1_INDEX index);
}

// One counter for each entry of the table that it is given to (property `counters`).
extern direct_counter {
    direct_counter(CounterType type);
    void count();
}

#define V1MODEL_METER_COLOR_GREEN  0
#define V1MODEL_METER_COLOR_YELLOW 1
#define V1MODEL_METER_COLOR_RED    2

// Two rates, three colours (RFC 2698), colour-blind. The result is one of the three values above.
extern meter _V1_INDEXED {
    meter(bit<32> size, MeterType type);
    void execute_meter<T>(in _V1_INDEX index, out T result);
}

// One meter for each entry of the table that it is given to (property `meters`).
extern direct_meter<T> {
    direct_meter(MeterType type);
    void read(out T result);
}

// An array of values that stay from packet to packet. Beyond its size a read gives nothing defined, and a write is
// ignored.
extern register _V1_REGISTER {
    register(bit<32> size);
    @noSideEffects
    void read(out T result, in _V1_INDEX index);
    void write(in _V1_INDEX index, in T value);
}

// ---- Hashes, checksums, random values

enum HashAlgorithm { crc32, crc32_custom, crc16, crc16_custom, random, identity, csum16, xor16 }

// base + hash(data) % max; base if max is 0.
@pure
extern void hash<O, T, D, M>(out O result, in HashAlgorithm algo, in T base, in D data, in M max);

// Uniform in lo to hi, both included.
extern void random<T>(out T result, in T lo, in T hi);

// In VerifyChecksum: where the condition holds, compares with the checksum of the data, and sets checksum_error if
// they differ.
extern void verify_checksum<T, O>(in bool condition, in T data, in O checksum, HashAlgorithm algo);
// In ComputeChecksum: where the condition holds, writes the checksum of the data.
@pure
extern void update_checksum<T, O>(in bool condition, in T data, inout O checksum, HashAlgorithm algo);
// The same with what follows the parsed headers counted in.
extern void verify_checksum_with_payload<T, O>(in bool condition, in T data, in O checksum, HashAlgorithm algo);
@noSideEffects
extern void update_checksum_with_payload<T, O>(in bool condition, in T data, inout O checksum, HashAlgorithm algo);

@deprecated("use verify_checksum or update_checksum")
extern Checksum16 {
    Checksum16();
    bit<16> get<D>(in D data);
}

// ---- Table implementations (property `implementation`)

// Entries refer to members, which share actions with their arguments.
extern action_profile {
    action_profile(bit<32> size);
}

// Entries refer to groups of members; the hash of the selector keys picks one.
extern action_selector {
    action_selector(HashAlgorithm algorithm, bit<32> size, bit<32> outputWidth);
}

// ---- Where a packet goes

// Sets egress_spec to the port that drops and mcast_grp to 0.
@pure
extern void mark_to_drop(inout standard_metadata_t standard_metadata);
@deprecated("use mark_to_drop(standard_metadata)")
extern void mark_to_drop();

enum CloneType {
    I2E,    // the packet as it came in
    E2E     // the packet as it goes out
}

// Copies go to egress; where to, the control plane says for the session. They happen at the end of the control, and
// of several calls the last one holds. `preserving_field_list` takes along the metadata fields that have
// @field_list(index).
extern void clone(in CloneType type, in bit<32> session);
extern void clone_preserving_field_list(in CloneType type, in bit<32> session, bit<8> index);
@deprecated("use clone_preserving_field_list")
extern void clone3<T>(in CloneType type, in bit<32> session, in T data);

// In ingress: at its end the original packet begins ingress again.
extern void resubmit_preserving_field_list(bit<8> index);
@deprecated("use resubmit_preserving_field_list")
extern void resubmit<T>(in T data);

// In egress: at its end the deparsed packet begins ingress again.
extern void recirculate_preserving_field_list(bit<8> index);
@deprecated("use recirculate_preserving_field_list")
extern void recirculate<T>(in T data);

// Bytes of the packet that leave at most.
extern void truncate(in bit<32> length);

// A message to the control plane.
extern void digest<T>(in bit<32> receiver, in T data);

// ---- Checks and logs

// Must hold: a failure is logged with its place.
extern void assert(in bool check);
// The same at run time; to a verifier it is a condition that inputs meet.
extern void assume(in bool check);
// `{}` in the message stand for the fields of the data.
extern void log_msg(string msg);
extern void log_msg<T>(string msg, in T data);

// ---- The switch. H is a struct of headers, stacks and unions, M a struct.

parser Parser<H, M>(packet_in b, out H parsedHdr, inout M meta, inout standard_metadata_t standard_metadata);
control VerifyChecksum<H, M>(inout H hdr, inout M meta);
@pipeline
control Ingress<H, M>(inout H hdr, inout M meta, inout standard_metadata_t standard_metadata);
@pipeline
control Egress<H, M>(inout H hdr, inout M meta, inout standard_metadata_t standard_metadata);
control ComputeChecksum<H, M>(inout H hdr, inout M meta);
@deparser
control Deparser<H>(packet_out b, in H hdr);

package V1Switch<H, M>(
    Parser<H, M> p,
    VerifyChecksum<H, M> vr,
    Ingress<H, M> ig,
    Egress<H, M> eg,
    ComputeChecksum<H, M> ck,
    Deparser<H> dep
);

#undef _V1_PORT
#undef _V1_INDEX
#undef _V1_INDEXED
#undef _V1_REGISTER

#endif
