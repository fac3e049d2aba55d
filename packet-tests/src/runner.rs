//! Runs a test: commands in order, then what came out against what was expected, port by port.

use super::engine::{
    Count, Digest, Engine, EngineError, Entry, EntryKey, EntryTarget, Loss, MulticastNode, OutputPacket,
};
use super::report::{Check, Report, compare, hex};
use super::resolve::Resolver;
use super::stf::{
    self, CellIndex, Command, CommandKind, Comparison, CountOf, Name, Number, Pattern, StfError, Target,
};
use num_bigint::BigUint;
use p4xdp_control::view::View;
use p4xdp_midend::control_plane;
use p4xdp_midend::ir::Program;
use std::collections::{BTreeMap, BTreeSet};

/// Why a test could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// The test itself is wrong: a syntax error, or a name that the program does not have.
    #[error("{0}")]
    Test(#[from] StfError),
    /// The engine did not do what a line says.
    #[error("{line}:{column}: {error}")]
    Engine {
        /// The line; 0 before the first and after the last.
        line: u32,
        /// The column of what the command is about.
        column: u32,
        /// Why.
        error: EngineError,
    },
}

/// Runs a test on an engine that has the program loaded.
///
/// # Errors
/// When the test is wrong or the engine fails; expectations that are not met are in the report.
pub fn run_stf(program: &Program, text: &str, engine: &mut dyn Engine) -> Result<Report, TestError> {
    let commands = stf::parse(text)?;
    let ports: BTreeSet<u32> = commands
        .iter()
        .filter_map(|c| match c.kind {
            CommandKind::Packet { port, .. } | CommandKind::Expect { port, .. } => Some(port),
            _ => None,
        })
        .collect();
    let ports: Vec<u32> = ports.into_iter().collect();
    engine.open_ports(&ports).map_err(|error| TestError::Engine { line: 0, column: 0, error })?;
    let view = control_plane::view(program);
    let mut run = StfRun::new(program, &view, engine);
    run.silence = silence(&commands);
    for command in &commands {
        run.command(command)?;
    }
    run.finish(&ports)
}

/// Of a test that says `no_packet`, or sends packets and says nothing of what shall become of them, the line that does so: then
/// nothing may come out anywhere but what is expected.
fn silence(commands: &[Command]) -> Option<u32> {
    let is_said = |c: &&Command| matches!(c.kind, CommandKind::NoPacket);
    let is_packet = |c: &&Command| matches!(c.kind, CommandKind::Packet { .. });
    let is_check = |c: &Command| match &c.kind {
        CommandKind::Expect { .. }
        | CommandKind::CheckRegister(..)
        | CommandKind::CheckDigest(..)
        | CommandKind::CheckIdle(..) => true,
        CommandKind::CheckCounter { check, .. } => check.is_some(),
        _ => false,
    };
    let said = commands.iter().find(is_said);
    let sent = if commands.iter().any(is_check) { None } else { commands.iter().find(is_packet) };
    said.or(sent).map(|command| command.line)
}

/// Carries out a test's commands other than packets and expectations: how a control plane's state is described apart from
/// a test.
///
/// # Errors
/// When a command is wrong or the engine fails.
pub fn run_entries(program: &Program, text: &str, engine: &mut dyn Engine) -> Result<(), TestError> {
    let commands = stf::parse(text)?;
    let view = control_plane::view(program);
    let mut run = StfRun::new(program, &view, engine);
    for command in &commands {
        if !matches!(command.kind, CommandKind::Packet { .. } | CommandKind::Expect { .. }) {
            run.command(command)?;
        }
    }
    Ok(())
}

struct StfRun<'a> {
    program: &'a Program,
    view: &'a View,
    engine: &'a mut dyn Engine,
    nodes: Vec<MulticastNode>,
    groups: BTreeMap<u32, Vec<u32>>,
    /// Entries that were added with a name.
    entries: BTreeMap<String, EntryKey>,
    expected: BTreeMap<u32, Vec<(u32, Option<Pattern>)>>,
    /// The line by which nothing else may come out anywhere.
    silence: Option<u32>,
    /// Digests that no check has looked at.
    digests: Vec<Digest>,
    report: Report,
}

impl<'a> StfRun<'a> {
    fn new(program: &'a Program, view: &'a View, engine: &'a mut dyn Engine) -> StfRun<'a> {
        StfRun {
            program,
            view,
            engine,
            nodes: Vec::new(),
            groups: BTreeMap::new(),
            entries: BTreeMap::new(),
            expected: BTreeMap::new(),
            silence: None,
            digests: Vec::new(),
            report: Report::default(),
        }
    }

    fn command(&mut self, command: &Command) -> Result<(), TestError> {
        let (line, column) = (command.line, command.place());
        let failed = |error| TestError::Engine { line, column, error };
        let resolver = Resolver { program: self.program, view: self.view, line };
        match &command.kind {
            CommandKind::Add { table, priority, keys, target, id } => {
                let found = resolver.table(table)?;
                let (keys, priority) = resolver.keys(found, table, *priority, keys)?;
                let target = match target {
                    Target::Action(action) => EntryTarget::Action(resolver.action(found, action)?),
                    Target::Member(member) => EntryTarget::Member(*member),
                    Target::Group(group) => EntryTarget::Group(*group),
                };
                let entry = Entry::new(keys.clone(), priority, target);
                self.engine.insert(found.name(), &entry).map_err(failed)?;
                if let Some(id) = id {
                    let entry = EntryKey { table: found.name().into(), keys, priority };
                    self.entries.insert(id.clone(), entry);
                }
            }
            CommandKind::MemberAdd(profile, member, action) => {
                let (full, seen) = resolver.profile(profile)?;
                let action = resolver.member((&full, seen), action)?;
                self.engine.set_member(&full, *member, &action).map_err(failed)?;
            }
            CommandKind::GroupAdd(selector, group, members) => {
                let (full, _) = resolver.profile(selector)?;
                self.engine.set_group(&full, *group, members).map_err(failed)?;
            }
            CommandKind::SetPort(port, up) => self.engine.set_port(*port, *up).map_err(failed)?,
            CommandKind::MemberDelete(profile, member) => {
                let (full, _) = resolver.profile(profile)?;
                self.engine.delete_member(&full, *member).map_err(failed)?;
            }
            CommandKind::GroupDelete(selector, group) => {
                let (full, _) = resolver.profile(selector)?;
                self.engine.delete_group(&full, *group).map_err(failed)?;
            }
            CommandKind::ValueSetAdd(name, values) => {
                let (full, keys) = resolver.value_set(name, values)?;
                self.engine.insert_value_set(full, &keys).map_err(failed)?;
            }
            CommandKind::Advance(microseconds) => {
                self.engine.advance(microseconds.saturating_mul(1000)).map_err(failed)?;
            }
            CommandKind::IdleTimeout(id, microseconds) => {
                let entry = self.named_entry(line, id)?;
                let nanoseconds = microseconds.saturating_mul(1000);
                self.engine.set_idle_timeout(&entry, nanoseconds).map_err(failed)?;
            }
            CommandKind::CheckIdle(id, wanted) => {
                let entry = self.named_entry(line, id)?;
                let idle = self.engine.is_idle(&entry).map_err(failed)?;
                let found = if idle { "it is idle" } else { "it is not" };
                self.report.checks.push(Check {
                    line: Some(line),
                    what: format!("check_idle {}", id.text),
                    failure: (idle != *wanted).then(|| found.to_owned()),
                });
            }
            CommandKind::ExpireProfile(profile, microseconds) => {
                let nanoseconds = microseconds.saturating_mul(1000);
                self.engine.set_expire_profile(*profile, nanoseconds).map_err(failed)?;
            }
            CommandKind::CheckRegister(name, index, comparison, wanted) => {
                let full = resolver.instance(name)?;
                let found = self.engine.register(&full, *index).map_err(failed)?;
                let (symbol, value) = (comparison.text(), &wanted.value);
                self.report.checks.push(Check {
                    line: Some(line),
                    what: format!("check_register {}({index}) {symbol} {value:#x}", name.text),
                    failure: (!comparison.holds(&found, value)).then(|| format!("it is {found:#x}")),
                });
            }
            CommandKind::CheckDigest(name, fields) => self.check_digest(line, name, fields)?,
            CommandKind::SetDefault { table, action } => {
                let found = resolver.table(table)?;
                let action = resolver.action(found, action)?;
                self.engine.set_default(found.name(), &action).map_err(failed)?;
            }
            CommandKind::RemoveAll => self.engine.clear_tables().map_err(failed)?,
            CommandKind::Packet { port, bytes } => self.engine.inject(*port, bytes).map_err(failed)?,
            CommandKind::Expect { port, pattern } => {
                self.expected.entry(*port).or_default().push((line, pattern.clone()));
            }
            CommandKind::NoPacket | CommandKind::Wait | CommandKind::MirroringGet(_) => {}
            CommandKind::CheckCounter { counter, index, check } => {
                self.check_counter(line, counter, index, *check)?;
            }
            CommandKind::MirroringAdd(number, session) => {
                self.engine.set_mirror(*number, Some(session)).map_err(failed)?;
            }
            CommandKind::SetCustomCrc(crc) => self.engine.set_custom_crc(*crc).map_err(failed)?,
            CommandKind::MirroringDelete(session) => {
                self.engine.set_mirror(*session, None).map_err(failed)?
            }
            CommandKind::McGroupCreate(group) => {
                self.groups.insert(*group, Vec::new());
                self.publish(*group).map_err(failed)?;
            }
            CommandKind::McNodeCreate(replication_id, ports) => {
                self.nodes.push(MulticastNode { replication_id: *replication_id, ports: ports.clone() });
            }
            CommandKind::McNodeUpdate(node, ports) => {
                let Some(place) = self.nodes.get_mut(*node as usize) else {
                    return Err(no_node(line, *node));
                };
                place.ports.clone_from(ports);
                let groups: Vec<u32> =
                    self.groups.iter().filter(|(_, nodes)| nodes.contains(node)).map(|(g, _)| *g).collect();
                for group in groups {
                    self.publish(group).map_err(failed)?;
                }
            }
            CommandKind::McNodeAssociate(group, node) => {
                if self.nodes.get(*node as usize).is_none() {
                    return Err(no_node(line, *node));
                }
                self.groups.entry(*group).or_default().push(*node);
                self.publish(*group).map_err(failed)?;
            }
            CommandKind::CounterRead(name, index) => {
                let full = resolver.instance(name)?;
                let value = self.engine.counter(&full, *index).map_err(failed)?;
                let Count { packets, bytes } = value;
                self.report.notes.push(format!("counter {full}[{index}] = {packets} packets, {bytes} bytes"));
            }
            CommandKind::CounterWrite(name, index, packets, bytes) => {
                let full = resolver.instance(name)?;
                let value = Count { packets: *packets, bytes: *bytes };
                self.engine.write_counter(&full, *index, value).map_err(failed)?;
            }
            CommandKind::RegisterRead(name, index) => {
                let full = resolver.instance(name)?;
                let value = self.engine.register(&full, *index).map_err(failed)?;
                self.report.notes.push(format!("register {full}[{index}] = {value:#x}"));
            }
            CommandKind::RegisterWrite(name, index, value) => {
                let full = resolver.instance(name)?;
                self.engine.write_register(&full, Some(*index), value).map_err(failed)?;
            }
            CommandKind::RegisterReset(name) => {
                let full = resolver.instance(name)?;
                self.engine.write_register(&full, None, &BigUint::default()).map_err(failed)?;
            }
            CommandKind::MeterGetRates(name, _) => {
                resolver.instance(name)?;
            }
            CommandKind::MeterSetRates(name, index, rates) => {
                let full = resolver.instance(name)?;
                match index {
                    Some(CellIndex::Entry(id)) => {
                        let entry = self.named_entry(line, id)?;
                        self.engine.set_direct_meter_rates(&entry, &full, rates).map_err(failed)?;
                    }
                    Some(CellIndex::Number(index)) => {
                        self.engine.set_meter_rates(&full, Some(*index), rates).map_err(failed)?;
                    }
                    None => self.engine.set_meter_rates(&full, None, rates).map_err(failed)?,
                }
            }
        }
        Ok(())
    }

    /// What an entry that was added with a name is known by.
    fn named_entry(&self, line: u32, id: &Name) -> Result<EntryKey, TestError> {
        // p4c's tests refer to `= A` as `$A`.
        let name = id.text.strip_prefix('$').unwrap_or(&id.text);
        self.entries.get(name).cloned().ok_or_else(|| {
            let message = format!("no entry was added as `{}`", id.text);
            StfError { line, column: id.column, message }.into()
        })
    }

    /// The oldest digest of this name that no check has looked at.
    fn check_digest(&mut self, line: u32, name: &Name, fields: &[(Name, Number)]) -> Result<(), TestError> {
        let failed = |error| TestError::Engine { line, column: name.column, error };
        let new = self.engine.digests().map_err(failed)?;
        self.digests.extend(new);
        let dotted = format!(".{}", name.text);
        let is_it = |d: &Digest| d.name == name.text || d.name.ends_with(&dotted);
        let failure = match self.digests.iter().position(is_it) {
            None => Some("there is no such digest".to_owned()),
            Some(at) => {
                let digest = self.digests.remove(at);
                let mut wrong = None;
                for (field, wanted) in fields {
                    let Some((_, value)) = digest.fields.iter().find(|(n, _)| *n == field.text) else {
                        let all: Vec<_> = digest.fields.iter().map(|(n, _)| format!("`{n}`")).collect();
                        let all = all.join(", ");
                        let message = format!("the digest has no field `{}`; it has {all}", field.text);
                        return Err(StfError { line, column: field.column, message }.into());
                    };
                    if *value != wanted.value && wrong.is_none() {
                        wrong = Some(format!("`{}` is {value:#x}, not {:#x}", field.text, wanted.value));
                    }
                }
                wrong
            }
        };
        let what = format!("check_digest {}", name.text);
        self.report.checks.push(Check { line: Some(line), what, failure });
        Ok(())
    }

    fn publish(&mut self, group: u32) -> Result<(), EngineError> {
        let nodes = self.groups.get(&group).map(Vec::as_slice).unwrap_or_default();
        let nodes: Vec<MulticastNode> =
            nodes.iter().filter_map(|n| self.nodes.get(*n as usize).cloned()).collect();
        self.engine.set_multicast_group(group, &nodes)
    }

    fn check_counter(
        &mut self,
        line: u32,
        counter: &Name,
        index: &CellIndex,
        check: Option<(CountOf, Comparison, u64)>,
    ) -> Result<(), TestError> {
        let failed = |error| TestError::Engine { line, column: counter.column, error };
        let resolver = Resolver { program: self.program, view: self.view, line };
        let value = match index {
            CellIndex::Number(index) => {
                let full = resolver.instance(counter)?;
                self.engine.counter(&full, *index).map_err(failed)?
            }
            CellIndex::Entry(id) if id.text == "default" && !self.entries.contains_key("default") => {
                let full = resolver.instance(counter)?;
                self.engine.counter_of_misses(&full).map_err(failed)?
            }
            CellIndex::Entry(id) => {
                let full = resolver.instance(counter)?;
                let entry = self.named_entry(line, id)?;
                self.engine.direct_counter(&entry, Some(&full)).map_err(failed)?
            }
        };
        if let Some((of, comparison, limit)) = check {
            let (found, unit) = match of {
                CountOf::Packets => (value.packets, "packets"),
                CountOf::Bytes => (value.bytes, "bytes"),
            };
            self.report.checks.push(Check {
                line: Some(line),
                what: format!("check_counter {}({index}) {unit} {} {limit}", counter.text, comparison.text()),
                failure: (!comparison.holds(found, limit)).then(|| format!("it is {found}")),
            });
        }
        Ok(())
    }

    /// Compares what came out of each port with what was expected there, in order.
    fn finish(mut self, ports: &[u32]) -> Result<Report, TestError> {
        let outputs =
            self.engine.collect().map_err(|error| TestError::Engine { line: 0, column: 0, error })?;
        let mut by_port: BTreeMap<u32, Vec<OutputPacket>> = BTreeMap::new();
        for output in outputs {
            by_port.entry(output.port).or_default().push(output);
        }
        let losses = self.engine.losses();
        let losses = losses.map_err(|error| TestError::Engine { line: 0, column: 0, error })?;
        let mut unexpected = Vec::new();
        let nobody = |port: u32, packet: &str| Check {
            line: None,
            what: format!("port {port}"),
            failure: Some(format!("a packet came out that nobody expected{packet}")),
        };
        for port in ports {
            let mut got = by_port.remove(port).unwrap_or_default().into_iter();
            for (line, pattern) in self.expected.remove(port).unwrap_or_default() {
                let failure = match (got.next(), pattern) {
                    (None, _) => Some("no packet came out".to_owned()),
                    (Some(_), None) => None,
                    (Some(packet), Some(pattern)) => compare(&pattern, &packet.bytes, &packet.fields),
                };
                self.report.checks.push(Check { line: Some(line), what: format!("expect {port}"), failure });
            }
            unexpected.extend(got.map(|packet| nobody(*port, &format!("\n  {}", hex(&packet.bytes)))));
        }
        if let Some(line) = self.silence {
            for packet in by_port.into_values().flatten() {
                unexpected.push(nobody(packet.port, &format!("\n  {}", hex(&packet.bytes))));
            }
            let left = losses.iter().filter_map(|loss| match loss {
                Loss::NoDevice(port) => Some(nobody(*port, "")),
                Loss::Aborted | Loss::Counted(_) | Loss::Other(_) => None,
            });
            unexpected.extend(left);
            if unexpected.is_empty() {
                let what = "no_packet".to_owned();
                self.report.checks.push(Check { line: Some(line), what, failure: None });
            }
        }
        self.note_losses(&losses);
        self.report.checks.sort_by_key(|c| c.line);
        self.report.checks.extend(unexpected);
        Ok(self.report)
    }

    /// Says what became of packets that the engine could not bring out. Those for ports that the test does not mention are nobody's
    /// concern.
    fn note_losses(&mut self, losses: &[Loss]) {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for loss in losses {
            match loss {
                Loss::NoDevice(_) => {}
                Loss::Aborted | Loss::Counted(_) | Loss::Other(_) => {
                    *counts.entry(loss.to_string()).or_default() += 1
                }
            }
        }
        for (why, count) in counts {
            let packets = if count == 1 { "packet" } else { "packets" };
            self.report.notes.push(format!("{count} {packets} lost: {why}"));
        }
    }
}

fn no_node(line: u32, node: u32) -> TestError {
    StfError { line, column: 1, message: format!("there is no multicast node {node}") }.into()
}
