//! Packet tests of a compiled program in this machine's kernel: in, an object; out, an [`Engine`] that fills the loaded program's tables by
//! their P4 names and sends packets through it. Where the packets run (test runs, TAP or veth devices) is the runtime's `harness`.

use super::engine::{
    ActionSpec, CounterValue, Engine, EngineError, EngineResult, EntryKey, KeyMatch, Loss, OutputPacket,
    TableEntry,
};
use num_bigint::BigUint;
use p4xdp_runtime::harness::losses::Loss as Lost;
use p4xdp_runtime::harness::{FIRST_INDEX, Harness};
use p4xdp_runtime::manifest::{Key, MatchKind};
use p4xdp_runtime::tables::{Call, Count, Entry, KeyMatch as Wanted, Table, TableError, terms};
use p4xdp_runtime::{Error, Object, Program, load};
use std::collections::BTreeSet;

/// A program in the kernel, and the place where it meets packets.
pub struct Loaded {
    program: Program,
    harness: Box<dyn Harness>,
    /// Ports are opened as they become known.
    everywhere: bool,
    open: BTreeSet<u32>,
}

/// The most ports that are opened without being asked for: each takes tens of milliseconds.
const MOST_PORTS: usize = 128;
/// Larger numbers have no device.
const LARGEST: u32 = 0xff_0000;

impl Loaded {
    /// Loads an object; `place` chooses where it runs.
    ///
    /// # Errors
    /// When the kernel refuses, or the environment lacks what the place needs.
    pub fn new(
        object: &Object,
        place: impl FnOnce(&Program) -> Result<Box<dyn Harness>, Error>,
    ) -> EngineResult<Loaded> {
        let program = load::load_detached(object, FIRST_INDEX).map_err(refuse)?;
        let harness = place(&program).map_err(refuse)?;
        Ok(Loaded { program, harness, everywhere: false, open: BTreeSet::new() })
    }

    /// The program in the kernel.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Opens what may be the ports among an action's arguments.
    fn open_named(&mut self, action: &ActionSpec) -> EngineResult<()> {
        if !self.everywhere {
            return Ok(());
        }
        let manifest = self.program.manifest();
        let params = manifest.actions.iter().find(|known| *known.name == *action.name);
        let params = params.map(|known| known.params.as_slice()).unwrap_or_default();
        let named = params.iter().zip(&action.args).filter(|(param, _)| param.port);
        let named: Vec<u32> = named.filter_map(|(_, value)| u32::try_from(value).ok()).collect();
        self.open_more(&named)
    }

    /// Opens ports for what may leave by them, up to a number.
    fn open_more(&mut self, ports: &[u32]) -> EngineResult<()> {
        let known = &self.program.manifest().ports;
        let new = ports.iter().filter(|port| {
            !self.open.contains(port) && **port <= known.most.min(LARGEST) && known.drop != Some(**port)
        });
        let new: Vec<u32> = new.copied().take(MOST_PORTS.saturating_sub(self.open.len())).collect();
        if known.redirects && !new.is_empty() {
            self.harness.open(&self.program, &new).map_err(refuse)?;
            self.open.extend(&new);
        }
        Ok(())
    }

    /// In a test's terms.
    fn loss(&self, lost: Lost) -> Loss {
        match lost {
            // Elsewhere a parser that rejects does not abort.
            Lost::Aborted => Loss::Aborted { meant: self.program.manifest().architecture == "xdp_model" },
            Lost::NoDevice { port } => Loss::NoDevice(port),
            Lost::Refused { port, error } => {
                let error = std::io::Error::from_raw_os_error(error);
                Loss::Other(format!("the device of port {port} did not take it: {error}"))
            }
            Lost::Failed { verdict } => {
                Loss::Other(format!("the kernel could not carry out verdict {verdict}"))
            }
            Lost::Unwatched { why } => Loss::Other(format!("packets may be lost without a word: {why}")),
        }
    }

    fn table(&self, name: &str) -> EngineResult<Table<'_>> {
        self.program.table(name).map_err(refuse)
    }
}

impl Engine for Loaded {
    fn open_ports(&mut self, ports: &[u32]) -> EngineResult<()> {
        self.open.extend(ports);
        self.harness.open(&self.program, ports).map_err(refuse)
    }

    fn capture_everywhere(&mut self) -> EngineResult<()> {
        self.everywhere = true;
        // Variables begin with 0, so it is in every program.
        let mut ports = self.program.manifest().ports.constants.clone();
        ports.insert(0, 0);
        self.open_more(&ports)
    }

    fn losses(&mut self) -> EngineResult<Vec<Loss>> {
        let lost = self.harness.losses().map_err(refuse)?;
        if self.everywhere {
            let ports = lost.iter().filter_map(|lost| match lost {
                Lost::NoDevice { port } => Some(*port),
                Lost::Aborted | Lost::Refused { .. } | Lost::Failed { .. } | Lost::Unwatched { .. } => None,
            });
            let ports: Vec<u32> = ports.collect();
            self.open_more(&ports)?;
        }
        Ok(lost.into_iter().map(|lost| self.loss(lost)).collect())
    }

    fn insert(&mut self, table: &str, entry: &TableEntry) -> EngineResult<()> {
        self.open_named(&entry.action)?;
        let table = self.table(table)?;
        let entry = Entry {
            keys: keys(&table, &entry.keys)?,
            call: call(&table, &entry.action)?,
            priority: entry.priority.unwrap_or(0),
            count: Count::default(),
        };
        table.insert(&entry).map_err(refuse)
    }

    fn set_default(&mut self, table: &str, action: &ActionSpec) -> EngineResult<()> {
        self.open_named(action)?;
        let table = self.table(table)?;
        table.set_default(&call(&table, action)?).map_err(refuse)
    }

    fn clear_tables(&mut self) -> EngineResult<()> {
        for table in self.program.tables().map_err(refuse)? {
            table.clear().map_err(refuse)?;
        }
        Ok(())
    }

    fn inject(&mut self, port: u32, packet: &[u8]) -> EngineResult<()> {
        self.harness.inject(&self.program, port, packet).map_err(refuse)
    }

    fn collect(&mut self) -> EngineResult<Vec<OutputPacket>> {
        let packets = self.harness.collect(&self.program).map_err(refuse)?;
        // What is passed to the stack comes out of the port that it came in at, as what is sent back there does.
        Ok(packets
            .into_iter()
            .map(|out| OutputPacket { port: out.port, bytes: out.bytes, fields: Vec::new() })
            .collect())
    }

    fn counter(&mut self, name: &str, index: u64) -> EngineResult<CounterValue> {
        let count = self.program.counter(name).and_then(|counter| counter.read(index)).map_err(refuse)?;
        Ok(CounterValue { packets: count.packets, bytes: count.bytes })
    }

    fn direct_counter(&mut self, entry: &EntryKey) -> EngineResult<CounterValue> {
        let table = self.table(&entry.table)?;
        let wanted = keys(&table, &entry.keys)?;
        let entry = table.get(&wanted).map_err(refuse)?;
        let entry = entry.ok_or_else(|| {
            let keys = terms::keys_text(table.description(), &wanted);
            EngineError::Refused(format!("table `{}` has no entry for {keys}", table.description().name))
        })?;
        Ok(CounterValue { packets: entry.count.packets, bytes: entry.count.bytes })
    }

    fn write_counter(&mut self, name: &str, index: u64, value: CounterValue) -> EngineResult<()> {
        let count = Count { packets: value.packets, bytes: value.bytes };
        self.program.counter(name).and_then(|counter| counter.write(index, count)).map_err(refuse)
    }

    fn register(&mut self, name: &str, index: u64) -> EngineResult<BigUint> {
        self.program.register(name).and_then(|register| register.read(index)).map_err(refuse)
    }

    fn write_register(&mut self, name: &str, index: Option<u64>, value: &BigUint) -> EngineResult<()> {
        let register = self.program.register(name).map_err(refuse)?;
        let indices = match index {
            Some(index) => index..index + 1,
            None => 0..u64::from(register.size()),
        };
        for index in indices {
            register.write(index, value).map_err(refuse)?;
        }
        Ok(())
    }
}

/// What a test demands of the keys, in the runtime's terms. Keys of kind `selector` have none in a test, and match anything.
fn keys(table: &Table<'_>, given: &[KeyMatch]) -> EngineResult<Vec<Wanted>> {
    let mut given = given.iter();
    let mut keys = Vec::new();
    for key in &table.description().keys {
        keys.push(match key.match_kind {
            MatchKind::Selector => Wanted::Any,
            MatchKind::Exact
            | MatchKind::Lpm
            | MatchKind::Ternary
            | MatchKind::Range
            | MatchKind::Optional => {
                let wanted = given.next().ok_or_else(|| {
                    EngineError::Refused(format!("table `{}` has more keys", table.description().name))
                })?;
                key_match(key, wanted)
            }
        });
    }
    Ok(keys)
}

fn key_match(key: &Key, wanted: &KeyMatch) -> Wanted {
    match wanted {
        KeyMatch::Exact(value) if key.match_kind == MatchKind::Lpm => {
            Wanted::Prefix(value.clone(), key.param.width)
        }
        KeyMatch::Exact(value) => Wanted::Exact(value.clone()),
        KeyMatch::Lpm { value, prefix_len } => Wanted::Prefix(value.clone(), *prefix_len),
        KeyMatch::Ternary { value, mask } => Wanted::Masked(value & mask, mask.clone()),
        KeyMatch::Range { low, high } => Wanted::Range(low.clone(), high.clone()),
        KeyMatch::Optional(Some(value)) => Wanted::Exact(value.clone()),
        KeyMatch::Optional(None) => Wanted::Any,
    }
}

fn call(table: &Table<'_>, action: &ActionSpec) -> EngineResult<Call> {
    let all = &table.manifest().actions;
    let names: Vec<&str> = table
        .description()
        .actions
        .iter()
        .filter_map(|entry| Some(all.get(entry.action)?.name.as_str()))
        .collect();
    let of = format!("table `{}`", table.description().name);
    let position =
        terms::find("action", &action.name, &names, Some(of)).map_err(|error| refuse(error.into()))?;
    Ok(Call { action: position, args: action.args.clone() })
}

/// Which of the test's errors one of the runtime's is.
fn refuse(error: Error) -> EngineError {
    match &error {
        Error::Harness(_) => EngineError::Unsupported(error.to_string()),
        Error::Table(TableError::Corrupt { .. }) => EngineError::Environment(error.to_string()),
        _ if error.is_environment() => EngineError::Environment(error.to_string()),
        _ => EngineError::Refused(error.to_string()),
    }
}
