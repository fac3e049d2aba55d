// Tables on XDP: keys of odd widths and over 64 bits, lpm beside exact, const entries of all kinds with precedence, defaults with
// parameters, hit, miss and action_run, a table applied twice.
#include <xdp_model.p4>

header key_h {
    bit<13> odd;
    bit<1> flag;
    bit<10> ten;
    bit<32> ip;
    bit<72> wide;
}
header result_h {
    bit<8> exact_odd;
    bit<8> exact_wide;
    bit<8> prefix;
    bit<8> prefix_odd;
    bit<8> const_exact;
    bit<8> const_prefix;
    bit<8> const_ternary;
    bit<8> outcome;
}
struct headers_t {
    result_h result;
    key_h key;
}

parser Prs(packet_in packet, out headers_t headers) {
    state start {
        packet.extract(headers.key);
        transition accept;
    }
}

control Swt(inout headers_t headers, in xdp_input imd, out xdp_output omd) {
    bit<8> found = 0;
    action set(bit<8> v) { found = v; }
    action add_to(bit<13> v, bit<8> w) { found = found + v[8:1] + w; }
    action nothing() { }
    table exact_odd {
        key = { headers.key.odd : exact; headers.key.flag : exact; headers.key.ten : exact; }
        actions = { set; add_to; }
        default_action = add_to(13w0x1ffe, 2);
    }
    table exact_wide {
        key = { headers.key.wide : exact; }
        actions = { set; nothing; }
        default_action = nothing();
    }
    table prefix {
        key = { headers.key.ip : lpm; }
        actions = { set; nothing; NoAction; }
    }
    table prefix_odd {
        key = { headers.key.flag : exact; headers.key.odd : lpm; }
        actions = { set; }
        const default_action = set(0xdd);
    }
    table const_exact {
        key = { headers.key.odd : exact; headers.key.flag : exact; }
        actions = { set; nothing; }
        const entries = {
            (0x1fff, 1) : set(1);
            (0x1fff, 0) : set(2);
            (0, 1) : nothing();
        }
        default_action = set(9);
    }
    table const_prefix {
        key = { headers.key.ip : lpm; }
        actions = { set; }
        const entries = {
            0x0a000000 &&& 0xff000000 : set(8);
            0x0a010203 : set(32);
            0x0a010000 &&& 0xffff0000 : set(16);
            _ : set(0xff);
        }
    }
    table const_ternary {
        key = { headers.key.ten : ternary; headers.key.flag : exact; }
        actions = { set; nothing; }
        const entries = {
            (0x300 &&& 0x300, 1) : set(1);
            (0x301, 1) : set(2);
            (0x001 &&& 0x001, 1) : set(3);
            (_, 0) : set(4);
        }
        default_action = nothing();
    }
    apply {
        headers.result.setValid();
        found = 0x20;
        bit<8> outcome = 0;
        if (exact_odd.apply().hit) { outcome = outcome | 1; }
        headers.result.exact_odd = found;
        found = 0x20;
        if (exact_wide.apply().miss) { outcome = outcome | 2; }
        headers.result.exact_wide = found;
        found = 0x20;
        switch (prefix.apply().action_run) {
            set: { outcome = outcome | 4; }
            nothing: { outcome = outcome | 8; }
            default: { outcome = outcome | 16; }
        }
        headers.result.prefix = found;
        prefix_odd.apply();
        headers.result.prefix_odd = found;
        found = 0;
        const_exact.apply();
        headers.result.const_exact = found;
        found = 0;
        const_prefix.apply();
        headers.result.const_prefix = found;
        found = 0x70;
        if (!const_ternary.apply().hit) { outcome = outcome | 32; }
        headers.key.flag = ~headers.key.flag;
        headers.result.const_ternary = found;
        found = 0;
        // Another time, with another key.
        const_ternary.apply();
        headers.result.outcome = outcome ^ found;
        headers.key.flag = ~headers.key.flag;
        omd.output_action = xdp_action.XDP_TX;
        omd.output_port = 0;
    }
}

control Dep(in headers_t headers, packet_out packet) {
    apply {
        packet.emit(headers);
    }
}

xdp(Prs(), Swt(), Dep()) main;
