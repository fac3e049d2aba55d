// The index of an element is evaluated once, though the statement makes invalid, or writes, what it reads.
#include <xdp_model.p4>

header io_h {
    bit<8> op;
    bit<8> r;
    bit<96> pad;
}
header cell_h {
    bit<8> f;
}
header_union either_t {
    cell_h a;
    cell_h b;
}
struct headers_t {
    io_h io;
    either_t[3] us;
    cell_h[2] s;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.io);
        packet.extract(headers.us[2].b);
        packet.extract(headers.s.next);
        packet.extract(headers.s.next);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    apply {
        omd.output_action = xdp_action.XDP_TX;
        switch (headers.io.op) {
            1: { headers.us[headers.us[2].b.f % 3].a.setValid(); }
            2: { headers.us[headers.us[2].b.f % 3].a = headers.s[0]; }
            3: { headers.s[headers.s[0].f % 2] = { headers.s[1].f }; }
        }
        headers.io.r = (bit<1>) headers.us[0].a.isValid() ++ (bit<1>) headers.us[2].a.isValid()
            ++ (bit<1>) headers.us[2].b.isValid() ++ 5w0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
