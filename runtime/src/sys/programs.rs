//! Programs of our own, in the kernel's instructions: what a control plane needs done in the kernel rather than beside it.

use super::bpf::{TestRun, test_run};
use super::check_libbpf;
use libbpf_sys::{
    BPF_ADD, BPF_ALU64, BPF_ATOMIC, BPF_CALL, BPF_DW, BPF_EXIT, BPF_IMM, BPF_JA, BPF_JEQ, BPF_JGT, BPF_JMP,
    BPF_K, BPF_LD, BPF_LDX, BPF_MEM, BPF_MOV, BPF_PSEUDO_MAP_FD, BPF_STX, BPF_W, BPF_X, bpf_insn,
};
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

const XDP_DROP: i32 = 1;
const XDP_PASS: i32 = 2;

/// Code, destination, source, offset, immediate value.
pub(super) fn instruction(code: u32, dst: u8, src: u8, off: i16, imm: i32) -> bpf_insn {
    let mut made = bpf_insn { code: code as u8, off, imm, ..Default::default() };
    made.set_dst_reg(dst);
    made.set_src_reg(src);
    made
}

/// Loads an XDP program.
fn load(name: &CStr, program: &[bpf_insn]) -> io::Result<OwnedFd> {
    load_with(name, program, 0)
}

/// Loads an XDP program with flags.
fn load_with(name: &CStr, program: &[bpf_insn], flags: u32) -> io::Result<OwnedFd> {
    let options = libbpf_sys::bpf_prog_load_opts { prog_flags: flags, ..Default::default() };
    load_as(libbpf_sys::BPF_PROG_TYPE_XDP, name, program, options)
}

/// Loads a program of a type.
pub(super) fn load_as(
    kind: libbpf_sys::bpf_prog_type,
    name: &CStr,
    program: &[bpf_insn],
    options: libbpf_sys::bpf_prog_load_opts,
) -> io::Result<OwnedFd> {
    let mut options = libbpf_sys::bpf_prog_load_opts {
        sz: size_of::<libbpf_sys::bpf_prog_load_opts>() as libbpf_sys::size_t,
        ..options
    };
    // SAFETY: strings end with a zero byte; the instructions outlive the call, with their true number beside them.
    let fd = check_libbpf(unsafe {
        libbpf_sys::bpf_prog_load(
            kind,
            name.as_ptr(),
            c"GPL".as_ptr(),
            program.as_ptr(),
            program.len() as libbpf_sys::size_t,
            &raw mut options,
        )
    })?;
    // SAFETY: the descriptor is new and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// Loads the XDP program that passes everything, packets in fragments included where the kernel knows such.
pub(crate) fn load_pass() -> io::Result<OwnedFd> {
    let program = [
        instruction(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS),
        instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
    ];
    let name = c"p4xdp_pass";
    load_with(name, &program, libbpf_sys::BPF_F_XDP_HAS_FRAGS).or_else(|_| load(name, &program))
}

/// Loads the program that adds to a cell of a map with a key of 4 bytes: the packet is the key, 4 bytes of nothing, and one 64-bit
/// number for each place in the cell's value, an offset, where there is one.
pub(crate) fn load_adder(map: BorrowedFd<'_>, places: [Option<u32>; 2]) -> io::Result<OwnedFd> {
    // Jumps to the end are patched below, once it is known where that is.
    const TO_THE_END: i16 = -1;
    let mut program = vec![
        // r6 = data; the packet has all of its bytes, or nothing is done.
        instruction(BPF_LDX | BPF_MEM | BPF_W, 6, 1, 0, 0),
        instruction(BPF_LDX | BPF_MEM | BPF_W, 7, 1, 4, 0),
        instruction(BPF_ALU64 | BPF_MOV | BPF_X, 8, 6, 0, 0),
        instruction(BPF_ALU64 | BPF_ADD | BPF_K, 8, 0, 0, ADDER_PACKET as i32),
        instruction(BPF_JMP | BPF_JGT | BPF_X, 8, 7, TO_THE_END, 0),
        // r0 = bpf_map_lookup_elem(map, &key)
        instruction(BPF_LDX | BPF_MEM | BPF_W, 1, 6, 0, 0),
        instruction(BPF_STX | BPF_MEM | BPF_W, 10, 1, -4, 0),
        instruction(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
        instruction(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
        instruction(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD as u8, 0, map.as_raw_fd()),
        instruction(0, 0, 0, 0, 0),
        instruction(BPF_JMP | BPF_CALL, 0, 0, 0, 1),
        instruction(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, TO_THE_END, 0),
    ];
    for (number, place) in places.into_iter().enumerate() {
        let Some(place) = place else { continue };
        let place = i16::try_from(place).map_err(io::Error::other)?;
        // lock *(u64 *)(r0 + place) += r1
        program.push(instruction(BPF_LDX | BPF_MEM | BPF_DW, 1, 6, if number == 0 { 8 } else { 16 }, 0));
        program.push(instruction(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, place, BPF_ADD as i32));
    }
    program.push(instruction(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS));
    program.push(instruction(BPF_JMP | BPF_JA, 0, 0, 1, 0));
    let end = program.len();
    program.push(instruction(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_DROP));
    program.push(instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
    for (at, instruction) in program.iter_mut().enumerate() {
        if instruction.off == TO_THE_END {
            instruction.off = i16::try_from(end - at - 1).map_err(io::Error::other)?;
        }
    }
    load(c"p4xdp_add", &program)
}

const ADDER_PACKET: usize = 24;

/// Runs the program of [`load_adder`]; whether there is such a cell.
pub(crate) fn run_adder(program: BorrowedFd<'_>, key: [u8; 4], numbers: [u64; 2]) -> io::Result<bool> {
    let [first, second] = numbers.map(u64::to_ne_bytes);
    let packet = [&key[..], &[0; 4], &first, &second].concat();
    let run = TestRun { packet: &packet, repeat: 1, ..TestRun::default() };
    Ok(test_run(program, &run)?.verdict == XDP_PASS.unsigned_abs())
}

/// Bytes of a packet for the program of [`load_clock`].
const CLOCK_PACKET: usize = 16;

/// Loads the program that writes the kernel's tick into the packet, 64 bits.
pub(crate) fn load_clock() -> io::Result<OwnedFd> {
    /// `bpf_jiffies64`, of `enum bpf_func_id`
    const JIFFIES: i32 = 118;
    load(
        c"p4xdp_clock",
        &[
            instruction(BPF_LDX | BPF_MEM | BPF_W, 6, 1, 0, 0),
            instruction(BPF_LDX | BPF_MEM | BPF_W, 7, 1, 4, 0),
            instruction(BPF_ALU64 | BPF_MOV | BPF_X, 8, 6, 0, 0),
            instruction(BPF_ALU64 | BPF_ADD | BPF_K, 8, 0, 0, CLOCK_PACKET as i32),
            instruction(BPF_JMP | BPF_JGT | BPF_X, 8, 7, 2, 0),
            instruction(BPF_JMP | BPF_CALL, 0, 0, 0, JIFFIES),
            instruction(BPF_STX | BPF_MEM | BPF_DW, 6, 0, 0, 0),
            instruction(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, XDP_PASS),
            instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
        ],
    )
}

/// Runs the program of [`load_clock`]; what tick it is.
pub(crate) fn run_clock(program: BorrowedFd<'_>) -> io::Result<u64> {
    let packet = [0; CLOCK_PACKET];
    let run = TestRun { packet: &packet, repeat: 1, room: CLOCK_PACKET, ..TestRun::default() };
    let written = test_run(program, &run)?.packet;
    let tick = written.first_chunk().map(|bytes| u64::from_ne_bytes(*bytes));
    tick.ok_or_else(|| io::Error::other("the packet came back without its bytes"))
}
