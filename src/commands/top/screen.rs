//! The screen of `top`: in, what was seen; out, the cells of a terminal. It reads nothing and knows no terminal.

use super::frame::{Counted, Frame, Table, VERDICTS};
use crate::commands::status::age;
use p4xdp_runtime::latency::Histogram;
use ratatui::Frame as Area;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Cell, Paragraph, Row, Sparkline, Table as Grid};
use std::collections::VecDeque;

/// Moments that the curve has at most.
const MOMENTS: usize = 512;
/// Rows of the histogram of times at most.
const BARS: usize = 8;

/// What there is to show.
#[derive(Debug, Default)]
pub struct Seen {
    /// The last moment.
    frame: Option<Frame>,
    /// Packets a second, from the first moment to the last.
    rates: VecDeque<u64>,
    /// Rows of tables that are above those to be seen.
    pub above: usize,
    /// Nothing new is shown.
    pub is_paused: bool,
    /// Why there is nothing new.
    pub trouble: Option<String>,
}

impl Seen {
    /// Another moment.
    pub fn add(&mut self, frame: Frame) {
        let rate = frame.seen().map_or(0.0, |seen| frame.rate(seen));
        self.rates.push_back(rate.round() as u64);
        if self.rates.len() > MOMENTS {
            self.rates.pop_front();
        }
        self.frame = Some(frame);
    }

    /// Goes so many rows of tables down, or up.
    pub fn scroll(&mut self, rows: isize) {
        let all = self.frame.iter().flat_map(|frame| &frame.tables);
        let all: usize = all.map(|table| table.counters.len().max(1)).sum();
        self.above = self.above.saturating_add_signed(rows).min(all.saturating_sub(1));
    }
}

/// Draws all of it.
pub fn draw(area: &mut Area<'_>, seen: &Seen) {
    let lost = seen.frame.as_ref().map(losses).unwrap_or_default();
    let heights = [
        Constraint::Length(1),
        Constraint::Length(12),
        Constraint::Min(4),
        Constraint::Length(lost.len().clamp(1, 6) as u16 + 2),
        Constraint::Length(1),
    ];
    let [head, packets, tables, losses, foot] = Layout::vertical(heights).areas(area.area());
    area.render_widget(foot_line(seen), foot);
    let Some(frame) = &seen.frame else {
        area.render_widget(Line::from("waiting for the first moment to pass"), head);
        return;
    };
    area.render_widget(head_line(frame), head);
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Fill(1)]).areas(packets);
    draw_packets(area, left, frame, &seen.rates);
    area.render_widget(times(frame).block(titled("Time in the program")), right);
    area.render_widget(grid(frame, seen.above), tables);
    let nothing = lost.is_empty();
    let lost = if nothing { vec![Line::from("nothing")] } else { lost };
    let style = Style::new().fg(if nothing { Color::Reset } else { Color::Red });
    area.render_widget(Paragraph::new(lost).style(style).block(titled("Lost")), losses);
}

fn titled(title: &str) -> Block<'_> {
    Block::bordered().title(format!(" {title} "))
}

fn head_line(frame: &Frame) -> Line<'_> {
    let name = &frame.name;
    let devices = name.devices.join(" ");
    let rest =
        format!(" (id {})  {}  on {devices}  loaded {} ago", name.id, name.source, age(frame.age.as_secs()));
    let bold = Style::new().add_modifier(Modifier::BOLD);
    Line::from(vec![Span::styled(name.program.as_str(), bold), Span::raw(rest)])
}

fn foot_line(seen: &Seen) -> Line<'_> {
    let keys = if seen.is_paused {
        "q quit  p go on  ↑↓ tables   paused"
    } else {
        "q quit  p pause  ↑↓ tables"
    };
    match &seen.trouble {
        Some(trouble) => Line::from(format!("{keys}   {trouble}")).style(Style::new().fg(Color::Red)),
        None => Line::from(keys),
    }
}

/// A number that is read at a glance: `12.3k`.
fn short(number: f64) -> String {
    let units = [(1e9, "G"), (1e6, "M"), (1e3, "k")];
    match units.into_iter().find(|(size, _)| number >= *size) {
        Some((size, unit)) => format!("{:.1}{unit}", number / size),
        None if number.fract() == 0.0 => format!("{number:.0}"),
        None => format!("{number:.1}"),
    }
}

fn draw_packets(area: &mut Area<'_>, place: Rect, frame: &Frame, rates: &VecDeque<u64>) {
    let seen = frame.seen().map(|seen| short(frame.rate(seen)));
    let title = seen.map_or("Packets".to_owned(), |rate| format!("Packets: {rate} a second"));
    let block = titled(&title);
    let inside = block.inner(place);
    area.render_widget(block, place);
    let [rows, curve] = Layout::vertical([Constraint::Length(7), Constraint::Min(1)]).areas(inside);
    match &frame.packets {
        Some(packets) => {
            let sum: u64 = packets.verdicts.iter().sum();
            let total = frame.total.clone().unwrap_or_default();
            let each = VERDICTS.into_iter().zip(packets.verdicts).zip(total.verdicts);
            let row = |(name, count, total): (&str, u64, u64)| {
                let part = (count as f64 / (sum.max(1)) as f64 * 10.0).round() as usize;
                let cells =
                    [name.to_owned(), short(frame.rate(count)), short(total as f64), "█".repeat(part)];
                Row::new(cells.map(Cell::from))
            };
            let mut all: Vec<Row<'_>> =
                each.map(|((name, count), total)| row((name, count, total))).collect();
            let errors = (packets.parser_errors, total.parser_errors);
            let cells = ["parser errors".to_owned(), short(frame.rate(errors.0)), short(errors.1 as f64)];
            all.push(Row::new(cells.map(Cell::from)));
            let widths = [13, 9, 9, 10].map(Constraint::Length);
            area.render_widget(Grid::new(all, widths).header(header(["", "a second", "in all", ""])), rows);
        }
        None => {
            let words =
                ["verdicts and parser errors are not counted:", "the program was loaded without --stats"];
            area.render_widget(Paragraph::new(words.map(Line::from).to_vec()), rows);
        }
    }
    // The newest moment is at the right.
    let width = usize::from(curve.width);
    let shown = rates.iter().copied().skip(rates.len().saturating_sub(width));
    let room = std::iter::repeat_n(0, width.saturating_sub(rates.len()));
    let bars: Vec<u64> = room.chain(shown).collect();
    area.render_widget(Sparkline::default().data(bars).style(Style::new().fg(Color::Cyan)), curve);
}

fn header<const N: usize>(names: [&str; N]) -> Row<'_> {
    Row::new(names.map(Cell::from)).style(Style::new().add_modifier(Modifier::DIM))
}

/// How long packets were in the program.
fn times(frame: &Frame) -> Paragraph<'static> {
    let mut lines = vec![match frame.mean() {
        Some(mean) => Line::from(format!("{mean} ns a packet")),
        None if frame.latency.is_some() => Line::from("no packets"),
        None => Line::from("not measured, or no packets"),
    }];
    if let Some(latency) = &frame.latency
        && let [Some(half), Some(nearly_all)] = [0.5, 0.99].map(|part| latency.quantile(part))
    {
        lines.push(Line::from(format!("50% within {half} ns, 99% within {nearly_all} ns")));
        lines.extend(bars(latency));
    }
    Paragraph::new(lines)
}

/// The histogram with a row for each power of two, the most frequent ones if there are too many.
fn bars(latency: &Histogram) -> Vec<Line<'static>> {
    let mut by_power: Vec<(u64, u64)> = Vec::new();
    for bucket in latency.buckets() {
        let power = bucket.from.checked_ilog2().map_or(0, |bits| 1 << bits);
        match by_power.last_mut() {
            Some((last, runs)) if *last == power => *runs += bucket.runs,
            _ => by_power.push((power, bucket.runs)),
        }
    }
    while by_power.len() > BARS {
        let least = by_power.iter().enumerate().min_by_key(|(_, (_, runs))| *runs).map(|(at, _)| at);
        by_power.remove(least.unwrap_or_default());
    }
    let most = by_power.iter().map(|(_, runs)| *runs).max().unwrap_or(1);
    let line = |(from, runs): (u64, u64)| {
        let length = (runs as f64 / most as f64 * 16.0).ceil() as usize;
        Line::from(format!("from {from:>6} ns {:<16} {}", "█".repeat(length), short(runs as f64)))
    };
    by_power.into_iter().map(line).collect()
}

/// The tables, a row for each of their direct counters, without those above.
fn grid(frame: &Frame, above: usize) -> Grid<'_> {
    let rate = |count: Option<u64>| count.map_or("-".to_owned(), |count| short(frame.rate(count)));
    let row = |table: &Table, counted: Option<&Counted>| {
        let none = Counted { name: "no direct counter".to_owned(), ..Counted::default() };
        let Counted { name, hits, misses, bytes } = counted.unwrap_or(&none);
        Row::new([
            table.name.clone(),
            format!("{} of {}", table.entries, table.size),
            rate(*hits),
            rate(*misses),
            rate(*bytes),
            name.clone(),
        ])
    };
    let mut rows = Vec::new();
    for table in &frame.tables {
        match &table.counters[..] {
            [] => rows.push(row(table, None)),
            all => rows.extend(all.iter().map(|counted| row(table, Some(counted)))),
        }
    }
    let widths = [
        Constraint::Fill(2),
        Constraint::Length(16),
        Constraint::Length(9),
        Constraint::Length(9),
        Constraint::Length(9),
        Constraint::Fill(2),
    ];
    let names = ["table", "entries", "hits/s", "misses/s", "bytes/s", "counter"];
    let rows = rows.into_iter().skip(above);
    Grid::new(rows, widths).header(header(names)).block(titled("Tables"))
}

/// What was lost in the moment.
fn losses(frame: &Frame) -> Vec<Line<'static>> {
    let packets = frame.losses.packets.iter().filter(|(_, count)| *count > 0);
    let packets = packets.map(|(reason, count)| {
        format!("{} a second: {} ({})", short(frame.rate(*count)), reason.name(), reason.meaning())
    });
    let messages = frame.losses.messages.iter().filter(|(_, count)| *count > 0);
    let messages = messages
        .map(|(digest, count)| format!("{} a second: messages of {digest}", short(frame.rate(*count))));
    packets.chain(messages).map(Line::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::top::reading::Name;
    use p4xdp_control::manifest::losses::Reason;
    use p4xdp_runtime::statistics::{Losses, Statistics};
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use std::time::Duration;

    /// Two seconds of a program.
    fn moment(redirected: u64) -> Frame {
        let counters = |hits, misses| {
            vec![Counted { name: "I.hits".to_owned(), hits: Some(hits), misses, bytes: Some(hits * 60) }]
        };
        let table =
            |name: &str, entries, counters| Table { name: name.to_owned(), entries, size: 1024, counters };
        let counted = |factor: u64| Statistics {
            verdicts: [0, 80 * factor, 12, 0, redirected * factor],
            parser_errors: 6 * factor,
        };
        Frame {
            name: Name {
                program: "router".to_owned(),
                id: 12,
                source: "router.p4".to_owned(),
                devices: vec!["eth1".to_owned(), "eth2".to_owned()],
            },
            age: Duration::from_secs(300),
            lasted: Duration::from_secs(2),
            packets: Some(counted(1)),
            losses: Losses {
                packets: vec![(Reason::NoRoom, 0), (Reason::NoPort, 5)],
                messages: vec![("I.learn".to_owned(), 3)],
            },
            latency: Some(Histogram::of(&[70, 80, 90, 130, 150, 90, 100, 101, 2000])),
            tables: vec![
                table("I.ipv4_lpm", 1000, counters(4000, Some(7))),
                table("I.acl", 3, Vec::new()),
                table("I.mac", 0, counters(0, None)),
            ],
            total: Some(counted(1000)),
            ..Frame::default()
        }
    }

    fn drawn(seen: &Seen) -> String {
        let mut terminal = Terminal::new(TestBackend::new(100, 28)).unwrap();
        terminal.draw(|area| draw(area, seen)).unwrap();
        terminal.backend().to_string()
    }

    #[test]
    fn a_screen() {
        let mut seen = Seen::default();
        for redirected in [100, 900, 2000, 4321, 4000] {
            seen.add(moment(redirected));
        }
        insta::assert_snapshot!("top", drawn(&seen));
    }

    #[test]
    fn a_screen_of_little() {
        let mut seen = Seen::default();
        assert!(drawn(&seen).contains("waiting for the first moment to pass"));
        let frame =
            Frame { packets: None, total: None, latency: None, losses: Losses::default(), ..moment(0) };
        seen.add(frame);
        seen.scroll(7);
        seen.scroll(-1);
        seen.is_paused = true;
        seen.trouble = Some("`eth1` runs no XDP program".to_owned());
        insta::assert_snapshot!("top_of_little", drawn(&seen));
    }

    #[test]
    fn no_terminal_is_too_small() {
        let mut seen = Seen::default();
        seen.add(moment(1));
        for (width, height) in [(1, 1), (10, 3), (300, 100), (40, 12)] {
            let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
            terminal.draw(|area| draw(area, &seen)).unwrap();
        }
    }
}
