//! The interpreter as an engine.

use super::engine::{
    ActionCall, Cell, Count, Crc, Digest, Engine, EngineError, EngineResult, Entry, EntryKey, GroupMember,
    KeyMatch, MulticastNode, OutputPacket, Session,
};
use num_bigint::BigUint;
use p4xdp_midend::interp::{ControlError, Machine, Outcome, Unsupported, Verdict};
use p4xdp_midend::ir::Program;

/// A program on the interpreter.
#[derive(Debug)]
pub struct InterpEngine {
    machine: Machine,
    outputs: Vec<OutputPacket>,
    digests: Vec<Digest>,
    outcomes: Option<Vec<Outcome>>,
}

impl InterpEngine {
    /// Loads a program.
    ///
    /// # Errors
    /// What the interpreter cannot run, as diagnostics.
    pub fn new(program: &Program) -> Result<InterpEngine, Unsupported> {
        let mut machine = Machine::new(program)?;
        machine.set_describing(true);
        Ok(InterpEngine { machine, outputs: Vec::new(), digests: Vec::new(), outcomes: None })
    }

    /// Keeps the outcome of each packet, with its trace, from now on.
    pub fn keep_traces(&mut self) {
        self.machine.set_tracing(true);
        self.outcomes = Some(Vec::new());
    }

    /// The outcomes since the last call, in order of the packets.
    pub fn take_outcomes(&mut self) -> Vec<Outcome> {
        self.outcomes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// The machine itself.
    pub fn machine(&mut self) -> &mut Machine {
        &mut self.machine
    }
}

fn refused(error: ControlError) -> EngineError {
    EngineError::Refused(error.to_string())
}

impl Engine for InterpEngine {
    fn open_ports(&mut self, _ports: &[u32]) -> EngineResult<()> {
        Ok(())
    }

    fn insert(&mut self, table: &str, entry: &Entry) -> EngineResult<()> {
        self.machine.insert(table, entry).map_err(refused)
    }

    fn set_member(&mut self, profile: &str, member: u32, action: &ActionCall) -> EngineResult<()> {
        self.machine.set_member(profile, member, action).map_err(refused)
    }

    fn set_group(&mut self, selector: &str, group: u32, members: &[GroupMember]) -> EngineResult<()> {
        self.machine.set_group(selector, group, members).map_err(refused)
    }

    fn set_port(&mut self, port: u32, up: bool) -> EngineResult<()> {
        self.machine.set_port(port, up).map_err(refused)
    }

    fn delete_member(&mut self, profile: &str, member: u32) -> EngineResult<()> {
        self.machine.delete_member(profile, member).map_err(refused)
    }

    fn delete_group(&mut self, selector: &str, group: u32) -> EngineResult<()> {
        self.machine.delete_group(selector, group).map_err(refused)
    }

    fn insert_value_set(&mut self, name: &str, keys: &[KeyMatch]) -> EngineResult<()> {
        self.machine.insert_value_set(name, keys).map_err(refused)
    }

    fn digests(&mut self) -> EngineResult<Vec<Digest>> {
        Ok(std::mem::take(&mut self.digests))
    }

    fn advance(&mut self, nanoseconds: u64) -> EngineResult<()> {
        self.machine.set_now(self.machine.now().saturating_add(nanoseconds));
        Ok(())
    }

    fn set_idle_timeout(&mut self, entry: &EntryKey, nanoseconds: u64) -> EngineResult<()> {
        let EntryKey { table, keys, priority } = entry;
        self.machine.set_idle_timeout(table, keys, *priority, Some(nanoseconds)).map_err(refused)
    }

    fn is_idle(&mut self, entry: &EntryKey) -> EngineResult<bool> {
        self.machine.is_idle(&entry.table, &entry.keys, entry.priority).map_err(refused)
    }

    fn set_expire_profile(&mut self, profile: u32, nanoseconds: u64) -> EngineResult<()> {
        self.machine.set_expire_profile(profile, nanoseconds);
        Ok(())
    }

    fn set_default(&mut self, table: &str, action: &ActionCall) -> EngineResult<()> {
        self.machine.set_default(table, action).map_err(refused)
    }

    fn clear_tables(&mut self) -> EngineResult<()> {
        self.machine.clear_tables();
        Ok(())
    }

    fn inject(&mut self, port: u32, packet: &[u8]) -> EngineResult<()> {
        let outcome = self.machine.process(port, packet);
        let result = match &outcome.verdict {
            Verdict::Failed(why) => Err(EngineError::GivenUp { why: why.clone(), at: outcome.failed_at }),
            Verdict::Forwarded | Verdict::Passed | Verdict::Dropped | Verdict::Aborted => Ok(()),
        };
        for output in &outcome.outputs {
            let fields = self.machine.fields(output);
            self.outputs.push(OutputPacket { port: output.port, bytes: output.bytes.clone(), fields });
        }
        self.digests.extend_from_slice(&outcome.digests);
        if let Some(outcomes) = &mut self.outcomes {
            outcomes.push(outcome);
        }
        result
    }

    fn arrives(&mut self, nanoseconds: u64) -> EngineResult<()> {
        self.machine.set_now(self.machine.now().max(nanoseconds));
        Ok(())
    }

    fn cells(&mut self) -> EngineResult<Vec<Cell>> {
        Ok(self.machine.cells())
    }

    fn collect(&mut self) -> EngineResult<Vec<OutputPacket>> {
        Ok(std::mem::take(&mut self.outputs))
    }

    fn counter(&mut self, name: &str, index: u64) -> EngineResult<Count> {
        self.machine.counter(name, index).map_err(refused)
    }

    fn direct_counter(&mut self, entry: &EntryKey, name: Option<&str>) -> EngineResult<Count> {
        self.machine.direct_counter(&entry.table, &entry.keys, entry.priority, name).map_err(refused)
    }

    fn counter_of_misses(&mut self, name: &str) -> EngineResult<Count> {
        self.machine.counter_of_misses(name).map_err(refused)
    }

    fn write_counter(&mut self, name: &str, index: u64, value: Count) -> EngineResult<()> {
        self.machine.write_counter(name, index, value).map_err(refused)
    }

    fn register(&mut self, name: &str, index: u64) -> EngineResult<BigUint> {
        self.machine.register(name, index).map_err(refused)
    }

    fn write_register(&mut self, name: &str, index: Option<u64>, value: &BigUint) -> EngineResult<()> {
        self.machine.write_register(name, index, value).map_err(refused)
    }

    fn set_meter_rates(&mut self, name: &str, index: Option<u64>, rates: &[(f64, u64)]) -> EngineResult<()> {
        self.machine.set_meter_rates(name, index, rates).map_err(refused)
    }

    fn set_direct_meter_rates(
        &mut self,
        entry: &EntryKey,
        name: &str,
        rates: &[(f64, u64)],
    ) -> EngineResult<()> {
        let EntryKey { table, keys, priority } = entry;
        self.machine.set_direct_meter_rates(table, keys, *priority, name, rates).map_err(refused)
    }

    fn set_mirror(&mut self, number: u32, session: Option<&Session>) -> EngineResult<()> {
        self.machine.set_mirror(number, session.cloned()).map_err(refused)
    }

    fn set_custom_crc(&mut self, crc: Crc) -> EngineResult<()> {
        self.machine.set_custom_crc(crc).map_err(refused)
    }

    fn set_multicast_group(&mut self, group: u32, nodes: &[MulticastNode]) -> EngineResult<()> {
        self.machine.set_multicast_group(group, nodes.to_vec()).map_err(refused)
    }
}
