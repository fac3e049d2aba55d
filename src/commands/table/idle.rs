//! `p4xdp table idle`: entries that no packet has used for longer than they may be idle.

use super::super::{json, output, target};
use crate::cli::IdleArgs;
use p4xdp_runtime::Error;
use p4xdp_runtime::storage::Entry;
use p4xdp_runtime::tables::{IdleWatch, Table};
use std::time::{Duration, Instant};

/// The longest time between two looks: an entry may get a timeout meanwhile.
const SELDOM: Duration = Duration::from_secs(1);
/// The shortest.
const OFTEN: Duration = Duration::from_millis(10);

/// Prints what is idle, and as it becomes idle until the time is over or somebody interrupts.
pub(super) fn run(args: &IdleArgs) -> Result<(), Error> {
    let program = target::open(&args.target)?;
    let tables = match &args.table {
        Some(name) => vec![program.table(name)?],
        None => program.tables()?.into_iter().filter(Table::has_idle_timeout).collect(),
    };
    let mut watched: Vec<(Table<'_>, IdleWatch)> =
        tables.into_iter().map(|table| (table, IdleWatch::default())).collect();
    let end = args.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    loop {
        let mut pause = SELDOM;
        for (table, watch) in &mut watched {
            let (entries, next) = watch.look(table)?;
            pause = pause.min(next.unwrap_or(SELDOM));
            for entry in entries {
                let priority =
                    entry.priority.map_or_else(String::new, |priority| format!(" priority {priority}"));
                let keys = table.keys_text(&entry.keys);
                output::tell(
                    || format!("{} {keys}{priority}{}\n", table.view().name(), text(&entry)),
                    || {
                        let mut object = json::place(table, &entry);
                        object.extend(json::idle(&entry));
                        object.into()
                    },
                );
            }
        }
        let left = end.map(|end| end.saturating_duration_since(Instant::now()));
        if !args.follow || output::is_closed() || left == Some(Duration::ZERO) {
            return Ok(());
        }
        std::thread::sleep(pause.max(OFTEN).min(left.unwrap_or(SELDOM)));
    }
}

/// A timeout as entries have it.
pub(super) fn nanoseconds(timeout: Duration) -> u64 {
    u64::try_from(timeout.as_nanos()).unwrap_or(u64::MAX)
}

/// How long an entry with a timeout has been idle: `  (idle 3s 20ms of 10s)`.
pub(super) fn text(entry: &Entry) -> String {
    let Some(timeout) = entry.idle.timeout else { return String::new() };
    // Ticks are no more exact than milliseconds.
    let unused = Duration::from_millis(entry.idle.unused / 1_000_000);
    let time = |duration| humantime::format_duration(duration);
    format!("  (idle {} of {})", time(unused), time(Duration::from_nanos(timeout)))
}
