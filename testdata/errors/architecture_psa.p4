// The PSA specification's table of externs and blocks; nested packages; direct counters, which belong to one table.
#include <core.p4>
#include <psa.p4>

header H { bit<8> a; }
struct Headers { H h; }
struct Meta {}
struct Empty {}

parser IP(packet_in packet, out Headers headers, inout Meta meta, in psa_ingress_parser_input_metadata_t istd,
          in Empty resubmitted, in Empty recirculated) {
    Random<bit<8>>(0, 3) random;                                      // error[E0405]
    Checksum<bit<16>>(PSA_HashAlgorithm_t.CRC16) checksum;
    state start {
        packet.extract(headers.h);
        headers.h.a = random.read();                                  // error[E0405]
        checksum.clear();
        transition accept;
    }
}

control IG(inout Headers headers, inout Meta meta, in psa_ingress_input_metadata_t istd,
           inout psa_ingress_output_metadata_t ostd) {
    DirectCounter<bit<32>>(PSA_CounterType_t.PACKETS) counter;
    action counted() { counter.count(); }
    table t { key = { headers.h.a: exact; } actions = { counted; } psa_direct_counter = counter; default_action = counted; }
    table u { key = { headers.h.a: exact; } actions = { counted; } default_action = counted; }
    table v { key = { headers.h.a: exact; } actions = { NoAction; } psa_direct_counter = counter; } // error[E0406]
    apply {
        t.apply();
        u.apply();
        v.apply();
        if (psa_resubmit(ostd)) {                                     // warning[W0403]
            ingress_drop(ostd);
        }
    }
}

control ID(packet_out packet, out Empty cloned, out Empty resubmitted, out Empty normal, inout Headers headers,
           in Meta meta, in psa_ingress_output_metadata_t istd) {
    Digest<H>() digest;
    apply { digest.pack(headers.h); packet.emit(headers.h); }
}

parser EP(packet_in packet, out Headers headers, inout Meta meta, in psa_egress_parser_input_metadata_t istd,
          in Empty normal, in Empty ingress_clone, in Empty egress_clone) {
    state start { transition accept; }
}

control EG(inout Headers headers, inout Meta meta, in psa_egress_input_metadata_t istd,
           inout psa_egress_output_metadata_t ostd) {
    Digest<H>() digest;                                               // error[E0405]
    apply { digest.pack(headers.h); }                                 // error[E0405]
}

control ED(packet_out packet, out Empty cloned, out Empty recirculated, inout Headers headers, in Meta meta,
           in psa_egress_output_metadata_t istd, in psa_egress_deparser_input_metadata_t edstd) {
    apply { packet.emit(headers.h); }
}

IngressPipeline(IP(), IG(), ID()) ingress;
EgressPipeline(EP(), EG(), ED()) egress;
PSA_Switch(ingress, PacketReplicationEngine(), egress, BufferingQueueingEngine()) main;
