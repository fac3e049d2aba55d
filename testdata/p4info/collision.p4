// Two tables whose names have one hash: the first in sorted order keeps it, the other one has the next number, whatever the order of the program.
#include <xdp_model.p4>
header h_t { bit<32> a; }
struct headers_t { h_t h; }
parser P(packet_in packet, out headers_t hdr) { state start { packet.extract(hdr.h); transition accept; } }
control S(inout headers_t hdr, in xdp_input imd, out xdp_output omd) {
    table t8367 { key = { hdr.h.a: exact; } actions = { NoAction; } implementation = hash_table(64); }
    table t2160 { key = { hdr.h.a: exact; } actions = { NoAction; } implementation = hash_table(64); }
    apply { omd.output_action = xdp_action.XDP_PASS; omd.output_port = 0; t8367.apply(); t2160.apply(); }
}
control D(in headers_t hdr, packet_out packet) { apply { packet.emit(hdr.h); } }
xdp(P(), S(), D()) main;
