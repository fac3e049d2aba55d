//! The limits of XDP and of the verifier, and the budgets that we keep within them.

/// Bytes of stack that a program has, over all functions that call one another.
pub const STACK: u32 = 512;

/// Bytes of the stack that headers in memory may take; the rest is for keys, spilled registers and helpers' arguments.
pub const STACK_FOR_HEADERS: u32 = 256;

/// Bytes of the stack that locals may take.
pub const STACK_FOR_LOCALS: u32 = 192;

/// Headers that a parser carries from state to state in local variables, at a time: a pointer and a flag each, by which the verifier tells 64 ways apart.
pub const MOST_CARRIED: usize = 6;

/// Bytes that a parser skips at once at most, if their number is known at run time only: the verifier follows a
/// packet pointer over 65,535 bytes in all.
pub const MOST_SKIPPED: u32 = 0x1fff;

/// The largest offset of a header from the start of the packet where offsets are stored: a mask of ones.
pub const LARGEST_OFFSET: u32 = 0x3fff;

/// Bytes that are asked for at once at most.
pub const MOST_CHECKED: u32 = 0x3fff;

/// Bytes of a varbit at most that is worked with: copies and comparisons go over all of them.
pub const MOST_VARBIT: u32 = 1023;

/// Leaves of the decision that a deparser makes between edits of the packet; more are done by the general way.
pub const MOST_EDITS: usize = 24;

/// Statements of a program at most: the verifier follows a million instructions, over all ways, and a statement comes to several.
pub const MOST_STATEMENTS: usize = 100_000;

/// Parser states one behind the other at most: the verifier follows no way of more than 8,192 jumps, and a state comes to two.
pub const MOST_STATES: usize = 4096;

/// Elements of a header stack that an index known at run time only chooses from: the choice is a chain of comparisons.
pub const MOST_CHOSEN: usize = 256;

/// Operations, of all rounds, up to which a loop is one in C where the kernel has `bpf_loop`: that is the faster way. An operation comes to
/// some three instructions that the verifier processes; 256 rounds of a handful are among these.
pub const PLAIN_LOOP_WORK: u64 = 4096;

/// The same where another loop needs `bpf_loop` anyway, and of loops with others in them, of which the verifier processes more.
pub const SMALL_LOOP_WORK: u64 = PLAIN_LOOP_WORK / 4;

/// The same of all loops of a program together.
pub const PLAIN_LOOPS_WORK: u64 = 6144;

/// The same where the kernel has no `bpf_loop`: a good part of what the verifier does at all.
pub const MOST_LOOP_WORK: u64 = 131_072;

/// Branches of all rounds of a loop in C: the verifier keeps 8,192 of which it has yet to walk the other way.
pub const MOST_LOOP_BRANCHES: u64 = 4096;

/// Operations that a call by `bpf_loop` makes at least, if the loop has so many: it takes the time of ten small rounds.
pub const WORK_A_CALL: u64 = 96;

/// Rounds that a call by `bpf_loop` makes at most.
pub const MOST_ROUNDS_A_CALL: u64 = 16;

/// Calls that `bpf_loop` makes at most (`BPF_MAX_LOOPS` in the kernel's `bpf_verifier.h`).
pub const MOST_CALLS: u64 = 1 << 23;

/// Loops around a loop that `bpf_loop` runs at most: the verifier follows eight functions that call one another.
pub const MOST_NESTED_CALLS: usize = 5;

/// Maps that a program may use (`MAX_USED_MAPS` in the kernel's `bpf_verifier.h`).
pub const MOST_MAPS: usize = 64;

/// Maps that a program may have beside those of its tables and externs: three sections of read-only data, four of other data, the shared structure, the counts
/// of verdicts, the devices of ports, packets for user space with room to put one together, and the other parts.
pub const OTHER_MAPS: usize = 13;

/// The smallest parts that are tried for a program with too many maps for larger ones, in instructions.
pub const LEAST_PART: usize = 200;

/// Characters of a program's name that the kernel keeps.
pub const PROGRAM_NAME: usize = 15;

/// Instructions, about, beyond which a program is split: a jump goes over 32,767, and the verifier keeps note of 8,192 branches on a way.
pub const MOST_WHOLE: usize = 36_000;

/// Instructions beyond which it is split, as clang has made them.
pub const MOST_INSTRUCTIONS: u32 = 30_000;

/// Instructions beyond which it is split, as the verifier is expected to process them. It takes ten times as many, but the expectation may be
/// too low, and older kernels process more.
pub const MOST_EXPECTED: u64 = 100_000;

/// Instructions of a program that is a part of a split one, about.
pub const PART_SIZE: usize = 12_000;

/// The same where smaller ones would be too many; half as much again has room where something cannot be cut.
pub const MOST_PART: usize = 20_000;

/// Programs one behind the other at most: the kernel lets the programs of a packet call one another 33 times.
pub const MOST_PARTS: usize = 30;

/// How often a packet goes round at most, unless the user says it.
pub const USUAL_ROUNDS: u32 = 4;

/// What the user may say: the kernel allows 33 calls, those between the parts of a program included, and older ones 32.
pub const ROUNDS: std::ops::RangeInclusive<u32> = 1..=32;
