//! Captures: reading classic pcap (both byte orders, micro- and nanoseconds) and pcapng, and writing classic pcap.

use super::pcapng;
use std::io::{self, Read, Write};

/// A captured packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captured {
    /// Nanoseconds since 1970.
    pub nanoseconds: u64,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Why a capture cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum PcapError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("this is no capture in pcap or pcapng{0}")]
    NotPcap(&'static str),
    /// Not Ethernet.
    #[error("the capture has link type {0}, not Ethernet (1)")]
    LinkType(u32),
    /// It ends in the middle of a packet.
    #[error("the capture ends in the middle of packet {0}")]
    Truncated(usize),
    /// A packet that nobody can have sent.
    #[error("packet {0} claims to have {1} bytes")]
    TooLarge(usize, u32),
}

const MICROSECONDS: u32 = 0xa1b2_c3d4;
const NANOSECONDS: u32 = 0xa1b2_3c4d;
pub(super) const ETHERNET: u32 = 1;
/// The largest packet that capture tools write.
pub(super) const LARGEST: u32 = 1 << 18;

/// Reads all packets.
///
/// # Errors
/// When the file cannot be read or is no Ethernet capture.
pub fn read(mut source: impl Read) -> Result<Vec<Captured>, PcapError> {
    let mut data = Vec::new();
    source.read_to_end(&mut data)?;
    let word = |at: usize| -> Option<[u8; 4]> { data.get(at..at + 4)?.try_into().ok() };
    let magic = word(0).ok_or(PcapError::NotPcap(": it is too short"))?;
    let (big, nanos) = match (u32::from_be_bytes(magic), u32::from_le_bytes(magic)) {
        (MICROSECONDS, _) => (true, false),
        (NANOSECONDS, _) => (true, true),
        (_, MICROSECONDS) => (false, false),
        (_, NANOSECONDS) => (false, true),
        (pcapng::SECTION, _) => return pcapng::read(&data),
        _ => return Err(PcapError::NotPcap("")),
    };
    let number =
        |at: usize| word(at).map(|b| if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) });
    // The upper bits of the link type say something of frame check sequences.
    let link = number(20).ok_or(PcapError::NotPcap(": it is too short"))? & 0x0fff_ffff;
    if link != ETHERNET {
        return Err(PcapError::LinkType(link));
    }
    let mut packets = Vec::new();
    let mut at = 24;
    while at < data.len() {
        let truncated = || PcapError::Truncated(packets.len() + 1);
        let seconds = number(at).ok_or_else(truncated)?;
        let fraction = number(at + 4).ok_or_else(truncated)?;
        let length = number(at + 8).ok_or_else(truncated)?;
        number(at + 12).ok_or_else(truncated)?;
        if length > LARGEST {
            return Err(PcapError::TooLarge(packets.len() + 1, length));
        }
        let end = at + 16 + length as usize;
        let bytes = data.get(at + 16..end).ok_or_else(truncated)?.to_vec();
        let fraction = u64::from(fraction) * if nanos { 1 } else { 1000 };
        packets.push(Captured { nanoseconds: u64::from(seconds) * 1_000_000_000 + fraction, bytes });
        at = end;
    }
    Ok(packets)
}

/// Writes a capture with nanoseconds, little-endian.
///
/// # Errors
/// When the sink does not take it.
pub fn write<'a>(mut sink: impl Write, packets: impl IntoIterator<Item = &'a Captured>) -> io::Result<()> {
    let mut header = Vec::with_capacity(24);
    header.extend(NANOSECONDS.to_le_bytes());
    header.extend(2u16.to_le_bytes());
    header.extend(4u16.to_le_bytes());
    header.extend([0; 8]);
    header.extend(LARGEST.to_le_bytes());
    header.extend(ETHERNET.to_le_bytes());
    sink.write_all(&header)?;
    for packet in packets {
        let length = u32::try_from(packet.bytes.len()).map_err(io::Error::other)?;
        let seconds = (packet.nanoseconds / 1_000_000_000) as u32;
        let fraction = (packet.nanoseconds % 1_000_000_000) as u32;
        for word in [seconds, fraction, length, length] {
            sink.write_all(&word.to_le_bytes())?;
        }
        sink.write_all(&packet.bytes)?;
    }
    sink.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Vec<Captured> {
        vec![
            Captured { nanoseconds: 1_700_000_000_123_456_789, bytes: vec![1, 2, 3] },
            Captured { nanoseconds: 5, bytes: Vec::new() },
        ]
    }

    #[test]
    fn reads_what_it_writes() {
        let mut file = Vec::new();
        write(&mut file, &sample()).unwrap();
        assert_eq!(read(&file[..]).unwrap(), sample());
    }

    #[test]
    fn reads_big_endian_microseconds() {
        let mut file = Vec::new();
        file.extend(MICROSECONDS.to_be_bytes());
        file.extend([0, 2, 0, 4]);
        file.extend([0; 8]);
        file.extend(65535u32.to_be_bytes());
        file.extend(ETHERNET.to_be_bytes());
        for word in [7u32, 9, 2, 2] {
            file.extend(word.to_be_bytes());
        }
        file.extend([0xab, 0xcd]);
        let wanted = vec![Captured { nanoseconds: 7_000_009_000, bytes: vec![0xab, 0xcd] }];
        assert_eq!(read(&file[..]).unwrap(), wanted);
    }

    #[test]
    fn refuses_what_is_no_capture() {
        assert!(matches!(read(&b"hello world, this is text"[..]), Err(PcapError::NotPcap(_))));
        assert!(matches!(read(&b""[..]), Err(PcapError::NotPcap(_))));
        let mut file = Vec::new();
        write(&mut file, &sample()).unwrap();
        assert!(matches!(read(&file[..41]), Err(PcapError::Truncated(1))));
        file[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(read(&file[..]), Err(PcapError::TooLarge(1, u32::MAX))));
        file[20] = 113;
        assert!(matches!(read(&file[..]), Err(PcapError::LinkType(113))));
    }
}
