//! Programs that take packets in fragments (`--frags`): kernel and interpreter agree on packets of several pages, devices with a large MTU run them,
//! and refuse programs without. That payloads and lengths are right is shown by the packet tests whose programs are run here.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

use p4xdp::driver::Codegen;
use p4xdp_control::kernel::Kernel;
use p4xdp_midend::interp::Machine;
use p4xdp_runtime::Program;
use p4xdp_runtime::harness::veth::Veths;
use p4xdp_runtime::harness::{Exit, FIRST_INDEX, Harness};
use p4xdp_runtime::load::load_detached;
use p4xdp_test_support::bpftool::privileged;
use p4xdp_test_support::command::binary;
use p4xdp_test_support::program::{findings, generate, object, of_file, of_text};
use p4xdp_test_support::random::Random;
use p4xdp_test_support::root;
use p4xdp_test_support::space;

fn codegen() -> Codegen {
    Codegen { frags: true, ..Codegen::default() }
}

/// A program in the kernel and in the interpreter.
struct Both {
    program: Program,
    machine: Machine,
}

impl Both {
    fn new(name: &str) -> Option<Both> {
        if !privileged() {
            return None;
        }
        let file = root().join("testdata/packets").join(name).with_extension("p4");
        let output = generate(of_file(&file), &codegen()).unwrap();
        assert!(output.manifest.frags && output.manifest.kernel >= Kernel::XDP_FRAGS);
        let object = object(name, &output);
        let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
        let machine = Machine::new(&of_file(&file).elaborate().unwrap()).unwrap();
        Some(Both { program, machine })
    }

    /// What both make of a packet.
    fn process(&mut self, packet: &[u8]) -> Vec<u8> {
        let by_interpreter = self.machine.process(0, packet).outputs.swap_remove(0).bytes;
        let (verdict, by_kernel) = self.program.run(packet, None).unwrap();
        assert!(by_interpreter == by_kernel, "{verdict}, {} bytes: {:02x?}", packet.len(), &packet[..64]);
        by_kernel
    }
}

/// Lengths around those at which a packet goes on in another fragment, and some between them.
fn lengths() -> Vec<usize> {
    let page = 4096;
    let ends = (1..=4).flat_map(|pages| pages * page - 600..=pages * page + 20).step_by(7);
    [14, 15, 64, 65, 1514, 9014, 9015, 16_000, 40_001, 65_500].into_iter().chain(ends).collect()
}

#[test]
fn payloads_in_fragments() {
    let Some(mut both) = Both::new("v1model_payload") else { return };
    let mut random = Random(1);
    for (number, length) in lengths().into_iter().enumerate() {
        let mut packet = random.bytes(length);
        packet[12..14].copy_from_slice(&[0x12, 0x34]);
        for way in 0..if number < 10 { 40 } else { 5 } {
            let rest = if number < 10 { way / 5 } else { length % 8 };
            if length > 14 {
                packet[14] = (way % 5 + (rest % 4) * 16 + (rest / 4) * 128) as u8;
            }
            let mut out = both.process(&packet);
            if length > 14 {
                // What comes out is verified when it comes in again.
                out[0] = 0;
                out[14] |= 0x40;
                both.process(&out);
            }
        }
    }
}

#[test]
fn packets_in_fragments_are_cut() {
    let Some(mut both) = Both::new("v1model_truncate") else { return };
    let mut random = Random(3);
    for length in lengths().into_iter().filter(|length| *length > 24) {
        for kind in 0..4 {
            let mut packet = random.bytes(length);
            packet[14] = kind;
            let limit = |random: &mut Random| {
                let part = usize::from(random.byte()) * 256 + usize::from(random.byte());
                (14 + part % (length + 4)) as u32
            };
            let (first, second) = (limit(&mut random), limit(&mut random));
            packet[16..20].copy_from_slice(&first.to_be_bytes());
            packet[20..24].copy_from_slice(&second.to_be_bytes());
            both.process(&packet);
        }
    }
}

/// What v1model makes of it: the packet that is too short goes on with an error, one that is not is aborted.
#[test]
fn a_packet_is_too_short_only_if_it_is() {
    if !privileged() {
        return;
    }
    let text = "#include <v1model.p4>
header first_t { bit<112> ethernet; bit<32> skip; bit<32> length; }
header far_t { bit<32> word; }
struct H { first_t first; far_t far; }
struct M { }
parser P(packet_in packet, out H hdr, inout M m, inout standard_metadata_t s) {
    state start { packet.extract(hdr.first); packet.advance(hdr.first.skip * 8); packet.extract(hdr.far); transition accept; }
}
control V(inout H hdr, inout M m) { apply { } }
control I(inout H hdr, inout M m, inout standard_metadata_t s) {
    apply {
        s.egress_spec = 2;
        hdr.first.length = s.packet_length;
        if (s.parser_error != error.NoError) { hdr.first.length = 0xffffffff; }
    }
}
control E(inout H hdr, inout M m, inout standard_metadata_t s) { apply { } }
control D(packet_out packet, in H hdr) { apply { packet.emit(hdr.first); packet.emit(hdr.far); } }
V1Switch(P(), V(), I(), E(), V(), D()) main;
";
    let object = object("short", &generate(of_text("short", text), &codegen()).unwrap());
    let program = load_detached(&p4xdp_runtime::Object::open(&object.path).unwrap(), 0).unwrap();
    let run = |length: usize, skip: u32| {
        let mut packet = vec![0; length];
        packet[14..18].copy_from_slice(&skip.to_be_bytes());
        let (verdict, bytes) = program.run(&packet, None).unwrap();
        (verdict.to_string(), u32::from_be_bytes(bytes[18..22].try_into().unwrap()))
    };
    let (out, aborted) = ("XDP_REDIRECT".to_owned(), "XDP_ABORTED".to_owned());
    assert_eq!(run(9000, 100), (out.clone(), 9000));
    assert_eq!(run(9000, 9000), (out.clone(), u32::MAX));
    assert_eq!(run(20_000, 19_000), (aborted.clone(), 0));
    assert_eq!(run(9000, 8900), (aborted.clone(), 0));
    assert_eq!(run(9000, 7000), (aborted, 0));
    assert_eq!(run(60, 60), (out, u32::MAX));
}

#[test]
fn fragments_need_a_kernel_that_has_them() {
    let built = |kernel: &str| {
        let codegen = Codegen { kernel: Some(kernel.parse().unwrap()), ..codegen() };
        generate(of_file(&root().join("examples/swap/swap.p4")), &codegen)
            .map(|output| output.manifest.kernel)
    };
    assert_eq!(built("5.18").unwrap(), Kernel::XDP_FRAGS);
    let refused = built("5.15").unwrap_err();
    assert!(refused.contains("swap.p4:15:8: error[E0528]: `--frags` needs Linux 5.18"), "{refused}");
}

/// What reads and writes the payload by pointers is not compiled to something else.
#[test]
fn a_payload_that_moves_by_bits_is_refused() {
    let text = "#include <xdp_model.p4>
header h_t { bit<3> a; }
struct H { h_t one; h_t two; }
parser P(packet_in packet, out H hdr) { state start { packet.extract(hdr.one); transition accept; } }
control C(inout H hdr, in xdp_input i, out xdp_output o) {
    apply { o.output_port = 0; o.output_action = xdp_action.XDP_TX; hdr.two.setValid(); hdr.two.a = 1; }
}
control D(in H hdr, packet_out packet) { apply { packet.emit(hdr.two); packet.emit(hdr.one); } }
xdp(P(), C(), D()) main;
";
    let mut compilation = of_text("bits", text);
    assert!(compilation.generate(&Codegen::default()).is_ok(), "{}", findings(&compilation));
    let refused = generate(of_text("bits", text), &codegen()).unwrap_err();
    assert!(refused.contains("error[E0514]: the payload moves by bits"), "{refused}");
}

/// Frames of several pages go through veth devices.
#[test]
fn jumbo_frames_over_veth() {
    if !privileged() {
        return;
    }
    let output = generate(of_file(&root().join("examples/swap/swap.p4")), &codegen()).unwrap();
    let object = object("swap", &output);
    let object = p4xdp_runtime::Object::open(&object.path).unwrap();
    let program = load_detached(&object, FIRST_INDEX).unwrap();
    let mut veths = Veths::new().unwrap();
    veths.open(&program, &[0]).unwrap();
    let mut random = Random(4);
    for length in [60, 3500, 3600, 4200, 5000, 9014, 20_000, 65_000] {
        let mut packet = random.bytes(length);
        packet[..14].copy_from_slice(&[2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x12, 0x34]);
        veths.inject(&program, 0, &packet).unwrap();
        let came = veths.collect(&program).unwrap();
        assert_eq!(came.len(), 1, "{length}");
        assert_eq!((came[0].port, came[0].exit), (0, Exit::Wire));
        let (bytes, there) = (&came[0].bytes, &packet);
        assert!(
            bytes[..6] == there[6..12] && bytes[6..12] == there[..6] && bytes[12..] == there[12..],
            "{length}"
        );
    }
}

/// A device with a large MTU refuses a program without fragments, and one with them runs.
#[test]
fn a_device_with_a_large_mtu_wants_fragments() {
    let Some((folder, small, space)) = space::with_object("examples/swap/swap.p4", "large-mtu") else {
        return;
    };
    for device in ["sw", "host"] {
        space.run(&["ip", "link", "set", device, "mtu", "9000"]);
    }
    let refused = space.try_run(&[binary(), "load", "--no-pins", &small, "sw"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("`sw` has an MTU of 9000") && said.contains("with `--frags`"), "{said}");
    assert_eq!(refused.status.code(), Some(2), "{said}");
    let (path, program) = (folder.path().join("large"), root().join("examples/swap/swap.p4"));
    let [path, program] = [path, program].map(|path| path.to_str().unwrap().to_owned());
    space.run(&[binary(), "build", "--frags", "-o", &path, &program]);
    let large = format!("{path}/swap.o");
    assert!(space.run(&[binary(), "verify", &large]).contains("accepted"));
    assert!(space.run(&[binary(), "load", "--no-pins", &large, "sw"]).contains("native"));
    assert!(space.run(&["ip", "link", "show", "sw"]).contains("xdp"));
}
