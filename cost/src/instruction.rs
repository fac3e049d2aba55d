//! Instructions of BPF as data: eight bytes in, fields out. The names are those of the kernel's `Documentation/bpf/standardization/instruction-set.rst`.

/// An instruction, with what a relocation says that it refers to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Instruction {
    /// The opcode.
    pub code: u8,
    /// The register that is changed or compared.
    pub dst: usize,
    /// The other register, or what kind of reference it is.
    pub src: u8,
    /// The offset of a memory access or jump.
    pub off: i16,
    /// The constant, all 64 bits of it where the instruction is wide.
    pub imm: i64,
    /// What it refers to.
    pub target: Target,
}

/// What an instruction refers to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Target {
    /// Nothing.
    #[default]
    Nothing,
    /// A map, by its number.
    Map(u32),
    /// A place in a section of data, by the section's number.
    Data(u32, u64),
    /// A function, by the position of its first instruction.
    Function(usize),
    /// A function of the kernel's.
    Kernel,
    /// A function of the kernel's that gives the next item of an iterator.
    Iteration,
    /// The second half of a wide instruction.
    Second,
}

/// The class of an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// A constant of 64 bits.
    Wide,
    /// A load from memory.
    Load,
    /// A store of a constant.
    StoreConstant,
    /// A store of a register.
    Store,
    /// Arithmetic of 64 or 32 bits.
    Alu(bool),
    /// A jump without condition, by that many instructions.
    Goto(i32),
    /// A jump under a condition of 64 or 32 bits.
    Branch(bool),
    /// A call of a helper by its number, or of the kernel's functions.
    Helper(i32),
    /// A call of a function of the object.
    Call,
    /// The end of a function.
    Exit,
    /// The second half of a wide instruction.
    Second,
}

impl Instruction {
    /// Reads eight bytes.
    pub fn read(bytes: [u8; 8]) -> Instruction {
        let [code, registers, low, high, a, b, c, d] = bytes;
        Instruction {
            code,
            dst: usize::from(registers & 15),
            src: registers >> 4,
            off: i16::from_le_bytes([low, high]),
            imm: i64::from(i32::from_le_bytes([a, b, c, d])),
            target: Target::Nothing,
        }
    }

    /// What kind it is.
    pub fn class(&self) -> Class {
        if self.target == Target::Second {
            return Class::Second;
        }
        let narrow = i32::try_from(self.imm).unwrap_or(0);
        match (self.code & 7, self.code) {
            (_, 0x18) => Class::Wide,
            (0 | 1, _) => Class::Load,
            (2, _) => Class::StoreConstant,
            (3, _) => Class::Store,
            (4, _) => Class::Alu(false),
            (7, _) => Class::Alu(true),
            (5, 0x05) => Class::Goto(self.off.into()),
            (6, 0x06) => Class::Goto(narrow),
            (5, 0x95) => Class::Exit,
            (5, 0x85) if self.src == 1 => Class::Call,
            (5, 0x85) if self.src == 0 => Class::Helper(narrow),
            (5, 0x85) => Class::Helper(-1),
            (5, _) => Class::Branch(true),
            (_, _) => Class::Branch(false),
        }
    }

    /// The operation of arithmetic, or the comparison of a branch.
    pub fn operation(&self) -> u8 {
        self.code & 0xf0
    }

    /// The other operand is a register.
    pub fn by_register(&self) -> bool {
        self.code & 8 != 0
    }

    /// Bytes of a memory access.
    pub fn bytes(&self) -> u32 {
        match self.code & 0x18 {
            0x00 => 4,
            0x08 => 2,
            0x10 => 1,
            _ => 8,
        }
    }

    /// It changes memory and gives the old value back, or not.
    pub fn is_atomic(&self) -> bool {
        self.class() == Class::Store && self.code & 0xe0 == 0xc0
    }

    /// By how many instructions it jumps.
    pub fn jump(&self) -> Option<i32> {
        match self.class() {
            Class::Goto(by) => Some(by),
            Class::Branch(_) => Some(self.off.into()),
            Class::Wide
            | Class::Load
            | Class::StoreConstant
            | Class::Store
            | Class::Alu(_)
            | Class::Helper(_)
            | Class::Call
            | Class::Exit
            | Class::Second => None,
        }
    }

    /// Registers that it reads, a bit each.
    pub fn reads(&self) -> u16 {
        let dst = 1u16 << self.dst;
        let src = 1u16.checked_shl(self.src.into()).unwrap_or(0);
        match self.class() {
            Class::Wide | Class::Goto(_) | Class::Second => 0,
            Class::Load => src,
            Class::StoreConstant => dst,
            Class::Store => dst | src | if self.imm == 0xf1 { 1 } else { 0 },
            Class::Alu(_) => {
                let other = if self.by_register() && self.operation() != 0xd0 { src } else { 0 };
                other | if self.operation() == 0xb0 { 0 } else { dst }
            }
            Class::Branch(_) => dst | if self.by_register() { src } else { 0 },
            Class::Helper(number) => (2 << arguments(number)) - 2,
            Class::Call => 0x3e,
            Class::Exit => 1,
        }
    }

    /// Registers that have another value behind it.
    pub fn writes(&self) -> u16 {
        match self.class() {
            Class::Wide | Class::Load | Class::Alu(_) => 1 << self.dst,
            Class::Helper(_) | Class::Call => 0x3f,
            Class::Store if self.is_atomic() && self.imm == 0xf1 => 1,
            Class::Store if self.is_atomic() && self.imm & 1 == 1 => {
                1u16.checked_shl(self.src.into()).unwrap_or(0)
            }
            Class::Store
            | Class::StoreConstant
            | Class::Goto(_)
            | Class::Branch(_)
            | Class::Exit
            | Class::Second => 0,
        }
    }
}

/// How many arguments a helper of the kernel's takes, by its number in `bpf.h`; all five registers for those that programs of ours do not call.
fn arguments(helper: i32) -> u32 {
    match helper {
        // bpf_ktime_get_ns, get_prandom_u32, get_smp_processor_id, jiffies64, ktime_get_boot_ns, ktime_get_coarse_ns, ktime_get_tai_ns
        5 | 7 | 8 | 118 | 125 | 160 | 208 => 0,
        // spin_lock, spin_unlock, xdp_get_buff_len
        93 | 94 | 188 => 1,
        // map_lookup_elem, map_delete_elem, redirect, xdp_adjust_head, _meta, _tail, ringbuf_submit, _discard, _query
        1 | 3 | 23 | 44 | 54 | 65 | 132..=134 => 2,
        // tail_call, redirect_map, ringbuf_reserve, map_lookup_percpu_elem
        12 | 51 | 131 | 195 => 3,
        // map_update_elem, fib_lookup, ringbuf_output, for_each_map_elem, loop, xdp_load_bytes, xdp_store_bytes
        2 | 69 | 130 | 164 | 181 | 189 | 190 => 4,
        _ => 5,
    }
}
