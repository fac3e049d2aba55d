//! Packet tests of a compiled program in this machine's kernel: in, an object; out, an [`Engine`] that fills the loaded program's tables by
//! their P4 names and sends packets through it. Where the packets run (test runs, TAP or veth devices) is the runtime's `harness`.

use super::engine::{
    ActionCall, Count, Crc, Digest, Engine, EngineError, EngineResult, Entry, EntryKey, GroupMember,
    KeyMatch, Loss, Mirror, MulticastNode, OutputPacket, Session,
};
use num_bigint::BigUint;
use p4xdp_control::manifest::losses::Reason;
use p4xdp_control::view::Action;
use p4xdp_runtime::cells::{Cell, CellKind, Cells};
use p4xdp_runtime::copies::{Copies, CopyError};
use p4xdp_runtime::crcs::CustomCrcError;
use p4xdp_runtime::harness::losses::Loss as Lost;
use p4xdp_runtime::harness::{FIRST_INDEX, Harness, HarnessError};
use p4xdp_runtime::ports::{Numbering, PortError};
use p4xdp_runtime::profiles::{Profile, ProfileError, Write};
use p4xdp_runtime::tables::{OF_MISSES, Table, TableError};
use p4xdp_runtime::{Error, Object, Program, load};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// A program in the kernel, and the place where it meets packets.
pub struct Loaded {
    program: Program,
    harness: Box<dyn Harness>,
    /// The port behind which user space is.
    cpu_port: Option<u32>,
    /// Ports are opened as they become known.
    everywhere: bool,
    open: BTreeSet<u32>,
    /// What came out while messages were asked for.
    early: Vec<OutputPacket>,
    /// What the program had counted when it was asked last.
    counted: BTreeMap<Reason, u64>,
}

/// The longest that a test may move the clock on, as it is waited for.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

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
        Loaded::with_cpu_port(object, None, place)
    }

    /// The same with user space behind a port: packets of this port take the way to it.
    ///
    /// # Errors
    /// When the program cannot have this port, too.
    pub fn with_cpu_port(
        object: &Object,
        cpu_port: Option<u32>,
        place: impl FnOnce(&Program) -> Result<Box<dyn Harness>, Error>,
    ) -> EngineResult<Loaded> {
        let ports = Numbering::Indices(FIRST_INDEX);
        let program = load::load_detached_with(object, &ports, cpu_port, false).map_err(refuse)?;
        let harness = place(&program).map_err(refuse)?;
        Ok(Loaded {
            program,
            harness,
            cpu_port,
            everywhere: false,
            open: BTreeSet::new(),
            early: Vec::new(),
            counted: BTreeMap::new(),
        })
    }

    /// The program in the kernel.
    #[must_use]
    pub fn program(&self) -> &Program {
        &self.program
    }

    /// Opens what may be the ports among an action's arguments.
    fn open_named(&mut self, table: &str, call: &ActionCall) -> EngineResult<()> {
        if !self.everywhere {
            return Ok(());
        }
        let view = &self.program.manifest().view;
        let table = view.tables.iter().find(|known| known.name() == table);
        let action = table.and_then(|table| view.action(table, call.action)).cloned();
        self.open_ports_of(action.as_ref(), call)
    }

    /// The same for an action.
    fn open_ports_of(&mut self, action: Option<&Action>, call: &ActionCall) -> EngineResult<()> {
        if !self.everywhere {
            return Ok(());
        }
        let params = action.into_iter().flat_map(|action| action.values());
        let named = params.zip(&call.args).filter(|(param, _)| param.port);
        let named: Vec<u32> = named.filter_map(|(_, value)| u32::try_from(value).ok()).collect();
        self.open_more(&named)
    }

    /// Opens ports that groups and sessions name.
    fn open_copied(&mut self, ports: &[u32]) -> EngineResult<()> {
        if self.everywhere { self.open_more(ports) } else { Ok(()) }
    }

    /// Opens ports that members of groups watch: those that nobody takes down are up.
    fn open_watched(&mut self, ports: &[u32]) -> EngineResult<()> {
        let most = self.program.manifest().ports.most.min(LARGEST);
        let new = ports.iter().copied().filter(|port| !self.open.contains(port) && *port <= most);
        let new: Vec<u32> = new.collect();
        if new.is_empty() { Ok(()) } else { self.open_ports(&new) }
    }

    /// Opens ports for what may leave by them, up to a number.
    fn open_more(&mut self, ports: &[u32]) -> EngineResult<()> {
        let known = &self.program.manifest().ports;
        let new = ports.iter().filter(|port| {
            !self.open.contains(port)
                && **port <= known.most.min(LARGEST)
                && known.drop != Some(**port)
                && self.cpu_port != Some(**port)
        });
        let new: Vec<u32> = new.copied().take(MOST_PORTS.saturating_sub(self.open.len())).collect();
        if known.redirects && !new.is_empty() {
            self.harness.open(&self.program, &new).map_err(refuse)?;
            self.open.extend(&new);
            // Copies go to these ports from now on.
            self.change_copies(|copies| copies.renew())?;
        }
        Ok(())
    }

    /// Changes groups and sessions where the ports' devices are. A program that sends no copies takes any: nothing it does leads there.
    fn change_copies(
        &self,
        change: impl Fn(&Copies<'_>) -> Result<(), Error> + Send + Sync,
    ) -> EngineResult<()> {
        let program = &self.program;
        if program.manifest().copies.is_none() {
            return Ok(());
        }
        self.harness.within(&mut || change(&program.copies()?.with_any_port().here())).map_err(refuse)
    }

    /// Waits until no packet is under way.
    fn arrived(&mut self) -> EngineResult<()> {
        let early = self.collect()?;
        self.early = early;
        Ok(())
    }

    /// The reasons for which the program has aborted since the last call, one a packet.
    fn newly_counted(&mut self) -> EngineResult<Vec<Reason>> {
        let packets = self.program.losses().map_err(refuse)?.packets;
        let mut reasons = Vec::new();
        for (reason, count) in packets {
            let seen = self.counted.insert(reason, count).unwrap_or_default();
            if reason.aborts() {
                reasons.extend((seen..count).map(|_| reason));
            }
        }
        Ok(reasons)
    }

    /// Writes a cell, or all of them.
    fn write_cells(&self, kind: CellKind, name: &str, index: Option<u64>, cell: &Cell) -> EngineResult<()> {
        let cells = self.program.cells_of(kind, name).map_err(refuse)?;
        let indices = match index {
            Some(index) => index..index.saturating_add(1),
            None => 0..u64::from(cells.size()),
        };
        for index in indices {
            cells.write(index, cell).map_err(refuse)?;
        }
        Ok(())
    }

    /// What came to user space.
    fn packets_in(&self) -> EngineResult<Vec<Vec<u8>>> {
        let reader = self.program.packet_in().map_err(refuse)?;
        let mut all = Vec::new();
        loop {
            let packets = reader.read(Duration::ZERO, usize::MAX).map_err(refuse)?;
            if packets.is_empty() {
                return Ok(all);
            }
            all.extend(packets.into_iter().map(|packet| packet.bytes));
        }
    }

    fn profile(&self, name: &str) -> EngineResult<Profile<'_>> {
        self.program.profile(name).map_err(refuse)
    }

    fn table(&self, name: &str) -> EngineResult<Table<'_>> {
        self.program.table(name).map_err(refuse)
    }

    /// The direct counter or meter with this name, and the table that has it.
    fn owner(&self, kind: CellKind, name: &str) -> EngineResult<Option<(Table<'_>, Cells<'_>)>> {
        let tables = self.program.tables().map_err(refuse)?;
        Ok(tables.into_iter().find_map(|table| {
            let cells = *table.directs(kind).find(|cells| cells.name() == name)?;
            Some((table, cells))
        }))
    }
}

/// In a test's terms.
fn loss(lost: Lost) -> Loss {
    match lost {
        Lost::Aborted => Loss::Aborted,
        Lost::NoDevice { port } => Loss::NoDevice(port),
        Lost::Refused { port, error } => {
            let error = std::io::Error::from_raw_os_error(error);
            Loss::Other(format!("the device of port {port} did not take it: {error}"))
        }
        Lost::Failed { verdict } => Loss::Other(format!("the kernel could not carry out verdict {verdict}")),
        Lost::Unwatched { why } => Loss::Other(format!("packets may be lost without a word: {why}")),
    }
}

impl Engine for Loaded {
    fn open_ports(&mut self, ports: &[u32]) -> EngineResult<()> {
        // No device is behind the port to user space.
        let ports: Vec<u32> = ports.iter().copied().filter(|port| self.cpu_port != Some(*port)).collect();
        self.open.extend(&ports);
        self.harness.open(&self.program, &ports).map_err(refuse)?;
        self.change_copies(|copies| copies.renew())
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
        let mut losses: Vec<Loss> = lost.into_iter().map(loss).collect();
        let aborted = losses.iter_mut().filter(|loss| **loss == Loss::Aborted);
        for (loss, reason) in aborted.zip(self.newly_counted()?) {
            *loss = Loss::Counted(reason);
        }
        Ok(losses)
    }

    fn insert(&mut self, table: &str, entry: &Entry) -> EngineResult<()> {
        if let Some(call) = entry.target.call() {
            self.open_named(table, call)?;
        }
        self.table(table)?.insert(entry).map_err(refuse)
    }

    fn set_default(&mut self, table: &str, call: &ActionCall) -> EngineResult<()> {
        self.open_named(table, call)?;
        self.table(table)?.set_default(call).map_err(refuse)
    }

    fn set_member(&mut self, profile: &str, member: u32, call: &ActionCall) -> EngineResult<()> {
        let view = &self.program.manifest().view;
        let of = self.program.profile(profile).map_err(refuse)?.view();
        let action = view.actions_of_members(of).get(call.action).copied().cloned();
        self.open_ports_of(action.as_ref(), call)?;
        self.profile(profile)?.write_member(member, call, Write::Set).map_err(refuse)
    }

    fn set_group(&mut self, selector: &str, group: u32, members: &[GroupMember]) -> EngineResult<()> {
        let watched: Vec<u32> = members.iter().filter_map(|member| member.watch_port).collect();
        if watched.is_empty() {
            return self.profile(selector)?.write_watching_group(group, members, Write::Set).map_err(refuse);
        }
        self.open_watched(&watched)?;
        let program = &self.program;
        let write = || {
            let profile = program.profile(selector)?.here();
            profile.write_watching_group(group, members, Write::Set)
        };
        self.harness.within(&mut || write()).map_err(refuse)
    }

    fn set_port(&mut self, port: u32, up: bool) -> EngineResult<()> {
        self.open_watched(&[port])?;
        self.harness.set_link(port, up).map_err(refuse)?;
        let program = &self.program;
        self.harness.within(&mut || program.update_watching_groups().map(drop)).map_err(refuse)
    }

    fn delete_member(&mut self, profile: &str, member: u32) -> EngineResult<()> {
        self.profile(profile)?.delete_member(member).map_err(refuse)
    }

    fn delete_group(&mut self, selector: &str, group: u32) -> EngineResult<()> {
        self.profile(selector)?.delete_group(group).map_err(refuse)
    }

    fn clear_tables(&mut self) -> EngineResult<()> {
        let tables = self.program.tables().map_err(refuse)?;
        for table in tables.into_iter().filter(|table| !table.view().is_set()) {
            table.clear().map_err(refuse)?;
        }
        Ok(())
    }

    fn insert_value_set(&mut self, name: &str, keys: &[KeyMatch]) -> EngineResult<()> {
        let set = self.table(name)?;
        let forms = set.view().match_keys().zip(keys);
        let forms = forms
            .map(|(key, given)| given.clone().in_form(key.match_kind, key.param.width, key.param.signed));
        set.insert(&Entry::new(forms.collect(), None, ActionCall::default())).map_err(refuse)
    }

    fn inject(&mut self, port: u32, packet: &[u8]) -> EngineResult<()> {
        if self.cpu_port == Some(port) {
            let program = &self.program;
            return self.harness.within(&mut || program.packet_out(packet)).map_err(refuse);
        }
        self.harness.inject(&self.program, port, packet).map_err(refuse)
    }

    fn advance(&mut self, nanoseconds: u64) -> EngineResult<()> {
        let time = Duration::from_nanos(nanoseconds);
        if time > LONGEST_WAIT {
            let message = format!("the clock is the machine's, which nobody waits for {time:?} for");
            return Err(EngineError::Unsupported(message));
        }
        self.arrived()?;
        std::thread::sleep(time);
        Ok(())
    }

    fn set_idle_timeout(&mut self, entry: &EntryKey, nanoseconds: u64) -> EngineResult<()> {
        self.arrived()?;
        let timeout = Some(Duration::from_nanos(nanoseconds));
        self.table(&entry.table)?.set_idle_timeout(&entry.keys, entry.priority, timeout).map_err(refuse)
    }

    fn is_idle(&mut self, entry: &EntryKey) -> EngineResult<bool> {
        self.arrived()?;
        let idle = self.table(&entry.table)?.idle_entries().map_err(refuse)?;
        Ok(idle.iter().any(|found| found.keys == entry.keys && found.priority == entry.priority))
    }

    fn digests(&mut self) -> EngineResult<Vec<Digest>> {
        self.arrived()?;
        let mut found = Vec::new();
        for digests in self.program.digests().map_err(refuse)? {
            loop {
                let messages = digests.read(Duration::ZERO, usize::MAX).map_err(refuse)?;
                if messages.is_empty() {
                    break;
                }
                found.extend(messages.into_iter().map(|message| Digest {
                    name: message.receiver.map_or_else(|| digests.name().to_owned(), |to| to.to_string()),
                    fields: digests.fields().map(|field| field.name.clone()).zip(message.fields).collect(),
                }));
            }
        }
        Ok(found)
    }

    fn collect(&mut self) -> EngineResult<Vec<OutputPacket>> {
        let packets = self.harness.collect(&self.program).map_err(refuse)?;
        let mut early = std::mem::take(&mut self.early);
        if let Some(port) = self.cpu_port {
            let packets = self.packets_in()?.into_iter();
            early.extend(packets.map(|bytes| OutputPacket { port, bytes, fields: Vec::new() }));
        }
        let early = early.into_iter();
        // What is passed to the stack comes out of the port that it came in at, as what is sent back there does.
        let packets = packets.into_iter();
        Ok(early
            .chain(packets.map(|out| OutputPacket { port: out.port, bytes: out.bytes, fields: Vec::new() }))
            .collect())
    }

    fn counter(&mut self, name: &str, index: u64) -> EngineResult<Count> {
        self.program.counter(name).and_then(|counter| counter.read_count(index)).map_err(refuse)
    }

    fn direct_counter(&mut self, entry: &EntryKey, name: Option<&str>) -> EngineResult<Count> {
        let table = self.table(&entry.table)?;
        let counter = direct(&table, CellKind::Counter, name)?;
        let found = table.find(&entry.keys, entry.priority).map_err(refuse)?;
        Ok(counter.count(&table.cell(&counter, &found)))
    }

    fn counter_of_misses(&mut self, name: &str) -> EngineResult<Count> {
        let (_, counter) = self
            .owner(CellKind::Counter, name)?
            .ok_or_else(|| EngineError::Refused(format!("`{name}` is no direct counter")))?;
        counter.read_count(OF_MISSES).map_err(refuse)
    }

    fn write_counter(&mut self, name: &str, index: u64, value: Count) -> EngineResult<()> {
        self.program.counter(name).and_then(|counter| counter.write_count(index, value)).map_err(refuse)
    }

    fn register(&mut self, name: &str, index: u64) -> EngineResult<BigUint> {
        let register = self.program.register(name).map_err(refuse)?;
        let cell = register.read(index).map_err(refuse)?;
        let fields = register.fields().zip(&cell.0);
        Ok(fields.fold(BigUint::ZERO, |number, (field, value)| (number << field.width) | value))
    }

    fn write_register(&mut self, name: &str, index: Option<u64>, value: &BigUint) -> EngineResult<()> {
        let register = self.program.register(name).map_err(refuse)?;
        let (mut rest, mut numbers) = (value.clone(), Vec::new());
        for field in register.fields().rev() {
            numbers.push(&rest & ((BigUint::from(1u8) << field.width) - 1u8));
            rest >>= field.width;
        }
        if rest != BigUint::ZERO {
            return Err(EngineError::Refused(format!("{value:#x} does not fit a cell of register `{name}`")));
        }
        numbers.reverse();
        self.write_cells(CellKind::Register, name, index, &Cell(numbers))
    }

    fn set_meter_rates(&mut self, name: &str, index: Option<u64>, rates: &[(f64, u64)]) -> EngineResult<()> {
        let numbers = numbers(rates)?;
        match self.owner(CellKind::Meter, name)? {
            Some((table, meter)) if index.is_none() => table.set_all_rates(&meter, &numbers).map_err(refuse),
            Some(_) | None => self.write_cells(CellKind::Meter, name, index, &Cell(numbers)),
        }
    }

    fn set_mirror(&mut self, number: u32, session: Option<&Session>) -> EngineResult<()> {
        let Some(session) = session else {
            return self.change_copies(|copies| match copies.delete_session(number) {
                Err(error) if matches!(error.of(), Some(CopyError::Missing { .. })) => Ok(()),
                done => done,
            });
        };
        if let Mirror::Port(port) = session.target {
            self.open_copied(&[port])?;
        }
        self.change_copies(|copies| {
            // A group that is made later may be named before.
            if let Mirror::Group(group) = session.target
                && !copies.config()?.groups.contains_key(&group)
            {
                copies.write_group(group, &[], Write::Insert)?;
            }
            copies.write_session(number, session, Write::Set)
        })
    }

    fn set_custom_crc(&mut self, crc: Crc) -> EngineResult<()> {
        match self.program.set_custom_crc(&crc) {
            // As on the interpreter: nothing is different then.
            Err(error) if matches!(error.of(), Some(CustomCrcError::Unused { .. })) => Ok(()),
            done => done.map_err(refuse),
        }
    }

    fn set_multicast_group(&mut self, group: u32, nodes: &[MulticastNode]) -> EngineResult<()> {
        let ports: Vec<u32> = nodes.iter().flat_map(|node| node.ports.iter().copied()).collect();
        self.open_copied(&ports)?;
        self.change_copies(|copies| copies.write_group(group, nodes, Write::Set))
    }

    fn set_direct_meter_rates(
        &mut self,
        entry: &EntryKey,
        name: &str,
        rates: &[(f64, u64)],
    ) -> EngineResult<()> {
        let table = self.table(&entry.table)?;
        let meter = direct(&table, CellKind::Meter, Some(name))?;
        table.set_rates_in(&meter, &entry.keys, entry.priority, &numbers(rates)?).map_err(refuse)
    }
}

/// A table's direct counter or meter with this name, or its first.
fn direct<'p>(table: &Table<'p>, kind: CellKind, name: Option<&str>) -> EngineResult<Cells<'p>> {
    let found = table.directs(kind).find(|cells| name.is_none_or(|name| cells.name() == name));
    found.copied().ok_or_else(|| {
        let (table, what) = (table.view().name(), kind.noun());
        let name = name.map_or_else(String::new, |name| format!(" `{name}`"));
        EngineError::Refused(format!("table `{table}` has no direct {what}{name}"))
    })
}

/// Rates and bursts as a meter's cell has them.
fn numbers(rates: &[(f64, u64)]) -> EngineResult<Vec<BigUint>> {
    let mut numbers = Vec::new();
    for (rate, burst) in rates {
        numbers.push(a_second(*rate)?.into());
        numbers.push((*burst).into());
    }
    Ok(numbers)
}

/// A rate a microsecond as a whole number a second, which programs in the kernel have.
fn a_second(rate: f64) -> EngineResult<u64> {
    let exact = rate * 1e6;
    let whole = exact.round();
    // What a decimal fraction is off by as a floating-point number.
    if (exact - whole).abs() > whole.max(1.0) * 1e-9 || !(0.0..TWO_TO_64).contains(&whole) {
        let message = format!("a rate of {rate} a microsecond is no whole number a second of 64 bits");
        return Err(EngineError::Unsupported(message));
    }
    Ok(whole as u64)
}

const TWO_TO_64: f64 = 18_446_744_073_709_551_616.0;

/// Which of the test's errors one of the runtime's is.
fn refuse(error: Error) -> EngineError {
    let text = error.to_string();
    let is_corrupt = matches!(error.of(), Some(TableError::Corrupt { .. }))
        || matches!(error.of(), Some(ProfileError::Corrupt { .. }));
    if error.of::<HarnessError>().is_some() {
        EngineError::Unsupported(text)
    } else if is_corrupt || error.is_environment() && error.of::<PortError>().is_none() {
        EngineError::Environment(text)
    } else {
        EngineError::Refused(text)
    }
}
