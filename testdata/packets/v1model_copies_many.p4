// More headers that may be there or not than the verifier can follow on all ways: copies of a group are given each by a test, and egress
// copies them on, twice.
#include <core.p4>
#include <v1model.p4>

header there_t { bit<96> address; bit<16> headers; }
header tag_t { bit<16> value; }

struct tags_t {
    tag_t t0;
    tag_t t1;
    tag_t t2;
    tag_t t3;
    tag_t t4;
    tag_t t5;
    tag_t t6;
    tag_t t7;
    tag_t t8;
    tag_t t9;
    tag_t t10;
    tag_t t11;
    tag_t t12;
    tag_t t13;
    tag_t t14;
    tag_t t15;
}
struct headers_t { there_t there; tags_t tags; }
struct metadata_t { }

parser Parse(packet_in packet, out headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    state start { packet.extract(h.there); transition accept; }
}
control Verify(inout headers_t h, inout metadata_t m) { apply { } }
control In(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    apply {
        if (h.there.headers[0:0] == 1) { h.tags.t0.setValid(); h.tags.t0.value = 0x1100; }
        if (h.there.headers[1:1] == 1) { h.tags.t1.setValid(); h.tags.t1.value = 0x1101; }
        if (h.there.headers[2:2] == 1) { h.tags.t2.setValid(); h.tags.t2.value = 0x1102; }
        if (h.there.headers[3:3] == 1) { h.tags.t3.setValid(); h.tags.t3.value = 0x1103; }
        if (h.there.headers[4:4] == 1) { h.tags.t4.setValid(); h.tags.t4.value = 0x1104; }
        if (h.there.headers[5:5] == 1) { h.tags.t5.setValid(); h.tags.t5.value = 0x1105; }
        if (h.there.headers[6:6] == 1) { h.tags.t6.setValid(); h.tags.t6.value = 0x1106; }
        if (h.there.headers[7:7] == 1) { h.tags.t7.setValid(); h.tags.t7.value = 0x1107; }
        if (h.there.headers[8:8] == 1) { h.tags.t8.setValid(); h.tags.t8.value = 0x1108; }
        if (h.there.headers[9:9] == 1) { h.tags.t9.setValid(); h.tags.t9.value = 0x1109; }
        if (h.there.headers[10:10] == 1) { h.tags.t10.setValid(); h.tags.t10.value = 0x110a; }
        if (h.there.headers[11:11] == 1) { h.tags.t11.setValid(); h.tags.t11.value = 0x110b; }
        if (h.there.headers[12:12] == 1) { h.tags.t12.setValid(); h.tags.t12.value = 0x110c; }
        if (h.there.headers[13:13] == 1) { h.tags.t13.setValid(); h.tags.t13.value = 0x110d; }
        if (h.there.headers[14:14] == 1) { h.tags.t14.setValid(); h.tags.t14.value = 0x110e; }
        if (h.there.headers[15:15] == 1) { h.tags.t15.setValid(); h.tags.t15.value = 0x110f; }
        sm.mcast_grp = 1;
    }
}
control Out(inout headers_t h, inout metadata_t m, inout standard_metadata_t sm) {
    tags_t tags;
    apply {
        tags = h.tags;
        tags.t1.value = 0xabcd ^ (bit<16>) sm.egress_port;
        h.there.address[15:0] = h.tags.t0.value + h.tags.t1.value + h.tags.t2.value + h.tags.t3.value + h.tags.t4.value + h.tags.t5.value + h.tags.t6.value + h.tags.t7.value +
            h.tags.t8.value + h.tags.t9.value + h.tags.t10.value + h.tags.t11.value + h.tags.t12.value + h.tags.t13.value + h.tags.t14.value + h.tags.t15.value;
        h.tags = tags;
    }
}
control Compute(inout headers_t h, inout metadata_t m) { apply { } }
control Deparse(packet_out packet, in headers_t h) {
    apply {
        packet.emit(h.there);
        packet.emit(h.tags);
    }
}
V1Switch(Parse(), Verify(), In(), Out(), Compute(), Deparse()) main;
