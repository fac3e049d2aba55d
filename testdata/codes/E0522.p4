#include <ebpf_model.p4>
header blob_t { bit<4096> bytes; }
struct headers_t { blob_t blob; }
parser P(packet_in packet, out headers_t hdr) {
    state start { packet.extract(hdr.blob); transition accept; }
}
control F(inout headers_t hdr, out bool ok) {
    action allow() { ok = true; }
    action deny() { ok = false; }
    table payload {
        key = { hdr.blob.bytes : exact; }
        actions = { allow; }
        default_action = allow;
    }
    apply {
        ok = true;
        payload.apply();
    }
}
ebpfFilter(P(), F()) main;
