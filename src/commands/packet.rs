//! `p4xdp packet-in` and `packet-out`: packets between a running program and user space.

use super::{Exit, complain, json, output, target};
use crate::cli::{PacketInArgs, PacketOutArgs};
use p4xdp_packet_tests::pcap::{self, Captured, Writer};
use p4xdp_runtime::Error;
use p4xdp_runtime::cpu_port::Packet;
use std::fs::File;
use std::io::BufWriter;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// How long packets are waited for at once.
const TURN: Duration = Duration::from_millis(200);

/// Prints packets, or writes them, until enough have come, none is left, or somebody interrupts.
pub fn read(args: &PacketInArgs) -> Exit {
    let mut file =
        match args.out.as_ref().map(|path| File::create(path).and_then(|f| Writer::new(BufWriter::new(f)))) {
            None => None,
            Some(Ok(writer)) => Some(writer),
            Some(Err(error)) => return failed(args, &error),
        };
    let mut unwritten = None;
    let read = Exit::of(try_read(args, &mut |packet| match &mut file {
        Some(writer) => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
            let written = writer.packet(u64::try_from(now.as_nanos()).unwrap_or(u64::MAX), &packet.bytes);
            unwritten = written.err();
            unwritten.is_none()
        }
        None => {
            let Packet { port, length, bytes } = packet;
            let text = || {
                let bytes: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("port={port} length={length} {bytes}\n")
            };
            output::tell(text, || {
                let bytes = json::bytes(bytes);
                json::members([("port", (*port).into()), ("length", (*length).into()), ("bytes", bytes)])
                    .into()
            });
            !output::is_closed()
        }
    }));
    match unwritten.or(file.and_then(|writer| writer.finish().err())) {
        Some(error) => failed(args, &error),
        None => read,
    }
}

fn failed(args: &PacketInArgs, error: &std::io::Error) -> Exit {
    let path = args.out.as_deref().unwrap_or_else(|| std::path::Path::new("-"));
    complain(&format!("cannot write {}: {error}", path.display()));
    Exit::Environment
}

/// Hands packets to `take` until it says that it takes no more.
fn try_read(args: &PacketInArgs, take: &mut dyn FnMut(&Packet) -> bool) -> Result<(), Error> {
    let program = target::open(&args.target)?;
    let packets = program.packet_in()?;
    let end = args.seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let mut left = args.count.unwrap_or(u64::MAX);
    while left > 0 {
        let over = end.is_none_or(|end| Instant::now() >= end) && !args.follow;
        let wait = if over { Duration::ZERO } else { TURN };
        let found = packets.read(wait, usize::try_from(left).unwrap_or(usize::MAX))?;
        if found.is_empty() && over || output::is_closed() {
            break;
        }
        for packet in &found {
            left -= 1;
            if !take(packet) {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Sends packets.
pub fn send(args: &PacketOutArgs) -> Exit {
    let mut packets: Vec<Vec<u8>> = Vec::new();
    for word in &args.packets {
        match bytes(word) {
            Some(bytes) => packets.push(bytes),
            None => match captured(word) {
                Ok(captured) => packets.extend(captured.into_iter().map(|packet| packet.bytes)),
                Err(why) => {
                    complain(&format!(
                        "`{word}` is no packet in hexadecimal digits, and as a capture: {why}"
                    ));
                    return Exit::Environment;
                }
            },
        }
    }
    Exit::of(try_send(args, &packets))
}

fn try_send(args: &PacketOutArgs, packets: &[Vec<u8>]) -> Result<(), Error> {
    let program = target::open(&args.target)?;
    packets.iter().try_for_each(|packet| program.packet_out(packet))
}

/// The bytes of `00ff..`.
fn bytes(word: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = word.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| !digits.is_empty() && digits.len() % 2 == 0)?;
    let byte = |pair: &[u32]| pair.iter().fold(0u8, |byte, digit| byte << 4 | *digit as u8);
    Some(digits.chunks_exact(2).map(byte).collect())
}

fn captured(path: &str) -> Result<Vec<Captured>, pcap::PcapError> {
    pcap::read(File::open(path)?)
}
