//! What a packet test needs of the thing that runs the program: the interpreter, the kernel, or virtual devices.
//!
//! The test language resolves all names and checks all values before an engine sees them: an engine gets full
//! control-plane names and values in P4's terms, and knows neither STF nor the compiler's IR.

pub use p4xdp_control::crc::Crc;
pub use p4xdp_control::entry::{
    ActionCall, Count, Entry, GroupMember, KeyMatch, Mirror, MulticastNode, Session, Target as EntryTarget,
};
pub use p4xdp_midend::interp::{Cell, CellAt, CellValue, Digest, FieldAt};

use num_bigint::BigUint;
use p4xdp_control::manifest::losses::Reason;
use p4xdp_frontend::source::Span;
use std::sync::Arc;

/// Why an engine could not do what it was told to.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The engine or the architecture has no such thing.
    #[error("{0}")]
    Unsupported(String),
    /// The command is refused: the table is full or constant, the entry exists, the index is out of range.
    #[error("{0}")]
    Refused(String),
    /// The interpreter gave a packet up, at this place of the program.
    #[error("the packet was given up: {why}")]
    GivenUp {
        /// Why.
        why: String,
        /// What did it; nothing if it is not one place.
        at: Span,
    },
    /// The environment is lacking: no privilege, no device, the kernel says no. Exit status 2.
    #[error("{0}")]
    Environment(String),
}

/// The result of an engine's operations.
pub type EngineResult<T> = Result<T, EngineError>;

/// What an entry is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryKey {
    /// Full name of its table.
    pub table: Arc<str>,
    /// Its keys.
    pub keys: Vec<KeyMatch>,
    /// Its priority, if the table has priorities.
    pub priority: Option<u32>,
}

/// A packet that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutputPacket {
    /// Out of which port.
    pub port: u32,
    /// The whole packet.
    pub bytes: Vec<u8>,
    /// Where its fields lie, if the engine knows.
    pub fields: Vec<FieldAt>,
}

/// Why a packet came out nowhere, though the program did not drop it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// The program ended with `XDP_ABORTED`, as its text says.
    #[error("aborted (XDP_ABORTED): the parser rejected it, or the program says so")]
    Aborted,
    /// The program ended with `XDP_ABORTED` and counted why.
    #[error("aborted (XDP_ABORTED, `{}`): {}", .0.name(), .0.meaning())]
    Counted(Reason),
    /// It left by a port that had no device.
    #[error("it left by port {0}, which had no device")]
    NoDevice(u32),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

/// Runs a loaded program for one test. Commands take effect in the order of the calls: a packet that was injected
/// before an entry is inserted does not see it.
pub trait Engine {
    /// The ports that the test injects into or expects at; called once, before everything else. Output on other
    /// ports need not be captured.
    fn open_ports(&mut self, ports: &[u32]) -> EngineResult<()>;

    /// Captures from now on also what leaves by other ports, as far as these can be known: those that stand in the program, those
    /// that entries name, and each one that a packet was lost at.
    fn capture_everywhere(&mut self) -> EngineResult<()> {
        Ok(())
    }

    /// What was lost since the last call, if packets can be; asked after [`Engine::collect`].
    fn losses(&mut self) -> EngineResult<Vec<Loss>> {
        Ok(Vec::new())
    }

    /// Adds an entry to a table; one with the same keys (and priority) is an error.
    fn insert(&mut self, table: &str, entry: &Entry) -> EngineResult<()>;

    /// Makes or replaces a member of an action profile.
    fn set_member(&mut self, profile: &str, member: u32, action: &ActionCall) -> EngineResult<()>;

    /// Makes or replaces a group of an action selector.
    fn set_group(&mut self, selector: &str, group: u32, members: &[GroupMember]) -> EngineResult<()>;

    /// Takes a port's link down, or brings it up: members of groups that watch a port are chosen only while it is up. All are up at first.
    fn set_port(&mut self, port: u32, up: bool) -> EngineResult<()>;

    /// Removes a member that no group and no entry names.
    fn delete_member(&mut self, profile: &str, member: u32) -> EngineResult<()>;

    /// Removes a group that no entry names.
    fn delete_group(&mut self, selector: &str, group: u32) -> EngineResult<()>;

    /// Adds an element to a value set: what it demands of each key.
    fn insert_value_set(&mut self, name: &str, keys: &[KeyMatch]) -> EngineResult<()> {
        let _ = (name, keys);
        Err(EngineError::Unsupported("this engine has no value sets".into()))
    }

    /// The messages to the control plane since the last call, in order.
    fn digests(&mut self) -> EngineResult<Vec<Digest>> {
        Err(EngineError::Unsupported("this engine has no digests".into()))
    }

    /// Moves the clock on.
    fn advance(&mut self, nanoseconds: u64) -> EngineResult<()> {
        let _ = nanoseconds;
        Err(EngineError::Unsupported("this engine's clock is the machine's".into()))
    }

    /// Lets an entry be idle for so long, from now on.
    fn set_idle_timeout(&mut self, entry: &EntryKey, nanoseconds: u64) -> EngineResult<()> {
        let _ = (entry, nanoseconds);
        Err(EngineError::Unsupported("this engine has no idle timeouts".into()))
    }

    /// Is the entry past its idle timeout?
    fn is_idle(&mut self, entry: &EntryKey) -> EngineResult<bool> {
        let _ = entry;
        Err(EngineError::Unsupported("this engine has no idle timeouts".into()))
    }

    /// How long entries with this expire time profile may be idle.
    fn set_expire_profile(&mut self, profile: u32, nanoseconds: u64) -> EngineResult<()> {
        let _ = (profile, nanoseconds);
        Err(EngineError::Unsupported("this engine has no expire time profiles".into()))
    }

    /// Replaces a table's default action.
    fn set_default(&mut self, table: &str, action: &ActionCall) -> EngineResult<()>;

    /// Removes all entries that the program does not declare constant, of all tables.
    fn clear_tables(&mut self) -> EngineResult<()>;

    /// Sends a packet into a port.
    fn inject(&mut self, port: u32, packet: &[u8]) -> EngineResult<()>;

    /// The next packet arrives so many nanoseconds after the first one; the clock does not go back.
    fn arrives(&mut self, nanoseconds: u64) -> EngineResult<()> {
        let _ = nanoseconds;
        Ok(())
    }

    /// The cells of counters and registers that are not zero.
    fn cells(&mut self) -> EngineResult<Vec<Cell>> {
        Err(EngineError::Unsupported("only the interpreter shows its state".into()))
    }

    /// Everything that came out since the last call, in order for each port. Waits as long as packets may still be
    /// under way. For a filter, passing means coming out of the port of entry, unchanged; with XDP_PASS and XDP_TX
    /// packets come out of the port of entry, with XDP_REDIRECT out of the output port.
    fn collect(&mut self) -> EngineResult<Vec<OutputPacket>>;

    /// Reads a cell of a counter by the instance's full control-plane name.
    fn counter(&mut self, name: &str, index: u64) -> EngineResult<Count>;

    /// Reads a direct counter of the entry's table for the entry: the one with this full control-plane name, or the first.
    fn direct_counter(&mut self, entry: &EntryKey, name: Option<&str>) -> EngineResult<Count> {
        let _ = (entry, name);
        Err(EngineError::Unsupported("this engine has no direct counters".into()))
    }

    /// Reads what a direct counter has counted where its table's default action ran.
    fn counter_of_misses(&mut self, name: &str) -> EngineResult<Count> {
        let _ = name;
        Err(EngineError::Unsupported("this engine does not count misses".into()))
    }

    /// Writes a cell of a counter.
    fn write_counter(&mut self, name: &str, index: u64, value: Count) -> EngineResult<()> {
        let _ = (name, index, value);
        Err(EngineError::Unsupported("this engine cannot write counters".into()))
    }

    /// Reads a cell of a register; a struct is its fields' bits in order.
    fn register(&mut self, name: &str, index: u64) -> EngineResult<BigUint> {
        let _ = (name, index);
        Err(EngineError::Unsupported("this engine has no registers".into()))
    }

    /// Writes a cell of a register, or all of them.
    fn write_register(&mut self, name: &str, index: Option<u64>, value: &BigUint) -> EngineResult<()> {
        let _ = (name, index, value);
        Err(EngineError::Unsupported("this engine has no registers".into()))
    }

    /// Sets the rates of a meter's cell, or of all: (units per microsecond, burst in units), committed first, then peak.
    fn set_meter_rates(&mut self, name: &str, index: Option<u64>, rates: &[(f64, u64)]) -> EngineResult<()> {
        let _ = (name, index, rates);
        Err(EngineError::Unsupported("this engine has no meters".into()))
    }

    /// Sets the rates of an entry in the direct meter with this full control-plane name, as [`Engine::set_meter_rates`] does.
    fn set_direct_meter_rates(
        &mut self,
        entry: &EntryKey,
        name: &str,
        rates: &[(f64, u64)],
    ) -> EngineResult<()> {
        let _ = (entry, name, rates);
        Err(EngineError::Unsupported("this engine has no direct meters".into()))
    }

    /// Makes a clone session, or removes it.
    fn set_mirror(&mut self, number: u32, session: Option<&Session>) -> EngineResult<()> {
        let _ = (number, session);
        Err(EngineError::Unsupported("this engine has no clone sessions".into()))
    }

    /// Sets what the custom CRC of this width is.
    fn set_custom_crc(&mut self, crc: Crc) -> EngineResult<()>;

    /// Makes a multicast group, or replaces its nodes.
    fn set_multicast_group(&mut self, group: u32, nodes: &[MulticastNode]) -> EngineResult<()> {
        let _ = (group, nodes);
        Err(EngineError::Unsupported("this engine has no multicast groups".into()))
    }
}
