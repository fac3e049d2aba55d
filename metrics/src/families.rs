//! The metrics that there are: names, kinds, units and labels, and what each means. docs/metrics.md has the same as a table.

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows, until the program is replaced or somebody resets it.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Always 1; what it says is in its labels.
    Info,
}

impl Kind {
    /// As the text formats call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Kind::Counter => "counter",
            Kind::Gauge => "gauge",
            Kind::Info => "info",
        }
    }
}

/// What a metric's number is measured in, where it is no plain number of things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes.
    Bytes,
    /// Seconds.
    Seconds,
}

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Family {
    /// Its name without what follows from kind and unit; see [`Family::name`].
    pub stem: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it is measured in.
    pub unit: Option<Unit>,
    /// Its labels, behind those that say of which program it is.
    pub labels: &'static [&'static str],
    /// What it means.
    pub help: &'static str,
}

impl Family {
    const fn new(
        kind: Kind,
        stem: &'static str,
        labels: &'static [&'static str],
        help: &'static str,
    ) -> Family {
        Family { stem, kind, unit: None, labels, help }
    }

    const fn counter(stem: &'static str, labels: &'static [&'static str], help: &'static str) -> Family {
        Family::new(Kind::Counter, stem, labels, help)
    }

    const fn gauge(stem: &'static str, labels: &'static [&'static str], help: &'static str) -> Family {
        Family::new(Kind::Gauge, stem, labels, help)
    }

    const fn info(stem: &'static str, labels: &'static [&'static str], help: &'static str) -> Family {
        Family::new(Kind::Info, stem, labels, help)
    }

    const fn of(self, unit: Unit) -> Family {
        Family { unit: Some(unit), ..self }
    }

    /// Its whole name: the stem, the unit, and `_total` or `_info`.
    #[must_use]
    pub fn name(&self) -> String {
        let unit = match self.unit {
            Some(Unit::Bytes) => "_bytes",
            Some(Unit::Seconds) => "_seconds",
            None => "",
        };
        let end = match self.kind {
            Kind::Counter => "_total",
            Kind::Info => "_info",
            Kind::Gauge => "",
        };
        format!("{}{unit}{end}", self.stem)
    }

    /// It is of a program, and so has the labels [`OF_PROGRAM`] in front.
    #[must_use]
    pub fn is_of_program(&self) -> bool {
        *self != DEVICE_UP && *self != SCRAPE_DURATION
    }
}

/// Labels of all metrics of programs: the name that the kernel knows it by, and the kernel's number.
pub const OF_PROGRAM: [&str; 2] = ["program", "id"];

/// Which program it is.
pub const PROGRAM: Family =
    Family::info("p4xdp_program", &["source", "architecture", "compiler"], "What the program was made of.");
/// Which devices run it.
pub const PROGRAM_DEVICE: Family =
    Family::info("p4xdp_program_device", &["device", "ifindex", "mode"], "A device that runs the program.");
/// When it was loaded.
pub const LOAD_TIME: Family =
    Family::gauge("p4xdp_program_load_time", &[], "When the program was loaded, since the Unix epoch.")
        .of(Unit::Seconds);
/// How long it is.
pub const INSTRUCTIONS: Family =
    Family::gauge("p4xdp_program_instructions", &[], "Instructions of the program behind the verifier.");
/// How much of the processor's cache it wants.
pub const MACHINE_CODE: Family =
    Family::gauge("p4xdp_program_machine_code", &[], "Machine code of the program.").of(Unit::Bytes);
/// What the kernel counted.
pub const RUNS: Family = Family::counter(
    "p4xdp_program_runs",
    &[],
    "Runs of the program while the kernel's statistics of programs (kernel.bpf_stats_enabled) were on.",
);
/// What the kernel measured.
pub const RUN_TIME: Family = Family::counter(
    "p4xdp_program_run",
    &[],
    "Time in the program while the kernel's statistics of programs (kernel.bpf_stats_enabled) were on.",
)
.of(Unit::Seconds);
/// Whether verdicts and parser errors are there.
pub const COUNTS_PACKETS: Family = Family::gauge(
    "p4xdp_program_counts_packets",
    &[],
    "1 if the program counts verdicts and parser errors (load --stats), otherwise 0.",
);
/// What became of packets.
pub const PACKETS: Family = Family::counter(
    "p4xdp_packets",
    &["verdict"],
    "Packets by what the program said of them: aborted, dropped, passed, sent_back or redirected.",
);
/// What parsers rejected.
pub const PARSER_ERRORS: Family = Family::counter(
    "p4xdp_parser_errors",
    &[],
    "Packets that a parser rejected; with v1model, that went on so.",
);
/// What was lost.
pub const LOST_PACKETS: Family = Family::counter(
    "p4xdp_lost_packets",
    &["reason"],
    "Packets that were lost though the program did not drop them by its own word.",
);
/// Digests that were lost.
pub const LOST_MESSAGES: Family = Family::counter(
    "p4xdp_lost_messages",
    &["digest"],
    "Messages to the control plane that were lost, as nobody read them in time.",
);
/// How full tables are.
pub const TABLE_ENTRIES: Family =
    Family::gauge("p4xdp_table_entries", &["table"], "Entries of the table, constant ones included.");
/// How full they may get.
pub const TABLE_LIMIT: Family =
    Family::gauge("p4xdp_table_entries_limit", &["table"], "Entries that the table holds at most.");
/// Direct counters.
pub const ENTRY_PACKETS: Family = Family::counter(
    "p4xdp_entry_packets",
    &["table", "counter", "keys", "priority"],
    "Packets that a direct counter has of a table's entry.",
);
/// The same in bytes.
pub const ENTRY_BYTES: Family = Family::counter(
    "p4xdp_entry",
    &["table", "counter", "keys", "priority"],
    "Bytes of packets that a direct counter has of a table's entry.",
)
.of(Unit::Bytes);
/// Direct counters of misses.
pub const MISS_PACKETS: Family = Family::counter(
    "p4xdp_miss_packets",
    &["table", "counter"],
    "Packets that a direct counter has of misses in the table.",
);
/// The same in bytes.
pub const MISS_BYTES: Family = Family::counter(
    "p4xdp_miss",
    &["table", "counter"],
    "Bytes of packets that a direct counter has of misses in the table.",
)
.of(Unit::Bytes);
/// Counters by index.
pub const CELL_PACKETS: Family = Family::counter(
    "p4xdp_cell_packets",
    &["counter", "index"],
    "Packets that a counter of the program has at an index, or how often it was counted there.",
);
/// The same in bytes.
pub const CELL_BYTES: Family = Family::counter(
    "p4xdp_cell",
    &["counter", "index"],
    "Bytes of packets that a counter of the program has at an index.",
)
.of(Unit::Bytes);
/// What is not told.
pub const LEFT_OUT: Family = Family::gauge(
    "p4xdp_cells_left_out",
    &["counter"],
    "Cells of a counter that are not zero and yet not among its metrics, as there were too many.",
);
/// Action profiles and selectors.
pub const PROFILE_MEMBERS: Family =
    Family::gauge("p4xdp_profile_members", &["profile"], "Members of the action profile or selector.");
/// Action selectors.
pub const PROFILE_GROUPS: Family =
    Family::gauge("p4xdp_profile_groups", &["profile"], "Groups of the action selector.");
/// Copies of packets.
pub const MULTICAST_GROUPS: Family =
    Family::gauge("p4xdp_multicast_groups", &[], "Multicast groups of the program.");
/// Copies of packets.
pub const CLONE_SESSIONS: Family =
    Family::gauge("p4xdp_clone_sessions", &[], "Clone sessions of the program.");
/// Numbered ports.
pub const PORT_UP: Family = Family::gauge(
    "p4xdp_port_up",
    &["port", "device"],
    "1 if the device of the port is there, up and has a carrier, otherwise 0.",
);
/// Whether all else can be known.
pub const DEVICE_UP: Family =
    Family::gauge("p4xdp_device_up", &["device"], "1 if what the device runs could be read, otherwise 0.");
/// What asking costs.
pub const SCRAPE_DURATION: Family =
    Family::gauge("p4xdp_scrape_duration", &[], "How long reading all of this took.").of(Unit::Seconds);

/// All of them, in the order of the text.
pub const ALL: [Family; 28] = [
    PROGRAM,
    PROGRAM_DEVICE,
    LOAD_TIME,
    INSTRUCTIONS,
    MACHINE_CODE,
    RUNS,
    RUN_TIME,
    COUNTS_PACKETS,
    PACKETS,
    PARSER_ERRORS,
    LOST_PACKETS,
    LOST_MESSAGES,
    TABLE_ENTRIES,
    TABLE_LIMIT,
    ENTRY_PACKETS,
    ENTRY_BYTES,
    MISS_PACKETS,
    MISS_BYTES,
    CELL_PACKETS,
    CELL_BYTES,
    LEFT_OUT,
    PROFILE_MEMBERS,
    PROFILE_GROUPS,
    MULTICAST_GROUPS,
    CLONE_SESSIONS,
    PORT_UP,
    DEVICE_UP,
    SCRAPE_DURATION,
];
