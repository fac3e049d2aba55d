//! Captures: reading classic pcap (both byte orders, micro- and nanoseconds) and pcapng packet by packet, and writing classic pcap.

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

/// The packets of a capture, read one by one. Behind an error there is nothing more.
pub struct Packets {
    source: Source,
    /// Packets that were read.
    count: usize,
    /// Of these, how many are shorter in the capture than they were.
    cut: usize,
    ended: bool,
}

impl Packets {
    /// Packets so far of which the capture has the beginning alone.
    #[must_use]
    pub fn cut(&self) -> usize {
        self.cut
    }
}

/// A packet, and whether it was longer than what the capture has of it.
pub(super) type MaybeCut = (Captured, bool);

enum Source {
    Classic(Classic),
    Blocks(pcapng::Blocks),
}

/// A file in the classic form, behind its header.
struct Classic {
    file: Box<dyn Read>,
    big: bool,
    nanoseconds: bool,
}

/// Opens a capture: reads as far as is needed to know its form.
///
/// # Errors
/// When the file cannot be read or is no Ethernet capture.
pub fn open(mut file: impl Read + 'static) -> Result<Packets, PcapError> {
    const SHORT: PcapError = PcapError::NotPcap(": it is too short");
    let mut magic = [0; 4];
    if fill(&mut file, &mut magic)? < magic.len() {
        return Err(SHORT);
    }
    let (big, nanoseconds) = match (u32::from_be_bytes(magic), u32::from_le_bytes(magic)) {
        (MICROSECONDS, _) => (true, false),
        (NANOSECONDS, _) => (true, true),
        (_, MICROSECONDS) => (false, false),
        (_, NANOSECONDS) => (false, true),
        (pcapng::SECTION, _) => {
            let blocks = pcapng::Blocks::new(Box::new(file), magic);
            return Ok(Packets { source: Source::Blocks(blocks), count: 0, cut: 0, ended: false });
        }
        _ => return Err(PcapError::NotPcap("")),
    };
    let mut header = [0; 20];
    if fill(&mut file, &mut header)? < header.len() {
        return Err(SHORT);
    }
    let [.., a, b, c, d] = header;
    // The upper bits of the link type say something of frame check sequences.
    let link = number([a, b, c, d], big) & 0x0fff_ffff;
    if link != ETHERNET {
        return Err(PcapError::LinkType(link));
    }
    let classic = Classic { file: Box::new(file), big, nanoseconds };
    Ok(Packets { source: Source::Classic(classic), count: 0, cut: 0, ended: false })
}

/// Reads all packets.
///
/// # Errors
/// As [`open`], or when a packet is cut off or too large.
pub fn read(file: impl Read + 'static) -> Result<Vec<Captured>, PcapError> {
    open(file)?.collect()
}

impl Iterator for Packets {
    type Item = Result<Captured, PcapError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        self.count += 1;
        let next = match &mut self.source {
            Source::Classic(classic) => classic.next(self.count),
            Source::Blocks(blocks) => blocks.next(self.count),
        };
        self.ended = !matches!(next, Ok(Some(_)));
        self.cut += usize::from(matches!(next, Ok(Some((_, true)))));
        next.map(|next| next.map(|(packet, _)| packet)).transpose()
    }
}

impl Classic {
    /// The packet with this number.
    fn next(&mut self, count: usize) -> Result<Option<MaybeCut>, PcapError> {
        let mut header = [0; 16];
        match fill(&mut self.file, &mut header)? {
            0 => return Ok(None),
            16 => {}
            _ => return Err(PcapError::Truncated(count)),
        }
        let [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p] = header;
        let words = [[a, b, c, d], [e, f, g, h], [i, j, k, l], [m, n, o, p]];
        let [seconds, fraction, length, original] = words.map(|word| number(word, self.big));
        if length > LARGEST {
            return Err(PcapError::TooLarge(count, length));
        }
        let mut bytes = vec![0; length as usize];
        if fill(&mut self.file, &mut bytes)? < bytes.len() {
            return Err(PcapError::Truncated(count));
        }
        let fraction = u64::from(fraction) * if self.nanoseconds { 1 } else { 1000 };
        let nanoseconds = u64::from(seconds) * 1_000_000_000 + fraction;
        Ok(Some((Captured { nanoseconds, bytes }, original > length)))
    }
}

fn number(bytes: [u8; 4], big: bool) -> u32 {
    if big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}

/// Reads until the buffer is full or the file ends; how many bytes there were.
pub(super) fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut have = 0;
    while let Some(rest) = buffer.get_mut(have..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(more) => have += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(have)
}

/// Writes a capture with nanoseconds, little-endian, packet by packet.
pub struct Writer<W> {
    sink: W,
}

impl<W: Write> Writer<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// When the sink does not take it.
    pub fn new(mut sink: W) -> io::Result<Writer<W>> {
        let mut header = Vec::with_capacity(24);
        header.extend(NANOSECONDS.to_le_bytes());
        header.extend(2u16.to_le_bytes());
        header.extend(4u16.to_le_bytes());
        header.extend([0; 8]);
        header.extend(LARGEST.to_le_bytes());
        header.extend(ETHERNET.to_le_bytes());
        sink.write_all(&header)?;
        Ok(Writer { sink })
    }

    /// Writes a packet.
    ///
    /// # Errors
    /// When the sink does not take it.
    pub fn packet(&mut self, nanoseconds: u64, bytes: &[u8]) -> io::Result<()> {
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let seconds = (nanoseconds / 1_000_000_000) as u32;
        let fraction = (nanoseconds % 1_000_000_000) as u32;
        for word in [seconds, fraction, length, length] {
            self.sink.write_all(&word.to_le_bytes())?;
        }
        self.sink.write_all(bytes)
    }

    /// Writes what is left in buffers.
    ///
    /// # Errors
    /// When the sink does not take it.
    pub fn finish(mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

/// Writes a whole capture.
///
/// # Errors
/// When the sink does not take it.
pub fn write<'a>(sink: impl Write, packets: impl IntoIterator<Item = &'a Captured>) -> io::Result<()> {
    let mut writer = Writer::new(sink)?;
    packets.into_iter().try_for_each(|packet| writer.packet(packet.nanoseconds, &packet.bytes))?;
    writer.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

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
        assert_eq!(read(Cursor::new(file.clone())).unwrap(), sample());
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
        assert_eq!(read(Cursor::new(file.clone())).unwrap(), wanted);
    }

    #[test]
    fn refuses_what_is_no_capture() {
        assert!(matches!(read(&b"hello world, this is text"[..]), Err(PcapError::NotPcap(_))));
        assert!(matches!(read(&b""[..]), Err(PcapError::NotPcap(_))));
        let mut file = Vec::new();
        write(&mut file, &sample()).unwrap();
        assert!(matches!(read(Cursor::new(file[..41].to_vec())), Err(PcapError::Truncated(1))));
        file[32..36].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(read(Cursor::new(file.clone())), Err(PcapError::TooLarge(1, u32::MAX))));
        file[20] = 113;
        assert!(matches!(read(Cursor::new(file.clone())), Err(PcapError::LinkType(113))));
    }
}
