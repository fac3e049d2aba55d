//! Random well-typed programs for `xdp_model`, `v1model` and `psa`, with entries for their tables and packets. After the manner of Gauntlet:
//! whatever the grammar allows at a place may stand there, and everything that a program computes ends in the packet, where it can be
//! seen. Which constructs there are, and how often, the run counts and prints: each is tagged where it is made.
//!
//! The programs use what the specification leaves open only where the IR defines it (fields of invalid headers read as zero).

mod aggregates;
mod constants;
mod control;
mod deparser;
mod direct;
mod expr;
mod flow;
pub mod formula;
mod packet;
mod parser;
mod profile;
mod psa;
mod scope;
mod statement;
mod table;
mod types;
mod v1model;

use crate::random::Random;
use crate::tree::{Kind, Tree, Ty};
use packet::StatePlan;
use scope::{Callable, HeaderType, HeaderVar, StackVar, StructType, TableVar, UnionStackVar, UnionVar};
pub use types::enums;

/// A program, entries and packets.
#[derive(Clone, Debug)]
pub struct Case {
    /// The program.
    pub program: Tree,
    /// Lines of a packet test that fill tables and set up ports.
    pub entries: Vec<String>,
    /// Packets.
    pub packets: Vec<Vec<u8>>,
    /// What happens to the packets is counted.
    pub watched: bool,
    /// The ports by which packets leave; they come by port 0.
    pub ports: &'static [u32],
}

/// By these go packets and their copies.
const PORTS: [u32; 7] = [0, 1, 2, 3, 4, 5, 6];

/// One of so many cases is watched.
const WATCHED: u64 = 8;

/// How large programs are, and of which kind.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Statements of a block, at most.
    pub statements: usize,
    /// Height of expressions.
    pub depth: usize,
    /// States of the parser.
    pub states: usize,
    /// Actions and tables, at most of each.
    pub actions: usize,
    /// Packets.
    pub packets: usize,
    /// Only what the back end compiles, for this architecture.
    pub compiles: Option<Arch>,
    /// Packets of what the back end compiles are copied, too.
    pub copies: bool,
    /// So many times as many statements follow one another in the switch, and a third as many times as much of what is declared.
    pub scale: usize,
}

impl Size {
    /// How many times as much is declared.
    fn part(&self) -> usize {
        self.scale.div_ceil(3)
    }
}

/// The architecture of a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arch {
    Xdp,
    V1Model,
    Psa,
}

/// Makes the case of a seed.
pub fn case(seed: u64, size: Size) -> Case {
    let mut random = Random::new(seed);
    let choice = random.below(100);
    let arch = match (size.compiles, choice) {
        (Some(arch), _) => arch,
        (None, choice) => match choice {
            0..35 => Arch::V1Model,
            35..60 => Arch::Psa,
            _ => Arch::Xdp,
        },
    };
    let mut generator = Generator { arch, ..Generator::new(random, size) };
    let program = generator.program();
    let entries = std::mem::take(&mut generator.entries);
    // A packet between ingress and egress that is too short for the kernel is aborted; one that goes round may become shorter twice.
    let becomes_shorter = arch == Arch::Psa || size.copies || program.print().contains("recirculate");
    let behind = if size.compiles.is_some() && becomes_shorter { 200 } else { 0 };
    let packets = (0..size.packets).map(|_| {
        let mut packet = generator.packet();
        packet.extend((0..behind).map(|byte: u8| byte));
        packet
    });
    let packets = packets.collect();
    let ports = if size.copies { &PORTS[..] } else { &PORTS[..1] };
    Case { program, entries, packets, watched: seed.is_multiple_of(WATCHED), ports }
}
/// What is known while a program is made.
pub struct Generator {
    random: Random,
    size: Size,
    arch: Arch,
    header_types: Vec<HeaderType>,
    /// Members of the headers struct, by their names in it.
    headers: Vec<HeaderVar>,
    stacks: Vec<StackVar>,
    unions: Vec<UnionVar>,
    union_stacks: Vec<UnionStackVar>,
    struct_types: Vec<StructType>,
    names: usize,
    entries: Vec<String>,
    callables: Vec<Callable>,
    /// Controls that are instantiated where statements are made: name of the instance, and the control.
    instances: Vec<(String, Callable)>,
    tables: Vec<TableVar>,
    /// What the parser does in each state, for packets that lead deep.
    plan: Vec<StatePlan>,
    /// Full name of the control that is being made.
    control: String,
    /// Types of the user's metadata, and of what goes with a packet from block to block.
    metadata: usize,
    carried: usize,
    /// All widths are as likely, not only those that machines have.
    wide: bool,
    /// Some headers end within a byte.
    odd: bool,
    /// Constants of the whole program.
    constants: Vec<(String, Ty)>,
    /// Where packets are copied in the kernel: which pipelines clone them. A packet has clones of two sessions at most on its way.
    ingress_clones: bool,
    egress_clones: bool,
}

impl Generator {
    fn new(random: Random, size: Size) -> Generator {
        Generator {
            random,
            size,
            arch: Arch::Xdp,
            header_types: Vec::new(),
            headers: Vec::new(),
            stacks: Vec::new(),
            unions: Vec::new(),
            union_stacks: Vec::new(),
            struct_types: Vec::new(),
            names: 0,
            entries: Vec::new(),
            callables: Vec::new(),
            instances: Vec::new(),
            tables: Vec::new(),
            plan: Vec::new(),
            control: String::new(),
            metadata: 0,
            carried: 0,
            constants: Vec::new(),
            wide: false,
            odd: false,
            ingress_clones: false,
            egress_clones: false,
        }
    }

    /// Whether such a statement may stand in a program of this size.
    fn may(&self, path: Path) -> bool {
        let Size { compiles, copies, .. } = self.size;
        match path {
            _ if compiles.is_none() => true,
            Path::Multicast => copies,
            Path::CloneI2e => self.ingress_clones,
            Path::CloneE2e => self.egress_clones,
            Path::Recirculate => match self.arch {
                // Egress clones in each round.
                Arch::Psa => !(self.ingress_clones && self.egress_clones),
                // A packet that goes round takes no clone of egress along.
                Arch::V1Model | Arch::Xdp => !self.egress_clones,
            },
        }
    }

    fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn program(&mut self) -> Tree {
        let include = match self.arch {
            Arch::Xdp => "#include <xdp_model.p4>\n\n",
            Arch::V1Model => "#include <v1model.p4>\n\n",
            Arch::Psa => "#include <psa.p4>\n\n",
        };
        let mut out = Tree::new(Kind::Fixed).text(include).trees(types::enums());
        self.odd = self.random.percent(10) && !self.size.copies;
        if self.size.copies {
            (self.ingress_clones, self.egress_clones) =
                self.random.of(&[(true, false), (false, true), (true, true)]);
        }
        let constants = self.constant_declarations();
        out = out.trees(constants);
        for _ in 0..self.random.between(1, 4 * self.size.part()) {
            let tree = self.header_type();
            out = out.tree(tree);
        }
        let members = self.header_members();
        let (union_types, unions) = self.union_members();
        out = out.trees(union_types);
        for _ in 0..self.random.between(1, 2) {
            let tree = self.struct_type();
            out = out.tree(tree);
        }
        let functions: Vec<Tree> = (0..self.random.below(3)).map(|_| self.function()).collect();
        let blocks = match self.arch {
            Arch::Xdp => self.xdp_blocks(),
            Arch::V1Model => self.v1model_blocks(),
            Arch::Psa => self.psa_blocks(),
        };
        out.tree(blocks.probe)
            .text("struct headers_t {\n    probe_t probe;\n")
            .trees(members)
            .trees(unions)
            .text("}\n\n")
            .trees(functions)
            .trees(blocks.blocks)
    }

    fn xdp_blocks(&mut self) -> Blocks {
        let scope = self.header_scope("hdr", true);
        let parser = self.parser("Prs", "", scope);
        let mut scope = self.header_scope("hdr", true);
        scope.exits = true;
        let subs = self.sub_controls(1);
        let signature = "inout headers_t hdr, in xdp_input imd, out xdp_output omd";
        let verdict = self.random.of(&["XDP_PASS", "XDP_TX"]);
        let first =
            format!("        omd.output_action = xdp_action.{verdict};\n        omd.output_port = 0;\n");
        scope.verdict = Some("omd");
        let (switch, probe) = self.switch("Swt", signature, &scope, &first, true);
        let deparser = self.deparser("Dep", "in headers_t hdr, packet_out packet", Default::default());
        let end = Tree::new(Kind::Fixed).text("xdp(Prs(), Swt(), Dep()) main;\n");
        let mut blocks = parser;
        blocks.extend(subs);
        blocks.extend([switch, deparser, end]);
        Blocks { probe, blocks }
    }

    /// A width, seldom above 64, and hardly ever above 128.
    fn width(&mut self) -> u32 {
        if self.wide {
            return self.any_width();
        }
        loop {
            let width = self.random.of(&expr::WIDTHS);
            if width <= 64 {
                return width;
            }
            if self.random.percent(30) {
                let often = if self.size.compiles.is_none() { 12 } else { 4 };
                let wide = self.random.percent(often);
                return if wide { self.random.of(&[129, 200, 256, 777, 1024, 2048]) } else { width };
            }
        }
    }

    /// The type of a variable.
    fn some_type(&mut self) -> Ty {
        match self.random.below(24) {
            0..=2 => Ty::Bool,
            3..=6 => Ty::Int(self.width().max(2)),
            7 => Ty::Choice,
            8 => Ty::Code,
            9 if self.random.percent(50) => Ty::Error,
            _ => Ty::Bit(self.width()),
        }
    }

    /// The type of a header's field.
    fn field_type(&mut self) -> Ty {
        match self.some_type() {
            Ty::Choice | Ty::Error => Ty::Code,
            other @ (Ty::Bit(_) | Ty::Int(_) | Ty::Bool | Ty::Code) => other,
        }
    }
}

/// Ways of packets that some programs do not have in the kernel.
#[derive(Clone, Copy, Debug)]
enum Path {
    Multicast,
    CloneI2e,
    CloneE2e,
    Recirculate,
}

/// The blocks of a program, and the type of the header that they fill with what they computed.
struct Blocks {
    probe: Tree,
    blocks: Vec<Tree>,
}
