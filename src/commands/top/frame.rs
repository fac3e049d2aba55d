//! What a program has done between two readings: as numbers, as text and as JSON.

use super::reading::{Counter, Name, Reading};
use crate::commands::json::{self, Members};
use p4xdp_runtime::latency::Histogram;
use p4xdp_runtime::program::RunStatistics;
use p4xdp_runtime::statistics::{Losses, Statistics};
use p4xdp_runtime::tables::Count;
use serde_json::{Value, json};
use std::time::Duration;

/// Names of verdicts in the kernel's order.
pub const VERDICTS: [&str; 5] = ["aborted", "dropped", "passed", "sent back", "redirected"];

/// A moment of a program.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    pub name: Name,
    pub age: Duration,
    /// How long the moment lasted; the first one from when the program was loaded.
    pub lasted: Duration,
    /// None unless it was loaded to count them.
    pub packets: Option<Statistics>,
    /// What was lost in the moment.
    pub losses: Losses,
    /// What the kernel has measured.
    pub runs: RunStatistics,
    /// What was measured from outside, if it was.
    pub latency: Option<Histogram>,
    pub tables: Vec<Table>,
    /// Counts since the program was loaded.
    pub total: Option<Statistics>,
}

/// What became of a table.
#[derive(Clone, Debug, Default)]
pub struct Table {
    pub name: String,
    pub entries: u64,
    pub size: u64,
    /// By direct counter, in the program's order.
    pub counters: Vec<Counted>,
}

/// What a direct counter of a table has counted.
#[derive(Clone, Debug, Default)]
pub struct Counted {
    pub name: String,
    /// Packets, if it counts them.
    pub hits: Option<u64>,
    /// Misses, if it has ever counted one.
    pub misses: Option<u64>,
    /// Bytes of hits, if it counts them.
    pub bytes: Option<u64>,
}

impl Frame {
    /// All since the program was loaded.
    pub fn first(now: &Reading) -> Frame {
        Frame::of(now, None)
    }

    /// What has come between two readings. Where the program was replaced meanwhile, what the new one has counted.
    pub fn between(before: &Reading, now: &Reading) -> Frame {
        Frame::of(now, Some(before).filter(|before| before.name.id == now.name.id))
    }

    fn of(now: &Reading, before: Option<&Reading>) -> Frame {
        let tables = now.tables.iter().enumerate().map(|(at, table)| Table {
            name: table.name.clone(),
            entries: table.entries,
            size: table.size,
            counters: table
                .counters
                .iter()
                .enumerate()
                .map(|(number, counter)| {
                    let old = before.and_then(|before| before.tables.get(at)?.counters.get(number));
                    Counted::of(counter, old)
                })
                .collect(),
        });
        let old_packets = before.and_then(|before| before.packets.clone()).unwrap_or_default();
        let packets = now.packets.as_ref().map(|packets| {
            let mut verdicts = packets.verdicts;
            for (verdict, old) in verdicts.iter_mut().zip(old_packets.verdicts) {
                *verdict = verdict.saturating_sub(old);
            }
            let parser_errors = packets.parser_errors.saturating_sub(old_packets.parser_errors);
            Statistics { verdicts, parser_errors }
        });
        let old_runs = before.map(|before| before.runs).unwrap_or_default();
        Frame {
            name: now.name.clone(),
            age: now.age,
            lasted: before.map_or(now.age, |before| now.at.saturating_duration_since(before.at)),
            packets,
            losses: lost(&now.losses, before.map(|before| &before.losses)),
            runs: RunStatistics {
                runs: now.runs.runs.saturating_sub(old_runs.runs),
                time: now.runs.time.saturating_sub(old_runs.time),
            },
            latency: now.latency.as_ref().map(|now| {
                match before.and_then(|before| before.latency.as_ref()) {
                    Some(before) => now.since(before),
                    None => now.clone(),
                }
            }),
            tables: tables.collect(),
            total: now.packets.clone(),
        }
    }

    /// Packets of the moment, as far as anybody counted them: the program itself, or who measured it.
    pub fn seen(&self) -> Option<u64> {
        let counted = self.packets.as_ref().map(|packets| packets.verdicts.iter().sum());
        let measured = self.latency.as_ref().map(Histogram::runs);
        counted.or(measured).or(Some(self.runs.runs).filter(|runs| *runs > 0))
    }

    /// How often a second.
    pub fn rate(&self, count: u64) -> f64 {
        let seconds = self.lasted.as_secs_f64();
        if seconds > 0.0 { count as f64 / seconds } else { 0.0 }
    }

    /// Mean time of a packet in nanoseconds, if it was measured.
    pub fn mean(&self) -> Option<u64> {
        match &self.latency {
            Some(latency) => latency.mean(),
            None => u64::try_from(self.runs.time.as_nanos()).ok()?.checked_div(self.runs.runs),
        }
    }

    /// For people, some lines.
    pub fn text(&self) -> String {
        let Name { program, id, source, devices } = &self.name;
        let devices = if devices.is_empty() { "no device".to_owned() } else { devices.join(" ") };
        let mut out =
            format!("{program} (id {id}) on {devices}, {source}, {:.1} s\n", self.lasted.as_secs_f64());
        if let Some(seen) = self.seen() {
            out += &format!("  {seen} packets, {:.1} a second", self.rate(seen));
            out += &self.mean().map_or_else(|| "\n".to_owned(), |mean| format!(", {mean} ns each\n"));
        }
        match &self.packets {
            Some(Statistics { verdicts, parser_errors }) => {
                let each = verdicts.iter().zip(VERDICTS).map(|(count, name)| format!("{count} {name}"));
                out += &format!("  {}\n", each.collect::<Vec<_>>().join(", "));
                out += &format!("  {parser_errors} with a parser error\n");
            }
            None => out += "  verdicts and parser errors are not counted: it was loaded without --stats\n",
        }
        if let Some(latency) = &self.latency
            && let [Some(half), Some(most), Some(nearly_all)] =
                [0.5, 0.9, 0.99].map(|part| latency.quantile(part))
        {
            out += &format!("  50% within {half} ns, 90% within {most} ns, 99% within {nearly_all} ns\n");
        }
        for (reason, count) in self.losses.packets.iter().filter(|(_, count)| *count > 0) {
            out += &format!("  lost, {}: {count}\n", reason.name());
        }
        for (digest, count) in self.losses.messages.iter().filter(|(_, count)| *count > 0) {
            out += &format!("  lost, messages of {digest}: {count}\n");
        }
        for table in &self.tables {
            out += &format!(
                "  table {}: {} of {} entries, {}\n",
                table.name,
                table.entries,
                table.size,
                table.hits()
            );
        }
        out
    }

    /// As a JSON object.
    pub fn object(&self) -> Value {
        let Name { program, id, source, devices } = &self.name;
        let mut object = json::members([
            ("program", program.as_str().into()),
            ("id", (*id).into()),
            ("source", source.as_str().into()),
            ("devices", devices.as_slice().into()),
            ("age_s", self.age.as_secs().into()),
            ("interval_ns", u64::try_from(self.lasted.as_nanos()).unwrap_or(u64::MAX).into()),
            ("seen", self.seen().into()),
            ("mean_ns", self.mean().into()),
            ("latency", self.latency.as_ref().map(|latency| Value::from(latency_object(latency))).into()),
            ("tables", self.tables.iter().map(Table::object).collect()),
        ]);
        object.extend(crate::commands::stat::object(self.packets.as_ref(), &self.losses));
        object.into()
    }
}

/// What was lost since.
fn lost(now: &Losses, before: Option<&Losses>) -> Losses {
    // Both have all reasons, in the same order.
    let old = before.map(|before| before.packets.as_slice()).unwrap_or_default();
    let packets =
        now.packets.iter().enumerate().map(|(at, (reason, count))| {
            (*reason, count.saturating_sub(old.get(at).map_or(0, |(_, old)| *old)))
        });
    let messages = now.messages.iter().map(|(digest, count)| {
        let old = before.and_then(|before| before.messages.iter().find(|(name, _)| name == digest));
        (digest.clone(), count.saturating_sub(old.map_or(0, |(_, old)| *old)))
    });
    Losses { packets: packets.collect(), messages: messages.collect() }
}

impl Counted {
    fn of(counter: &Counter, before: Option<&Counter>) -> Counted {
        let [hits, misses]: [Count; 2] = counter.since(before);
        let counts_misses = counter.cells.contains_key(&p4xdp_runtime::tables::OF_MISSES);
        Counted {
            name: counter.name.clone(),
            hits: counter.has_packets.then_some(hits.packets),
            misses: (counter.has_packets && counts_misses).then_some(misses.packets),
            bytes: counter.has_bytes.then_some(hits.bytes),
        }
    }
}

impl Table {
    /// What is known of its hits, in words.
    fn hits(&self) -> String {
        let words = |counted: &Counted| {
            let mut words = Vec::new();
            words.extend(counted.hits.map(|hits| format!("{hits} hits")));
            words.extend(counted.misses.map(|misses| format!("{misses} misses")));
            words.extend(counted.bytes.map(|bytes| format!("{bytes} bytes")));
            format!("{} ({})", words.join(", "), counted.name)
        };
        match &self.counters[..] {
            [] => "hits are not known: no direct counter".to_owned(),
            all => all.iter().map(words).collect::<Vec<_>>().join(", "),
        }
    }

    fn object(&self) -> Value {
        let counters = self.counters.iter().map(|counted| {
            let Counted { name, hits, misses, bytes } = counted;
            json!({ "name": name, "hits": hits, "misses": misses, "bytes": bytes })
        });
        json!({
            "table": self.name, "entries": self.entries, "size": self.size,
            "counters": counters.collect::<Vec<_>>(),
        })
    }
}

fn latency_object(latency: &Histogram) -> Members {
    let buckets = latency.buckets();
    let buckets =
        buckets.map(|part| json!({ "from_ns": part.from, "below_ns": part.below, "runs": part.runs }));
    json::members([
        ("runs", latency.runs().into()),
        ("p50_ns", latency.quantile(0.5).into()),
        ("p90_ns", latency.quantile(0.9).into()),
        ("p99_ns", latency.quantile(0.99).into()),
        ("buckets", buckets.collect()),
    ])
}
