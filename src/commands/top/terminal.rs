//! The terminal: taken for the time of the show, and given back as it was, also when the program panics or is told to end.

use super::frame::Frame;
use super::screen::{self, Seen};
use super::{Reading, Watched};
use crate::commands::output::{self, Out};
use p4xdp_runtime::program::ProgramError;
use p4xdp_runtime::{Error, KernelError};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::cursor::Show;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEventKind, KeyModifiers};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a key or a signal waits at most.
const TURN: Duration = Duration::from_millis(100);

/// Keys can be read, and there is something to draw on.
pub fn is_possible() -> bool {
    io::stdin().is_terminal() && output::is_terminal()
}

/// The terminal as somebody had it before.
struct Taken;

impl Taken {
    fn take() -> io::Result<Taken> {
        // Who panics says so on the screen that people see afterwards.
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            give_back();
            hook(info);
        }));
        enable_raw_mode()?;
        let taken = Taken;
        execute!(Out, EnterAlternateScreen)?;
        Ok(taken)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

/// Nothing is left to do about it where that fails.
fn give_back() {
    let _ = execute!(Out, LeaveAlternateScreen, Show);
    let _ = disable_raw_mode();
}

/// Shows frames until somebody presses a key that ends it, or sends a signal.
pub fn show(watched: &mut Watched, interval: Duration, frames: u64) -> Result<(), Error> {
    let failed = |error| KernelError::new("use the terminal", error);
    let ended = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register(signal, Arc::clone(&ended)).map_err(failed)?;
    }
    // What cannot be read at the beginning is said, not shown.
    let mut before = Some(watched.read()?);
    let _taken = Taken::take().map_err(failed)?;
    let mut terminal = Terminal::new(CrosstermBackend::new(Out)).map_err(failed)?;
    let mut seen = Seen::default();
    let mut next = Instant::now() + interval;
    for _ in 0..frames {
        loop {
            terminal.draw(|area| screen::draw(area, &seen)).map_err(failed)?;
            match wait(next, &ended, &mut seen).map_err(failed)? {
                Waited::Over => break,
                Waited::Redraw => {}
                Waited::Ended => return Ok(()),
            }
        }
        next = Instant::now() + interval;
        if !seen.is_paused {
            before = step(watched, before, &mut seen)?;
        }
    }
    terminal.draw(|area| screen::draw(area, &seen)).map_err(failed)?;
    Ok(())
}

/// Reads once more, and adds the frame. A device that runs nothing for a moment may do so later.
fn step(watched: &mut Watched, before: Option<Reading>, seen: &mut Seen) -> Result<Option<Reading>, Error> {
    match watched.read() {
        Ok(now) => {
            if let Some(before) = &before {
                seen.add(Frame::between(before, &now));
            }
            seen.trouble = None;
            Ok(Some(now))
        }
        Err(error) if error.of::<ProgramError>().is_some() => {
            seen.trouble = Some(error.to_string());
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

enum Waited {
    Over,
    Redraw,
    Ended,
}

/// Waits for the time, a key or a signal.
fn wait(until: Instant, ended: &AtomicBool, seen: &mut Seen) -> io::Result<Waited> {
    loop {
        if ended.load(Ordering::Relaxed) || output::is_closed() {
            return Ok(Waited::Ended);
        }
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(Waited::Over);
        }
        if !event::poll(left.min(TURN))? {
            continue;
        }
        match event::read()? {
            Event::Key(key) if key.kind == KeyEventKind::Press => match key.code {
                KeyCode::Char('q') | KeyCode::Esc => return Ok(Waited::Ended),
                KeyCode::Char('c') if key.modifiers.contains(KeyModifiers::CONTROL) => {
                    return Ok(Waited::Ended);
                }
                KeyCode::Char('p' | ' ') => {
                    seen.is_paused = !seen.is_paused;
                    return Ok(Waited::Redraw);
                }
                KeyCode::Down | KeyCode::Char('j') => {
                    seen.scroll(1);
                    return Ok(Waited::Redraw);
                }
                KeyCode::Up | KeyCode::Char('k') => {
                    seen.scroll(-1);
                    return Ok(Waited::Redraw);
                }
                _ => {}
            },
            Event::Resize(..) => return Ok(Waited::Redraw),
            _ => {}
        }
    }
}
