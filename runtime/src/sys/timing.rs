//! Programs on the entry and the exit of another one, which measure how long it takes: in, a program; out, a histogram in a map, for as long as the
//! descriptors are held. The program itself stays as it is.

use super::check_libbpf;
use super::programs::{instruction, load_as};
use libbpf_sys::{
    BPF_ADD, BPF_ALU64, BPF_ATOMIC, BPF_CALL, BPF_DW, BPF_EXIT, BPF_IMM, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD,
    BPF_LDX, BPF_MEM, BPF_MOV, BPF_PSEUDO_MAP_FD, BPF_RSH, BPF_ST, BPF_STX, BPF_SUB, BPF_W, BPF_X, bpf_insn,
};
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Cells of the histogram: four to each power of two, and the sum of all in the last one.
pub(crate) const CELLS: u32 = 253;
/// The sum's.
pub(crate) const SUM: u32 = CELLS - 1;

/// `bpf_map_lookup_elem` and `bpf_ktime_get_ns`, of `enum bpf_func_id`.
const LOOK_UP: i32 = 1;
const NOW: i32 = 5;
/// Jumps to the end are patched once it is known where that is.
const TO_THE_END: i16 = -1;

/// The programs and the map; the links are what keeps the programs where they are.
#[derive(Debug)]
pub(crate) struct Timing {
    pub(crate) histogram: OwnedFd,
    _begun: OwnedFd,
    _programs: [OwnedFd; 2],
    _links: [OwnedFd; 2],
}

/// Measures a program, whose function has this name in the BTF with this number.
pub(crate) fn measure(target: BorrowedFd<'_>, btf: u32, function: &str) -> io::Result<Timing> {
    let function = function_id(btf, function)?;
    let (begun, histogram) = (make_cells(c"p4xdp_begun", 1)?, make_cells(c"p4xdp_times", CELLS)?);
    let (begin, end) = (on_entry(&begun), on_exit(&begun, &histogram));
    // The second one is there before the first, so that nothing begins that has no end.
    let exit = load(c"p4xdp_exit", libbpf_sys::BPF_TRACE_FEXIT, &end, target, function)?;
    let entry = load(c"p4xdp_entry", libbpf_sys::BPF_TRACE_FENTRY, &begin, target, function)?;
    let links = [attach(&exit)?, attach(&entry)?];
    Ok(Timing { histogram, _begun: begun, _programs: [exit, entry], _links: links })
}

/// The number of a function in BTF that is in the kernel.
fn function_id(btf: u32, function: &str) -> io::Result<u32> {
    let name = CString::new(function).map_err(io::Error::other)?;
    // SAFETY: a new value of libbpf's, or null; it is freed once the function was looked for. The name ends with a zero byte.
    let found = unsafe {
        let btf = libbpf_sys::btf__load_from_kernel_by_id(btf);
        if btf.is_null() {
            return Err(io::Error::last_os_error());
        }
        let found = libbpf_sys::btf__find_by_name_kind(btf, name.as_ptr(), libbpf_sys::BTF_KIND_FUNC);
        libbpf_sys::btf__free(btf);
        found
    };
    check_libbpf(found).map(i32::cast_unsigned)
}

/// A map with so many numbers of 64 bits for each CPU.
fn make_cells(name: &CStr, count: u32) -> io::Result<OwnedFd> {
    // SAFETY: the name ends with a zero byte; without options the kernel gets no other memory of ours.
    let fd = check_libbpf(unsafe {
        let kind = libbpf_sys::BPF_MAP_TYPE_PERCPU_ARRAY;
        libbpf_sys::bpf_map_create(kind, name.as_ptr(), 4, 8, count, std::ptr::null())
    })?;
    // SAFETY: the descriptor is new and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn load(
    name: &CStr,
    place: u32,
    program: &[bpf_insn],
    target: BorrowedFd<'_>,
    function: u32,
) -> io::Result<OwnedFd> {
    let options = libbpf_sys::bpf_prog_load_opts {
        expected_attach_type: place,
        attach_prog_fd: target.as_raw_fd().cast_unsigned(),
        attach_btf_id: function,
        ..Default::default()
    };
    load_as(libbpf_sys::BPF_PROG_TYPE_TRACING, name, program, options)
}

fn attach(program: &OwnedFd) -> io::Result<OwnedFd> {
    // SAFETY: without a name the kernel takes the place that the program was loaded for.
    let fd =
        check_libbpf(unsafe { libbpf_sys::bpf_raw_tracepoint_open(std::ptr::null(), program.as_raw_fd()) })?;
    // SAFETY: the descriptor is new and nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// r0 = the cell of a map whose index is on the stack; to the end if there is none.
fn look_up(map: &OwnedFd) -> [bpf_insn; 6] {
    [
        instruction(BPF_ALU64 | BPF_MOV | BPF_X, 2, 10, 0, 0),
        instruction(BPF_ALU64 | BPF_ADD | BPF_K, 2, 0, 0, -4),
        instruction(BPF_LD | BPF_IMM | BPF_DW, 1, BPF_PSEUDO_MAP_FD as u8, 0, map.as_raw_fd()),
        instruction(0, 0, 0, 0, 0),
        instruction(BPF_JMP | BPF_CALL, 0, 0, 0, LOOK_UP),
        instruction(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, TO_THE_END, 0),
    ]
}

/// The index on the stack.
fn put_index(index: u32) -> bpf_insn {
    instruction(BPF_ST | BPF_MEM | BPF_W, 10, 0, -4, index.cast_signed())
}

/// `begun = now`
fn on_entry(begun: &OwnedFd) -> Vec<bpf_insn> {
    let mut program = vec![put_index(0)];
    program.extend(look_up(begun));
    program.extend([
        instruction(BPF_ALU64 | BPF_MOV | BPF_X, 6, 0, 0, 0),
        instruction(BPF_JMP | BPF_CALL, 0, 0, 0, NOW),
        instruction(BPF_STX | BPF_MEM | BPF_DW, 6, 0, 0, 0),
    ]);
    ended(program)
}

/// `time = now - begun; histogram[place(time)] += 1; histogram[SUM] += time`
///
/// The first eight places have one time each. From there on, of a time with `e` bits behind its first, the first two of them
/// choose one of four places: `4 * (e - 1) + those two bits`.
fn on_exit(begun: &OwnedFd, histogram: &OwnedFd) -> Vec<bpf_insn> {
    let mut program = vec![
        instruction(BPF_JMP | BPF_CALL, 0, 0, 0, NOW),
        instruction(BPF_ALU64 | BPF_MOV | BPF_X, 7, 0, 0, 0),
        put_index(0),
    ];
    program.extend(look_up(begun));
    program.extend([
        // A run that began before anybody measured has no beginning.
        instruction(BPF_LDX | BPF_MEM | BPF_DW, 1, 0, 0, 0),
        instruction(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, TO_THE_END, 0),
        instruction(BPF_ST | BPF_MEM | BPF_DW, 0, 0, 0, 0),
        // r7 = time, r8 = what is left of it when it is shifted, r9 = place
        instruction(BPF_ALU64 | BPF_SUB | BPF_X, 7, 1, 0, 0),
        instruction(BPF_ALU64 | BPF_MOV | BPF_X, 8, 7, 0, 0),
        instruction(BPF_ALU64 | BPF_MOV | BPF_K, 9, 0, 0, 0),
    ]);
    // Until three bits are left; the place grows by four a bit.
    for bits in [32, 16, 8, 4, 2, 1, 1] {
        program.extend([
            instruction(BPF_ALU64 | BPF_MOV | BPF_X, 1, 8, 0, 0),
            instruction(BPF_ALU64 | BPF_RSH | BPF_K, 1, 0, 0, bits + 2),
            instruction(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, 2, 0),
            instruction(BPF_ALU64 | BPF_RSH | BPF_K, 8, 0, 0, bits),
            instruction(BPF_ALU64 | BPF_ADD | BPF_K, 9, 0, 0, bits << 2),
        ]);
    }
    program.extend([
        instruction(BPF_ALU64 | BPF_ADD | BPF_X, 9, 8, 0, 0),
        instruction(BPF_STX | BPF_MEM | BPF_W, 10, 9, -4, 0),
    ]);
    program.extend(look_up(histogram));
    program.extend([
        instruction(BPF_ALU64 | BPF_MOV | BPF_K, 1, 0, 0, 1),
        instruction(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 1, 0, BPF_ADD as i32),
        put_index(SUM),
    ]);
    program.extend(look_up(histogram));
    program.push(instruction(BPF_STX | BPF_ATOMIC | BPF_DW, 0, 7, 0, BPF_ADD as i32));
    ended(program)
}

/// The same with its end, which jumps find.
fn ended(mut program: Vec<bpf_insn>) -> Vec<bpf_insn> {
    let end = program.len();
    program.push(instruction(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0));
    program.push(instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
    for (at, instruction) in program.iter_mut().enumerate() {
        if instruction.off == TO_THE_END {
            instruction.off = i16::try_from(end - at - 1).unwrap_or_default();
        }
    }
    program
}
