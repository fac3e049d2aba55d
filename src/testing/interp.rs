//! The interpreter as an engine.

use super::engine::{
    ActionSpec, CounterValue, Digest, Engine, EngineError, EngineResult, EntryTarget, KeyMatch, MirrorTarget,
    MulticastNode, OutputPacket, TableEntry,
};
use num_bigint::BigUint;
use p4xdp_midend::interp::{ControlError, Machine, Mirror, Outcome, Unsupported, Verdict};
use p4xdp_midend::ir::{Keyset, Program};

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

    fn insert(&mut self, table: &str, entry: &TableEntry) -> EngineResult<()> {
        self.machine.insert(table, entry).map_err(refused)
    }

    fn insert_target(
        &mut self,
        table: &str,
        keys: &[KeyMatch],
        priority: Option<u32>,
        target: &EntryTarget,
    ) -> EngineResult<()> {
        self.machine.insert_target(table, keys, priority, target).map_err(refused)
    }

    fn set_member(&mut self, profile: &str, member: u32, action: &ActionSpec) -> EngineResult<()> {
        self.machine.set_member(profile, member, action).map_err(refused)
    }

    fn set_group(&mut self, selector: &str, group: u32, members: &[u32]) -> EngineResult<()> {
        self.machine.set_group(selector, group, members).map_err(refused)
    }

    fn insert_value_set(&mut self, name: &str, keysets: &[Keyset]) -> EngineResult<()> {
        self.machine.insert_value_set(name, keysets).map_err(refused)
    }

    fn digests(&mut self) -> EngineResult<Vec<Digest>> {
        Ok(std::mem::take(&mut self.digests))
    }

    fn advance(&mut self, nanoseconds: u64) -> EngineResult<()> {
        self.machine.set_now(self.machine.now().saturating_add(nanoseconds));
        Ok(())
    }

    fn set_idle_timeout(&mut self, table: &str, keys: &[KeyMatch], nanoseconds: u64) -> EngineResult<()> {
        self.machine.set_idle_timeout(table, keys, None, Some(nanoseconds)).map_err(refused)
    }

    fn is_idle(&mut self, table: &str, keys: &[KeyMatch]) -> EngineResult<bool> {
        self.machine.is_idle(table, keys, None).map_err(refused)
    }

    fn set_expire_profile(&mut self, profile: u32, nanoseconds: u64) -> EngineResult<()> {
        self.machine.set_expire_profile(profile, nanoseconds);
        Ok(())
    }

    fn set_default(&mut self, table: &str, action: &ActionSpec) -> EngineResult<()> {
        self.machine.set_default(table, action).map_err(refused)
    }

    fn clear_tables(&mut self) -> EngineResult<()> {
        self.machine.clear_tables();
        Ok(())
    }

    fn inject(&mut self, port: u32, packet: &[u8]) -> EngineResult<()> {
        let outcome = self.machine.process(port, packet);
        let result = match &outcome.verdict {
            Verdict::Failed(why) => Err(EngineError::Refused(format!("the packet was given up: {why}"))),
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

    fn collect(&mut self) -> EngineResult<Vec<OutputPacket>> {
        Ok(std::mem::take(&mut self.outputs))
    }

    fn counter(&mut self, name: &str, index: u64) -> EngineResult<CounterValue> {
        self.machine.counter(name, index).map_err(refused)
    }

    fn direct_counter(&mut self, table: &str, keys: &[KeyMatch]) -> EngineResult<CounterValue> {
        self.machine.direct_counter(table, keys, None).map_err(refused)
    }

    fn write_counter(&mut self, name: &str, index: u64, value: CounterValue) -> EngineResult<()> {
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

    fn set_mirror(&mut self, session: u32, target: Option<&MirrorTarget>) -> EngineResult<()> {
        let target = target.map(|t| match t {
            MirrorTarget::Port(port) => Mirror::Port(*port),
            MirrorTarget::Group(group) => Mirror::Group(*group),
        });
        self.machine.set_mirror(session, target);
        Ok(())
    }

    fn set_multicast_group(&mut self, group: u32, nodes: &[MulticastNode]) -> EngineResult<()> {
        self.machine.set_multicast_group(group, nodes.to_vec());
        Ok(())
    }
}
