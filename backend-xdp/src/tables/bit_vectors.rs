//! Bit vectors, for keys of which entries say what matters, where a table is not too large: two arrays that control planes map into their
//! memory. What stands where, and what makes changes one step, is [`p4xdp_control::storage::bit_vectors`]'s.
//!
//! ```text
//! union acl_bytes acl_search = { .key = { .src = .., .dst = .. } };
//! __u32 acl_number = acl_find(&acl_search);
//! struct acl_value *acl_entry = NULL;
//!
//! if (acl_number)
//!         acl_entry = bpf_map_lookup_elem(&acl, &acl_number);
//! ```
//!
//! The search is a global function, which the verifier checks once, whatever led to the table; so is what looks through the rules of a block that
//! match by their bits.

use super::control_plane::{CStorage, Functions, Member};
use super::masked::{self, EntryTags, control_plane::Masked};
use super::members::{Form, Members};
use super::strategy::{KeyObject, KeyValues, TableStorage, Wanted};
use crate::c::code::{Code, Known, Name, code};
use crate::c::map::{MapDefinition, MapType};
use crate::c::tree::Tree;
use crate::names::Names;
use crate::tables::{ValueLayout, short_name};
use p4xdp_control::storage::bit_vectors::{
    BLOCK, FINDERS, HEAD, KeyByte, ORDER, ORDER_SHIFT, ROWS, blocks, chunks, key_bytes, slots, summary,
};
use p4xdp_control::storage::{self, Place, Storage};

/// Most bytes of a finder: older kernels refuse larger values of arrays (`KMALLOC_MAX_SIZE`). With all else a table takes 11 MB at most.
const LARGEST_FINDER: u64 = 4 << 20;
/// Rows that are loaded at once.
const TOGETHER: usize = 2;
/// Most rules, which bounds the entries, and the blocks that the verifier follows.
const MOST_RULES: u32 = 16384;

/// See the module.
#[derive(Debug)]
pub struct BitVectorsTable {
    stem: Name,
    key: Members,
    /// Positions of the keys of kind `range`.
    ranges: Vec<usize>,
    size: u32,
    /// The bytes of the key that choose rows.
    chunks: Vec<u32>,
    /// The map with the finders.
    finders: Name,
    /// Names of structures and functions, and of variables.
    bytes: Name,
    ranked: EntryTags,
    finder: Name,
    read: Name,
    at: Name,
    within: Name,
    find: Name,
    search: Name,
    number: Name,
}

/// For tables with keys whose entries have masks, and for those with several `lpm` keys, if the arrays are not too large.
pub fn choose(wanted: &Wanted<'_>, names: &mut Names) -> Option<Box<dyn TableStorage>> {
    let Wanted { program, keys, stem, size, .. } = *wanted;
    if !masked::are_masked(keys) || size > MOST_RULES {
        return None;
    }
    let key = masked::place(program, keys, 0, |shape| shape);
    let places: Vec<(Place, u32)> =
        key.list.iter().map(|member| (member.place(), member.ty.width())).collect();
    let chunks = chunks(places.iter().map(|(place, width)| (place, *width)));
    let row = blocks(size) + summary(blocks(size));
    let rows = u64::from(ROWS) * chunks.len() as u64;
    let bytes = 8 * (u64::from(HEAD) + rows * u64::from(row) + u64::from(BLOCK * blocks(size)));
    if chunks.is_empty() || bytes > LARGEST_FINDER {
        return None;
    }
    let mut of = |suffix: &str| names.unique(&format!("{stem}_{suffix}"));
    Some(Box::new(BitVectorsTable {
        stem: stem.clone(),
        key,
        ranges: masked::ranges(keys),
        size,
        chunks,
        bytes: of("bytes"),
        ranked: EntryTags::new(&mut of),
        finder: of("finder"),
        read: of("read"),
        at: of("at"),
        within: of("within"),
        find: of("find"),
        search: of("search"),
        number: of("number"),
        finders: short_name(names, &format!("{stem}_finders")),
    }))
}

impl BitVectorsTable {
    fn blocks(&self) -> u32 {
        blocks(self.size)
    }

    fn summary(&self) -> u32 {
        summary(self.blocks())
    }

    fn layout(&self, value: &ValueLayout) -> storage::BitVectors {
        storage::BitVectors {
            map: self.stem.to_string(),
            finders: self.finders.to_string(),
            key_size: self.key.size(),
            chunks: self.chunks.clone(),
            blocks: self.blocks(),
            summary: self.summary(),
            slots: slots(self.size),
            value_size: value.size,
            action: value.action_place(),
            ranges: self.ranges.len() as u32,
        }
    }

    /// Words of a row with its summary.
    fn row(&self) -> u32 {
        self.summary() + self.blocks()
    }

    /// Sets a variable to the word `index`, from the first row's first, of the rows that the bytes of the key choose, all of them. Two at a time are enough to keep
    /// a processor busy; of all at once clang would put most on the stack. The barrier makes what is the same for all of them one register.
    fn emit_all(&self, variable: &'static str, index: &Code, out: &mut Tree) {
        let variable = Code::text(variable);
        out.line(code!("rows = (void *)(finder->rows[0] + {});\n@barrier_var(rows);", index));
        let rows = self
            .chunks
            .iter()
            .enumerate()
            .map(|(chunk, byte)| code!("rows[search->byte[{}]][{}]", byte, chunk as u32 * self.row()));
        for (at, rows) in rows.collect::<Vec<_>>().chunks(TOGETHER).enumerate() {
            let both = Code::join(rows, " &\n\t");
            match at {
                0 => out.line(code!("{} = {};", variable, both)),
                _ => out.line(code!("@barrier_var({});\n{} &= {};", variable, variable, both)),
            }
        }
    }

    /// Sets `bits` to those of the rules of `block` that stand in all rows.
    fn emit_bits(&self, block: &Code, out: &mut Tree) {
        let word = if self.summary() > 0 { code!("{} + {}", self.summary(), block) } else { block.clone() };
        self.emit_all("bits", &word, out);
    }

    /// Ends the function with the number of the entry of the first of `bits`, if it matches and packets of `version` have it. Most often it does.
    fn emit_first(&self, block: &Code, out: &mut Tree) {
        out.line(self.position(block));
        self.emit_entry(out);
    }

    /// The position of the first of `bits`.
    fn position(&self, block: &Code) -> Code {
        let order = Code::text(format!("0x{ORDER:x}ULL"));
        let first = code!("(bits & -bits) * {} >> {}", order, ORDER_SHIFT);
        match self.blocks() {
            1 => code!("position = {};", first),
            _ => code!("position = {} * {} + ({});", block, BLOCK, first),
        }
    }

    /// Looks through the rules of `block` whose bits stand in all rows; ends the function with the number of the first one's entry that matches and that
    /// packets of `version` have, or with 0. All but the first are asked for by a function, of which the verifier follows a call a bit.
    fn emit_block(&self, block: &Code, out: &mut Tree) {
        self.emit_bits(block, out);
        out.line(code!("if (!bits)\n\treturn 0;"));
        self.emit_first(block, out);
        out.begin(code!("for (__u32 left = {}; left; left--) {{", BLOCK - 1));
        out.line(code!("bits &= bits - 1;\nif (!bits)\n\tbreak;"));
        out.line(self.position(block));
        out.line(code!("number = {}(search, version, position);\nif (number)\n\treturn number;", self.at));
        out.end_with(code!("}}"));
        out.line(code!("return 0;"));
    }

    /// Ends the function with the number of the entry at `position`, if it matches and packets of `version` have it.
    fn emit_entry(&self, out: &mut Tree) {
        let positions = BLOCK * self.blocks();
        // The verifier loses bounds over the bitwise or that clang makes of a sum.
        out.line(code!("@barrier_var(position);\nif (position >= {})\n\treturn 0;", positions));
        let look = code!("entry = {}(&number);\nif (!entry)\n\treturn 0;", self.read);
        out.line(code!("numbers = finder->entry[position];\nnumber = numbers;\n{}", look));
        out.begin(code!("if (entry->since > version) {{"));
        out.line(code!("number = numbers >> 32;\n{}", look));
        out.end_with(code!("}}"));
        out.line(code!(
            "if (version - entry->since < entry->until - entry->since{})\n\treturn number;",
            masked::in_ranges(&self.key, &self.ranges, "search->key")
        ));
    }

    /// The function that asks for the rule at a position.
    fn emit_at(&self, out: &mut Tree) {
        let Self { finders, bytes, finder, at, .. } = self;
        let ranked = &self.ranked.tag;
        out.line(code!(
            "/* The number of the entry at a position, if it matches and this version has it; else 0. */"
        ));
        out.begin(code!(
            "__attribute__((noinline)) int {}(union {} *search, __u64 version, __u64 position)\n{{",
            at,
            bytes
        ));
        out.line(code!("__u32 number = version & 1;"));
        out.line(code!("struct {} *finder = @bpf_map_lookup_elem(&{}, &number);", finder, finders));
        out.line(code!("struct {} *entry;\n__u64 numbers;", ranked));
        out.blank();
        out.line(code!("if (!search || !finder)\n\treturn 0;"));
        self.emit_entry(out);
        out.line(code!("return 0;"));
        out.end_with(code!("}}"));
        out.blank();
    }

    /// The function that gives an entry by its number. The map may be called as a variable of the others is.
    fn emit_read(&self, out: &mut Tree) {
        let Self { stem, read, number, .. } = self;
        let ranked = &self.ranked.tag;
        out.begin(code!("static @__always_inline struct {} *{}(__u32 *{})\n{{", ranked, read, number));
        out.line(code!("return @bpf_map_lookup_elem(&{}, {});", stem, number));
        out.end_with(code!("}}"));
        out.blank();
    }

    /// What `emit_block` needs.
    fn emit_block_variables(&self, out: &mut Tree) {
        out.line(code!("struct {} *entry;", self.ranked.tag));
        out.line(code!(
            "__u64 bits, position, numbers;\n__u64 (*rows)[{}];",
            self.chunks.len() as u32 * self.row()
        ));
    }

    /// The function that looks through a block.
    fn emit_within(&self, out: &mut Tree) {
        let Self { finders, bytes, finder, within, .. } = self;
        out.line(code!("/* The number of the first of a block's entries that matches and that this version has; 0 if there is none. */"));
        out.begin(code!(
            "__attribute__((noinline)) int {}(union {} *search, __u64 version, __u64 block)\n{{",
            within,
            bytes
        ));
        out.line(code!("__u32 number = version & 1;"));
        out.line(code!("struct {} *finder = @bpf_map_lookup_elem(&{}, &number);", finder, finders));
        self.emit_block_variables(out);
        out.blank();
        out.line(code!("if (!search || !finder || block >= {})\n\treturn 0;", self.blocks()));
        self.emit_block(&code!("block"), out);
        out.end_with(code!("}}"));
        out.blank();
    }

    /// Looks through several blocks, one by one or those that summaries leave.
    fn emit_blocks(&self, out: &mut Tree) {
        let (blocks, summary) = (self.blocks(), self.summary());
        let look = code!("number = {}(search, version, block);\nif (number)\n\treturn number;", self.within);
        if summary == 0 {
            out.begin(code!("for (block = 0; block < {}; block++) {{", blocks));
            out.line(counted("block"));
            self.emit_bits(&code!("block"), out);
            out.line(code!("if (!bits)\n\tcontinue;"));
            self.emit_first(&code!("block"), out);
            out.line(look);
            out.end_with(code!("}}"));
            out.line(code!("return 0;"));
            return;
        }
        let parts = summary > 1;
        let (part, most) = match parts {
            false => (code!("0"), code!("{}", blocks)),
            true => {
                out.begin(code!("for (__u64 part = 0; part < {}; part++) {{", summary));
                out.line(counted("part"));
                // Keeps the places of all rows off the stack.
                out.line(code!("@barrier_var(finder);"));
                let last = blocks - BLOCK * (summary - 1);
                (code!("part"), code!("part < {} ? {} : {}", summary - 1, BLOCK, last))
            }
        };
        let block = match (parts, blocks) {
            (true, _) => code!("block = part * {} + @first_one(blocks);", BLOCK),
            (false, _) => code!("block = @first_one(blocks);"),
        };
        self.emit_all("blocks", &part, out);
        out.line(code!("if (!blocks)\n\t{};", Code::text(if parts { "continue" } else { "return 0" })));
        out.line(block.clone());
        out.line(code!("if (block >= {})\n\treturn 0;", blocks));
        self.emit_bits(&code!("block"), out);
        out.begin(code!("if (bits) {{"));
        self.emit_first(&code!("block"), out);
        out.end_with(code!("}}"));
        out.begin(code!("for (__u32 left = {}; left && blocks; left--, blocks &= blocks - 1) {{", most));
        out.line(block);
        out.line(look);
        out.end_with(code!("}}"));
        if parts {
            out.end_with(code!("}}"));
        }
        out.line(code!("return 0;"));
    }
}

/// Keeps a loop's counter a number. Of one that counts to two clang 16 and later make a flag, which may come to lie beside another variable
/// of four bytes on the stack: a store to that one makes the verifier forget the flag, and so take the loop for one without an end.
fn counted(counter: &'static str) -> Code {
    code!("@barrier_var({});", Known(counter))
}

impl TableStorage for BitVectorsTable {
    fn emit_types(&self, value: &ValueLayout, out: &mut Tree) {
        let Self { stem, bytes, ranked, finder, .. } = self;
        super::hash::declare_key(
            code!("{}_key", stem),
            None,
            self.key.declarations(0, self.key.size(), Form::Numbers),
            out,
        );
        out.begin(code!("union {} {{", bytes));
        out.line(code!("struct {}_key key;", stem));
        out.line(code!("__u8 byte[{}];", self.key.size()));
        out.end_with(code!("};"));
        out.blank();
        out.line(code!("/* An entry. It is there from one version on, and until another one. */"));
        let mut members = masked::bounds(&self.ranges);
        members.push(code!("__u64 rank __attribute__((aligned(8)));"));
        members.push(code!("__u64 since;\n__u64 until;"));
        members.push(code!("__u8 bytes[{}];\n__u8 mask[{}];", self.key.size(), self.key.size()));
        ranked.declare(value, &members, out);
        out.line(code!(
            "/* For each byte of a key a row with a bit for each rule. The first finder has the version of all, which tells what finder is in use. */"
        ));
        out.begin(code!("struct {} {{", finder));
        out.line(code!("volatile __u64 version;\n__u64 control[{}];", HEAD - 1));
        let (chunks, blocks) = (self.chunks.len() as u32, self.blocks());
        out.line(code!("__u64 rows[{}][{}];", ROWS, chunks * self.row()));
        out.line(code!("volatile __u64 entry[{}];", BLOCK * blocks));
        out.end_with(code!("};"));
        out.blank();
    }

    fn maps(&self, value: &ValueLayout) -> Vec<MapDefinition> {
        let map = |name: &Name, value: &Name, max_entries| MapDefinition {
            name: name.clone(),
            kind: MapType::MappedArray,
            key: code!("__u32"),
            value: code!("struct {}", value),
            max_entries: Some(max_entries),
        };
        let ranked = self.ranked.in_map(value);
        vec![map(&self.stem, ranked, slots(self.size)), map(&self.finders, &self.finder, FINDERS)]
    }

    fn emit_functions(&self, out: &mut Tree) {
        let Self { finders, bytes, finder, find, .. } = self;
        let (blocks, summary) = (self.blocks(), self.summary());
        self.emit_read(out);
        self.emit_at(out);
        if blocks > 1 {
            self.emit_within(out);
        }
        out.line(code!("/* The number of the entry that counts; 0 if none matches. */"));
        out.begin(code!("__attribute__((noinline)) int {}(union {} *search)\n{{", find, bytes));
        out.line(code!("__u32 number = 0;"));
        out.line(code!("struct {} *finder = @bpf_map_lookup_elem(&{}, &number);", finder, finders));
        self.emit_block_variables(out);
        match (blocks, summary) {
            (1, _) => {}
            (_, 0) => out.line(code!("__u64 block;")),
            (..) => out.line(code!("__u64 blocks, block;")),
        }
        out.line(code!("__u64 version;"));
        out.blank();
        out.line(code!("if (!search || !finder)\n\treturn 0;"));
        out.line(code!("version = finder->version;"));
        // A branch, which processors foresee; a number would have to be there first.
        out.begin(code!("if (version & 1) {{"));
        out.line(code!("number = 1;\nfinder = @bpf_map_lookup_elem(&{}, &number);", finders));
        out.line(code!("if (!finder)\n\treturn 0;"));
        out.end_with(code!("}}"));
        match blocks {
            1 => self.emit_block(&code!("0"), out),
            _ => self.emit_blocks(out),
        }
        out.end_with(code!("}}"));
        out.blank();
    }

    fn emit_lookup(&self, value: &ValueLayout, keys: &mut dyn KeyValues, entry: &Name, out: &mut Tree) {
        let Self { stem, bytes, find, search, number, .. } = self;
        let key = KeyObject::begin_within(keys, code!("union {}", bytes), search, Some("key"), out);
        super::hash::emit_key_values(&key, &self.key, keys, out);
        key.fill_gaps(&self.key, 0..self.key.size(), out);
        key.end(out);
        let number = KeyObject::scalar(keys, code!("__u32"), number, &code!("{}(&{})", find, key), out);
        out.line(code!("struct {} *{} = @NULL;", value.tag, entry));
        out.blank();
        out.line(code!("if ({})\n\t{} = @bpf_map_lookup_elem(&{}, &{});", number, entry, stem, number));
    }

    fn key_places(&self) -> Vec<Place> {
        self.key.list.iter().map(|member| member.place()).collect()
    }

    fn manifest(&self, value: &ValueLayout) -> Storage {
        Storage::BitVectors(self.layout(value))
    }

    fn capacity(&self) -> u64 {
        u64::from(self.size)
    }

    fn key_size(&self) -> u32 {
        self.key.size()
    }
}

/// What C control planes do with such a table.
pub fn control_plane(layout: &storage::BitVectors, table: storage::Table<'_>) -> Box<dyn CStorage> {
    let chunk = |KeyByte { at, byte, range, turn }: KeyByte| {
        let range = range.and_then(|range| u32::try_from(range + 1).ok()).unwrap_or(0);
        vec![at, range, byte, turn.into()]
    };
    let chunks: Vec<Vec<u32>> = key_bytes(table).map(chunk).collect();
    let own = Functions {
        name: "bit_vectors",
        parts: &[
            include_str!("../header/support/masked.h"),
            include_str!("../header/support/bit_vectors.h"),
            include_str!("../header/support/bit_vector_changes.h"),
        ],
        members: vec![
            ("finders", Member::Map(layout.finders.clone())),
            ("size", Member::Number(u32::try_from(table.layout.size).unwrap_or(u32::MAX))),
            ("slots", Member::Number(layout.slots)),
            ("blocks", Member::Number(layout.blocks)),
            ("summary", Member::Number(layout.summary)),
            ("chunk_count", Member::Number(layout.chunks.len() as u32)),
            ("chunks", Member::List("p4xdp_chunk", chunks)),
        ],
    };
    Box::new(Masked::new(layout, false, own))
}
