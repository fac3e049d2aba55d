// elaborate: action profiles and selectors, direct counters, meters and registers
#include <v1model.p4>
struct s_t { bit<32> dst; bit<16> flow; bit<8> x; bit<2> colour; }
control C(inout s_t s);
package top_t(C c);
control I(inout s_t s) {
    direct_counter(CounterType.packets_and_bytes) seen;
    direct_meter<bit<2>>(MeterType.bytes) rate;
    register<bit<8>>(16) kept;
    counter(8, CounterType.packets) by_index;
    action_profile(32) profile;
    action_selector(HashAlgorithm.crc16, 64, 10) members;
    action set(bit<8> v) { s.x = v; rate.read(s.colour); by_index.count(3); }
    action count() { seen.count(); kept.read(s.x, (bit<32>) s.x); kept.write(1, s.x + 1); }
    table profiled { key = { s.dst : exact; } actions = { set; NoAction; } implementation = profile; meters = rate; }
    table selected {
        key = { s.dst : lpm; s.flow : selector; s.x : selector; }
        actions = { set; NoAction; }
        implementation = members;
        size = 16;
    }
    table counted { key = { s.dst : exact; } actions = { count; } counters = seen; default_action = count; }
    table shared { key = { s.x : exact; } actions = { set; } implementation = profile; }
    apply { profiled.apply(); selected.apply(); counted.apply(); shared.apply(); }
}
top_t(I()) main;
