// The members of a stack of unions share where its next element is, also where that is known at run time only.
#include <xdp_model.p4>

header io_h {
    bit<8> first;
    bit<8> seen;
}
header one_h {
    bit<8> v;
}
header two_h {
    bit<16> v;
}
header many_h {
    bit<8>     length;
    varbit<64> v;
}
header_union any_t {
    one_h  one;
    two_h  two;
    many_h many;
}
header pad_h {
    bit<96> rest;
}
struct headers_t {
    io_h     io;
    any_t[3] all;
    pad_h    pad;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        transition select(headers.io.first) {
            0: second;
            1: one;
            2: two;
            3: many;
        }
    }
    state one { packet.extract(headers.all.next.one); transition second; }
    state two { packet.extract(headers.all.next.two); transition second; }
    state many {
        packet.extract(headers.all.next.many, (bit<32>) packet.lookahead<bit<8>>() * 8);
        transition second;
    }
    state second { packet.extract(headers.all.next.two); transition third; }
    state third { packet.extract(headers.all.next.one); transition last; }
    state last { packet.extract(headers.pad); transition accept; }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
        headers.io.seen = (bit<1>) headers.all[0].one.isValid() ++ (bit<1>) headers.all[0].two.isValid()
            ++ (bit<1>) headers.all[0].many.isValid() ++ (bit<1>) headers.all[1].one.isValid()
            ++ (bit<1>) headers.all[1].two.isValid() ++ (bit<1>) headers.all[1].many.isValid()
            ++ (bit<1>) headers.all[2].one.isValid() ++ (bit<1>) headers.all[2].two.isValid();
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
