//! Packets of a program that the kernel loses: in, the trace points `xdp_redirect_err` and `xdp_exception`; out, why each such packet
//! came out nowhere. Without this a packet for a port that has no device would be gone without a word.

use crate::error::{Error, KernelError};
use crate::program::Program;
use crate::sys::tracepoint;
use libbpf_rs::Btf;
use libbpf_rs::btf::types::{MemberAttr, Struct};
use libbpf_sys::bpf_insn;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// Why a packet came out nowhere, though the program did not drop it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loss {
    /// `XDP_ABORTED`: the program failed or says that it did.
    Aborted,
    /// It was redirected to a port that has no device.
    NoDevice {
        /// The port.
        port: u32,
    },
    /// It was redirected to a port whose device does not take it.
    Refused {
        /// The port.
        port: u32,
        /// The kernel's error number.
        error: i32,
    },
    /// The kernel could not carry out this verdict.
    Failed {
        /// `XDP_TX` and so on, as the kernel numbers them.
        verdict: u32,
    },
    /// Nothing can be seen of what is lost; told once.
    Unwatched {
        /// Why.
        why: String,
    },
}

/// Events that fit between two looks; of more than these the oldest are forgotten.
const ROOM: usize = 64;
/// Marks of an event in its upper byte.
const REDIRECT: u64 = 1;
const EXCEPTION: u64 = 2;

/// Sees what the kernel loses of one program.
#[derive(Debug)]
pub enum Losses {
    /// By trace points.
    Watched(Watch),
    /// Not at all, as the kernel does not let us; why, until it has been told.
    Unwatched(Option<String>),
}

impl Losses {
    /// Begins to look.
    #[must_use]
    pub fn watch(program: &Program) -> Losses {
        match Watch::new(program) {
            Ok(watch) => Losses::Watched(watch),
            Err(error) => Losses::Unwatched(Some(error.to_string())),
        }
    }

    /// Packets that were lost since the last call; `port_of` makes a port of an interface index.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn take(&mut self, port_of: impl Fn(u32) -> u32) -> Result<Vec<Loss>, Error> {
        match self {
            Losses::Watched(watch) => watch.take(&port_of),
            Losses::Unwatched(why) => Ok(why.take().map(|why| Loss::Unwatched { why }).into_iter().collect()),
        }
    }
}

/// Programs at the trace points, and where they write.
#[derive(Debug)]
pub struct Watch {
    cell: OwnedFd,
    /// Trace points are watched as long as these are open.
    _watches: Vec<OwnedFd>,
    seen: u64,
}

impl Watch {
    fn new(program: &Program) -> Result<Watch, Error> {
        let fail = |error| Error::from(KernelError::new("watch for packets that the kernel loses", error));
        let aux = offset("bpf_prog", "aux").map_err(fail)?;
        let id = offset("bpf_prog_aux", "id").map_err(fail)?;
        let cell = tracepoint::make_cell((ROOM as u32 + 1) * 8).map_err(fail)?;
        let mut watches = Vec::new();
        for (point, event) in [(c"xdp_redirect_err", redirect_event()), (c"xdp_exception", exception_event())]
        {
            let code = watcher(aux, id, program.id(), &event, cell.as_raw_fd());
            watches.extend(tracepoint::watch(point, &code).map_err(fail)?);
        }
        Ok(Watch { cell, _watches: watches, seen: 0 })
    }

    fn take(&mut self, port_of: &impl Fn(u32) -> u32) -> Result<Vec<Loss>, Error> {
        let mut value = [0u64; ROOM + 1];
        tracepoint::read_cell(self.cell.as_fd(), &mut value)
            .map_err(|error| KernelError::new("read what the kernel lost", error))?;
        let [count, events @ ..] = value;
        let first = self.seen.max(count.saturating_sub(ROOM as u64));
        self.seen = count;
        let numbers = first..count;
        let events = numbers.filter_map(|at| events.get((at % ROOM as u64) as usize));
        Ok(events.map(|event| loss(*event, port_of)).collect())
    }
}

fn loss(event: u64, port_of: &impl Fn(u32) -> u32) -> Loss {
    let low = event as u32;
    if event >> 56 == EXCEPTION {
        return if low == 0 { Loss::Aborted } else { Loss::Failed { verdict: low } };
    }
    let (port, error) = (port_of(low), i32::from((event >> 32) as u16));
    if error == libc::EINVAL { Loss::NoDevice { port } } else { Loss::Refused { port, error } }
}

/// Where a member of one of the kernel's structs lies, in bytes.
fn offset(of: &str, member: &str) -> io::Result<i32> {
    let unknown = || io::Error::other(format!("the kernel does not describe `{of}.{member}`"));
    let btf = Btf::from_vmlinux().map_err(|error| crate::error::io_error(&error))?;
    let ty = btf.type_by_name::<Struct<'_>>(of).ok_or_else(unknown)?;
    let found = ty.iter().find(|m| m.name.is_some_and(|name| name == member)).ok_or_else(unknown)?;
    match found.attr {
        MemberAttr::Normal { offset } => i32::try_from(offset / 8).map_err(io::Error::other),
        MemberAttr::BitField { .. } => Err(unknown()),
    }
}

fn op(code: u32, dst: u8, src: u8, off: i16, imm: i32) -> bpf_insn {
    let mut instruction = bpf_insn { code: code as u8, off, imm, ..Default::default() };
    instruction.set_dst_reg(dst);
    instruction.set_src_reg(src);
    instruction
}

/// `dst = *(u64 *)(src + off)`
fn load(dst: u8, src: u8, off: i16) -> bpf_insn {
    op(libbpf_sys::BPF_LDX | libbpf_sys::BPF_MEM | libbpf_sys::BPF_DW, dst, src, off, 0)
}

/// `*(u64 *)(dst + off) = src`
fn store(dst: u8, src: u8, off: i16) -> bpf_insn {
    op(libbpf_sys::BPF_STX | libbpf_sys::BPF_MEM | libbpf_sys::BPF_DW, dst, src, off, 0)
}

/// `dst = dst KIND constant`
fn with(kind: u32, dst: u8, constant: i32) -> bpf_insn {
    op(libbpf_sys::BPF_ALU64 | kind | libbpf_sys::BPF_K, dst, 0, 0, constant)
}

/// `dst = dst KIND src`
fn of(kind: u32, dst: u8, src: u8) -> bpf_insn {
    op(libbpf_sys::BPF_ALU64 | kind | libbpf_sys::BPF_X, dst, src, 0, 0)
}

/// Puts a mark into the upper byte of register 7.
fn mark(mark: u64) -> [bpf_insn; 3] {
    use libbpf_sys::{BPF_LSH, BPF_MOV, BPF_OR};
    [with(BPF_MOV, 1, mark as i32), with(BPF_LSH, 1, 56), of(BPF_OR, 7, 1)]
}

/// `(dev, prog, target, err, map type, map, index)`: index below, then the error number, as register 7.
fn redirect_event() -> Vec<bpf_insn> {
    use libbpf_sys::{BPF_AND, BPF_LSH, BPF_NEG, BPF_OR, BPF_RSH};
    let mut code = vec![load(7, 6, 48), with(BPF_LSH, 7, 32), with(BPF_RSH, 7, 32)];
    code.extend([load(1, 6, 24), with(BPF_NEG, 1, 0), with(BPF_AND, 1, 0xffff), with(BPF_LSH, 1, 32)]);
    code.push(of(BPF_OR, 7, 1));
    code.extend(mark(REDIRECT));
    code
}

/// `(dev, prog, verdict)`: the verdict, as register 7.
fn exception_event() -> Vec<bpf_insn> {
    use libbpf_sys::{BPF_LSH, BPF_RSH};
    let mut code = vec![load(7, 6, 16), with(BPF_LSH, 7, 32), with(BPF_RSH, 7, 32)];
    code.extend(mark(EXCEPTION));
    code
}

/// Appends an event to the cell if the trace point is about this program: `prog->aux->id == id`.
fn watcher(aux: i32, id_at: i32, id: u32, event: &[bpf_insn], cell: i32) -> Vec<bpf_insn> {
    use libbpf_sys::{BPF_ADD, BPF_AND, BPF_LSH, BPF_MOV};
    let call = |function: u32| op(libbpf_sys::BPF_JMP | libbpf_sys::BPF_CALL, 0, 0, 0, function as i32);
    let probe_read = |to: i32, length: i32| {
        [
            of(BPF_MOV, 1, 10),
            with(BPF_ADD, 1, to),
            with(BPF_MOV, 2, length),
            call(libbpf_sys::BPF_FUNC_probe_read_kernel),
        ]
    };
    let mut body = vec![of(BPF_MOV, 6, 1), load(3, 6, 8), with(BPF_ADD, 3, aux)];
    body.extend(probe_read(-8, 8));
    body.extend([load(3, 10, -8), with(BPF_ADD, 3, id_at), with(BPF_MOV, 1, 0), store(10, 1, -16)]);
    body.extend(probe_read(-16, 4));
    body.push(op(libbpf_sys::BPF_LDX | libbpf_sys::BPF_MEM | libbpf_sys::BPF_W, 0, 10, -16, 0));
    let mut append = event.to_vec();
    append.extend([with(BPF_MOV, 1, 0), store(10, 1, -24)]);
    let wide = libbpf_sys::BPF_LD | libbpf_sys::BPF_IMM | libbpf_sys::BPF_DW;
    append.extend([op(wide, 1, libbpf_sys::BPF_PSEUDO_MAP_FD as u8, 0, cell), op(0, 0, 0, 0, 0)]);
    append.extend([of(BPF_MOV, 2, 10), with(BPF_ADD, 2, -24), call(libbpf_sys::BPF_FUNC_map_lookup_elem)]);
    let mut fill = vec![load(1, 0, 0), of(BPF_MOV, 2, 1), with(BPF_AND, 2, ROOM as i32 - 1)];
    fill.extend([
        with(BPF_LSH, 2, 3),
        of(BPF_ADD, 2, 0),
        store(2, 7, 8),
        with(BPF_ADD, 1, 1),
        store(0, 1, 0),
    ]);
    let skip = |over: usize| i16::try_from(over).unwrap_or(i16::MAX);
    let jump = |kind: u32, over: usize, value: u32| {
        op(libbpf_sys::BPF_JMP | kind | libbpf_sys::BPF_K, 0, 0, skip(over), value.cast_signed())
    };
    body.push(jump(libbpf_sys::BPF_JNE, append.len() + 1 + fill.len(), id));
    body.extend(append);
    body.push(jump(libbpf_sys::BPF_JEQ, fill.len(), 0));
    body.extend(fill);
    body.extend([with(BPF_MOV, 0, 0), op(libbpf_sys::BPF_JMP | libbpf_sys::BPF_EXIT, 0, 0, 0, 0)]);
    body
}
