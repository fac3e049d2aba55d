// A `switch` whose value the compiler knows, though it is wider than C's `int`: the header is never valid.
#include <core.p4>
#include <xdp_model.p4>
header note_h { bit<8> narrow; bit<8> wide; }
header wide_h { bit<64> a; bit<65> b; bit<7> pad; }
struct headers_t { note_h note; wide_h never; }
parser Prs(packet_in packet, out headers_t hdr) {
    state start {
        packet.extract(hdr.note);
        transition accept;
    }
}
control Swt(inout headers_t hdr, in xdp_input xin, out xdp_output xout) {
    apply {
        xout.output_port = 0;
        xout.output_action = xdp_action.XDP_PASS;
        switch (hdr.never.a) {
            64w0x7fffffffffffffff: { hdr.note.narrow = 1; }
            64w0xffffffffffffffff: { hdr.note.narrow = 2; }
            64w0x100000000: { hdr.note.narrow = 3; }
            default: { hdr.note.narrow = 4; }
        }
        switch (hdr.never.b) {
            65w0x10000000000000000: { hdr.note.wide = 5; }
            default: { hdr.note.wide = 6; }
        }
    }
}
control Dep(in headers_t hdr, packet_out packet) { apply { packet.emit(hdr.note); } }
xdp(Prs(), Swt(), Dep()) main;
