//! Captures in pcapng, as draft-ietf-opsawg-pcapng describes it: sections in either byte order, interfaces with time stamps of any
//! resolution, enhanced and simple packet blocks. Blocks of other types are passed over.

use super::pcap::{Captured, ETHERNET, LARGEST, MaybeCut, PcapError, fill};
use std::io::{self, Read, Write};

/// The type of a section header, which reads the same in both byte orders.
pub(super) const SECTION: u32 = 0x0a0d_0d0a;
const INTERFACE: u32 = 1;
const SIMPLE_PACKET: u32 = 3;
const ENHANCED_PACKET: u32 = 6;
const BYTE_ORDER: u32 = 0x1a2b_3c4d;
/// Options of an interface: its name, resolution of its time stamps, and their offset in seconds.
const NAME: u16 = 2;
const RESOLUTION: u16 = 9;
const OFFSET: u16 = 14;

/// A part of the file in one byte order.
#[derive(Clone, Copy)]
struct Reader<'a> {
    data: &'a [u8],
    big: bool,
}

impl<'a> Reader<'a> {
    fn word(self, at: usize) -> Option<u32> {
        let bytes = self.data.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) })
    }

    fn half(self, at: usize) -> Option<u16> {
        let bytes = self.data.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    }

    fn part(self, from: usize, length: usize) -> Option<Reader<'a>> {
        Some(Reader { data: self.data.get(from..from.checked_add(length)?)?, big: self.big })
    }
}

/// How an interface counts time.
#[derive(Clone, Copy)]
struct Interface {
    /// Units a second.
    units: u64,
    /// Seconds to be added.
    offset: u64,
    /// Packets are cut to this many bytes.
    most: u32,
}

impl Interface {
    /// From the body of its block.
    fn new(body: Reader<'_>) -> Result<Interface, PcapError> {
        let cut = || PcapError::NotPcap(": an interface block is too short");
        let link = u32::from(body.half(0).ok_or_else(cut)?);
        if link != ETHERNET {
            return Err(PcapError::LinkType(link));
        }
        let most = body.word(4).ok_or_else(cut)?;
        let mut interface = Interface { units: 1_000_000, offset: 0, most };
        let mut at = 8;
        while let (Some(code), Some(length)) = (body.half(at), body.half(at + 2)) {
            let length = usize::from(length);
            match (code, body.part(at + 4, length)) {
                (0, _) => break,
                (RESOLUTION, Some(value)) => {
                    let value = value.data.first().copied().unwrap_or(6);
                    let (base, power) = if value & 0x80 == 0 { (10, value) } else { (2, value & 0x7f) };
                    interface.units = 1;
                    for _ in 0..power {
                        interface.units = u64::saturating_mul(interface.units, base);
                    }
                }
                (OFFSET, Some(value)) => {
                    let (a, b) = (value.word(0).unwrap_or(0), value.word(4).unwrap_or(0));
                    let (high, low) = if value.big { (a, b) } else { (b, a) };
                    interface.offset = u64::from(high) << 32 | u64::from(low);
                }
                _ => {}
            }
            at += 4 + length.next_multiple_of(4);
        }
        Ok(interface)
    }

    fn nanoseconds(self, stamp: u64) -> u64 {
        let nanoseconds = u128::from(stamp) * 1_000_000_000 / u128::from(self.units);
        let offset = u128::from(self.offset) * 1_000_000_000;
        u64::try_from(nanoseconds + offset).unwrap_or(u64::MAX)
    }
}

/// The most bytes of a block that is no packet; nobody needs more names or secrets than that.
const LARGEST_BLOCK: u32 = 1 << 24;

/// The packets of all interfaces in the order of the file, read block by block.
pub(super) struct Blocks {
    file: Box<dyn Read>,
    /// The type of the first block, which has been read already.
    first: Option<[u8; 4]>,
    big: bool,
    interfaces: Vec<Interface>,
    /// The time stamp of the packet before, which a packet without one has, too.
    last: u64,
    body: Vec<u8>,
}

impl Blocks {
    /// Of a file whose first four bytes were read.
    pub(super) fn new(file: Box<dyn Read>, first: [u8; 4]) -> Blocks {
        Blocks { file, first: Some(first), big: false, interfaces: Vec::new(), last: 0, body: Vec::new() }
    }

    /// The packet with this number.
    pub(super) fn next(&mut self, count: usize) -> Result<Option<MaybeCut>, PcapError> {
        while let Some(ty) = self.block(count)? {
            let body = Reader { data: &self.body, big: self.big };
            let truncated = || PcapError::Truncated(count);
            let (nanoseconds, captured, original, at) = match ty {
                INTERFACE => {
                    self.interfaces.push(Interface::new(body)?);
                    continue;
                }
                ENHANCED_PACKET => {
                    let number = body.word(0).ok_or_else(truncated)?;
                    let interface = self.interfaces.get(number as usize);
                    let interface = interface.ok_or(PcapError::NotPcap(": a packet is of no interface"))?;
                    let high = body.word(4).ok_or_else(truncated)?;
                    let low = body.word(8).ok_or_else(truncated)?;
                    let captured = body.word(12).ok_or_else(truncated)?;
                    let original = body.word(16).ok_or_else(truncated)?;
                    let stamp = u64::from(high) << 32 | u64::from(low);
                    (interface.nanoseconds(stamp), captured, original, 20)
                }
                SIMPLE_PACKET => {
                    let original = body.word(0).ok_or_else(truncated)?;
                    let most = self.interfaces.first().map_or(0, |i| i.most);
                    let captured = if most == 0 { original } else { original.min(most) };
                    (self.last, captured, original, 4)
                }
                _ => continue,
            };
            if captured > LARGEST {
                return Err(PcapError::TooLarge(count, captured));
            }
            let bytes = body.part(at, captured as usize).ok_or_else(truncated)?.data.to_vec();
            self.last = nanoseconds;
            return Ok(Some((Captured { nanoseconds, bytes }, original > captured)));
        }
        Ok(None)
    }

    /// Reads a block into `body`, without its frame; its type.
    fn block(&mut self, count: usize) -> Result<Option<u32>, PcapError> {
        let truncated = || PcapError::Truncated(count);
        let mut ty = [0; 4];
        match self.first.take() {
            Some(first) => ty = first,
            None => match fill(&mut self.file, &mut ty)? {
                0 => return Ok(None),
                4 => {}
                _ => return Err(truncated()),
            },
        }
        let mut length = [0; 4];
        if fill(&mut self.file, &mut length)? < 4 {
            return Err(truncated());
        }
        self.body.clear();
        // Of a section the byte order comes first, and says how to read the length before it.
        let is_section = u32::from_le_bytes(ty) == SECTION;
        if is_section {
            let mut order = [0; 4];
            if fill(&mut self.file, &mut order)? < 4 {
                return Err(truncated());
            }
            self.big = match u32::from_be_bytes(order) {
                BYTE_ORDER => true,
                other if other.swap_bytes() == BYTE_ORDER => false,
                _ => return Err(PcapError::NotPcap(": a section has no byte order")),
            };
            self.interfaces.clear();
            self.body.extend(order);
        }
        let word = |bytes| if self.big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) };
        let (ty, length) = (word(ty), word(length));
        let inner = length.checked_sub(12).filter(|_| length.is_multiple_of(4) && length <= LARGEST_BLOCK);
        let inner = inner.ok_or(PcapError::NotPcap(": a block has a length that none can have"))?;
        let rest = (inner as usize + 4).checked_sub(self.body.len());
        let rest = rest.ok_or(PcapError::NotPcap(": a block has a length that none can have"))?;
        // What is not there is not allocated for.
        let read = self.file.by_ref().take(rest as u64).read_to_end(&mut self.body)?;
        if read < rest {
            return Err(truncated());
        }
        self.body.truncate(inner as usize);
        Ok(Some(ty))
    }
}

/// Writes a capture with an interface a port, packet by packet: little-endian, in nanoseconds.
pub struct Writer<W> {
    sink: W,
    ports: Vec<u32>,
}

impl<W: Write> Writer<W> {
    /// Writes the head.
    ///
    /// # Errors
    /// When `sink` refuses; this holds of all functions here.
    pub fn new(sink: W) -> io::Result<Writer<W>> {
        let mut writer = Writer { sink, ports: Vec::new() };
        let mut body = BYTE_ORDER.to_le_bytes().to_vec();
        body.extend(1u16.to_le_bytes());
        body.extend(0u16.to_le_bytes());
        // The section's length is not known.
        body.extend([0xff; 8]);
        writer.block(SECTION, &body)?;
        Ok(writer)
    }

    /// Writes a packet; in front of a port's first one its interface. Times are nanoseconds since 1970.
    ///
    /// # Errors
    /// When the sink refuses, or the packet is of 4 GiB and more.
    pub fn packet(&mut self, port: u32, nanoseconds: u64, bytes: &[u8]) -> io::Result<()> {
        let interface = match self.ports.iter().position(|known| *known == port) {
            Some(known) => known,
            None => {
                self.interface(port)?;
                self.ports.push(port);
                self.ports.len() - 1
            }
        };
        let length = u32::try_from(bytes.len()).map_err(io::Error::other)?;
        let mut body = Vec::with_capacity(20 + bytes.len() + 3);
        for word in [interface as u32, (nanoseconds >> 32) as u32, nanoseconds as u32, length, length] {
            body.extend(word.to_le_bytes());
        }
        body.extend(bytes);
        self.block(ENHANCED_PACKET, &body)
    }

    fn interface(&mut self, port: u32) -> io::Result<()> {
        let mut body = (ETHERNET as u16).to_le_bytes().to_vec();
        body.extend(0u16.to_le_bytes());
        body.extend(LARGEST.to_le_bytes());
        let name = format!("port {port}");
        for (code, value) in [(NAME, name.as_bytes()), (RESOLUTION, &[9])] {
            body.extend(code.to_le_bytes());
            body.extend((value.len() as u16).to_le_bytes());
            body.extend(value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        body.extend([0; 4]);
        self.block(INTERFACE, &body)
    }

    fn block(&mut self, ty: u32, body: &[u8]) -> io::Result<()> {
        let padded = body.len().next_multiple_of(4);
        let length = (padded as u32 + 12).to_le_bytes();
        self.sink.write_all(&ty.to_le_bytes())?;
        self.sink.write_all(&length)?;
        self.sink.write_all(body)?;
        self.sink.write_all([0; 3].get(..padded - body.len()).unwrap_or_default())?;
        self.sink.write_all(&length)
    }

    /// Writes what is left in buffers.
    ///
    /// # Errors
    /// When the sink refuses.
    pub fn finish(mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(data: &[u8]) -> Result<Vec<Captured>, PcapError> {
        super::super::pcap::read(std::io::Cursor::new(data.to_vec()))
    }

    /// A block; its words in the byte order.
    fn block(big: bool, ty: u32, body: &[u8]) -> Vec<u8> {
        let word = |v: u32| if big { v.to_be_bytes() } else { v.to_le_bytes() };
        let length = body.len().next_multiple_of(4) + 12;
        let mut out = word(ty).to_vec();
        out.extend(word(length as u32));
        out.extend(body);
        out.resize(length - 4, 0);
        out.extend(word(length as u32));
        out
    }

    fn words(big: bool, words: &[u32]) -> Vec<u8> {
        words.iter().flat_map(|w| if big { w.to_be_bytes() } else { w.to_le_bytes() }).collect()
    }

    fn capture(big: bool) -> Vec<u8> {
        let half = |v: u16| if big { v.to_be_bytes() } else { v.to_le_bytes() };
        let mut file = block(big, SECTION, &words(big, &[BYTE_ORDER, 0x0001_0000, u32::MAX, u32::MAX]));
        // An interface with microseconds, and one with nanoseconds and an offset of a second.
        let ethernet = [half(1), half(0)].concat();
        let mut plain = ethernet.clone();
        plain.extend(words(big, &[3]));
        file.extend(block(big, INTERFACE, &plain));
        let mut fine = ethernet;
        fine.extend(words(big, &[0]));
        fine.extend([half(RESOLUTION), half(1)].concat());
        fine.extend([9, 0, 0, 0]);
        fine.extend([half(OFFSET), half(8)].concat());
        fine.extend(words(big, if big { &[0, 1] } else { &[1, 0] }));
        fine.extend([half(0), half(0)].concat());
        file.extend(block(big, INTERFACE, &fine));
        let mut packet = words(big, &[0, 0, 7_000_009, 2, 2]);
        packet.extend([0xab, 0xcd]);
        file.extend(block(big, ENHANCED_PACKET, &packet));
        file.extend(block(big, 0x0bad, &[1, 2, 3, 4]));
        let mut packet = words(big, &[1, 1, 5, 1, 1]);
        packet.push(0xee);
        file.extend(block(big, ENHANCED_PACKET, &packet));
        let mut simple = words(big, &[5]);
        simple.extend([1, 2, 3]);
        file.extend(block(big, SIMPLE_PACKET, &simple));
        file
    }

    #[test]
    fn reads_both_byte_orders() {
        let last = 1_000_000_000 + (1u64 << 32) + 5;
        let wanted = [(7_000_009_000, vec![0xab, 0xcd]), (last, vec![0xee]), (last, vec![1, 2, 3])];
        let wanted = wanted.map(|(nanoseconds, bytes)| Captured { nanoseconds, bytes });
        for big in [false, true] {
            assert_eq!(read(&capture(big)).unwrap(), wanted);
        }
    }

    #[test]
    fn reads_what_it_writes() {
        let mut file = Vec::new();
        let mut writer = Writer::new(&mut file).unwrap();
        let wanted = [(1 << 40, vec![1, 2, 3]), (5, Vec::new()), (1_700_000_000_123_456_789, vec![9; 64])];
        for ((nanoseconds, bytes), port) in wanted.iter().zip([3, 511, 3]) {
            writer.packet(port, *nanoseconds, bytes).unwrap();
        }
        writer.finish().unwrap();
        let wanted = wanted.map(|(nanoseconds, bytes)| Captured { nanoseconds, bytes });
        assert_eq!(read(&file).unwrap(), wanted);
    }

    #[test]
    fn never_trusts_a_length() {
        let file = capture(false);
        for cut in 0..file.len() {
            // Cut between two blocks it is a shorter capture.
            let _ = read(file.get(..cut).unwrap());
        }
        for at in 0..file.len() {
            let mut wrong = file.clone();
            if let Some(byte) = wrong.get_mut(at) {
                *byte = 0xff;
            }
            let _ = read(&wrong);
        }
        let last = file.get(..file.len() - 4).unwrap();
        assert!(matches!(read(last), Err(PcapError::Truncated(3))));
    }
}
