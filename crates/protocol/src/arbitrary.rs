//! Random messages of every kind and version, for tests here and for comparing our codec with others.
//!
//! Only with the feature `arbitrary`, or in this crate's own tests.

use crate::chunk::Chunks;
use crate::primitives::{DecodeError, EncodeError, Message, Reader, Writer};
use crate::schema;
use bytes::Bytes;
use bytestring::ByteString;
use uuid::Uuid;

/// What can be made at random, such that the version can say it.
pub trait Arbitrary: Sized {
    /// Makes one.
    fn arbitrary(source: &mut Source, api_version: i16) -> Self;
}

/// A source of random values that favours the edges of their ranges. The same seed gives the same values.
#[derive(Clone, Debug)]
pub struct Source(u64);

/// One message.
#[derive(Debug)]
pub struct Row {
    /// Its name, like `FetchRequest`.
    pub name: &'static str,
    /// Its schema.
    pub schema: &'static schema::Message,
    /// Makes a random one in a version and writes it.
    pub random: fn(&mut Source, i16) -> Result<Bytes, EncodeError>,
    /// Reads one in a version and writes it again; the count is of bytes that were not read.
    pub recode: fn(Bytes, i16) -> Result<(Bytes, usize), DecodeError>,
    /// Reads one in the first version and writes it in the second.
    pub rewrite: fn(Bytes, i16, i16) -> Result<Rewritten, DecodeError>,
    /// Makes a random one and says whether it is the same after having been written and read.
    pub survives: fn(&mut Source, i16) -> Result<bool, DecodeError>,
}

/// The bytes of a message in another version, or why that version cannot say it.
pub type Rewritten = Result<Bytes, EncodeError>;

impl Row {
    const fn of<M: Message + Arbitrary + PartialEq>(name: &'static str, schema: &'static schema::Message) -> Self {
        Row { name, schema, random: random::<M>, recode: recode::<M>, rewrite: rewrite::<M>, survives: survives::<M> }
    }

    /// Versions that the codec reads and writes.
    pub fn versions(&self) -> std::ops::RangeInclusive<i16> {
        self.schema.accepted.first..=self.schema.accepted.last
    }
}

fn written(message: &impl Message, version: i16) -> Result<Bytes, EncodeError> {
    let mut writer = Writer::new();
    message.encode(&mut writer, version)?;
    Ok(writer.into_bytes().expect("nothing of a random message lies in a store"))
}

fn random<M: Message + Arbitrary>(source: &mut Source, version: i16) -> Result<Bytes, EncodeError> {
    written(&M::arbitrary(source, version), version)
}

fn recode<M: Message>(bytes: Bytes, version: i16) -> Result<(Bytes, usize), DecodeError> {
    let mut reader = Reader::new(bytes);
    let message = M::decode(&mut reader, version)?;
    let again = written(&message, version).expect("what was read in a version can be written in it");
    Ok((again, reader.remaining()))
}

fn rewrite<M: Message>(bytes: Bytes, from: i16, to: i16) -> Result<Result<Bytes, EncodeError>, DecodeError> {
    M::decode(&mut Reader::new(bytes), from).map(|message| written(&message, to))
}

fn survives<M: Message + Arbitrary + PartialEq>(source: &mut Source, version: i16) -> Result<bool, DecodeError> {
    let message = M::arbitrary(source, version);
    let bytes = written(&message, version).expect("a random message fits its version");
    let mut reader = Reader::new(bytes);
    Ok(M::decode(&mut reader, version)? == message && reader.remaining() == 0)
}

impl Source {
    /// A source of its own for each seed.
    pub fn new(seed: u64) -> Self {
        Source(seed)
    }

    /// The next 64 bits (SplitMix64).
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("a usize fits in 64 bits");
        usize::try_from(self.bits() % bound).expect("it is smaller than a usize")
    }

    /// True once in `count` times.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// True half of the time.
    pub fn bool(&mut self) -> bool {
        self.one_in(2)
    }

    fn size(&mut self) -> usize {
        match self.below(40) {
            0 => 200 + self.below(200),
            1 => 16_000 + self.below(1_000),
            2..=12 => 0,
            _ => self.below(20),
        }
    }

    /// Text of any letters, seldom long.
    pub fn string(&mut self) -> ByteString {
        const LETTERS: [char; 12] = ['a', 'Z', '0', '-', '.', '_', '"', '\u{0}', 'ß', 'ø', '€', '𝄞'];
        let size = self.size();
        let text: String = (0..size / 2).map(|_| LETTERS[self.below(LETTERS.len())]).collect();
        ByteString::from(text)
    }

    /// Any bytes, seldom many.
    pub fn bytes(&mut self) -> Bytes {
        let size = self.size();
        (0..size).map(|_| self.bits().to_le_bytes()[0]).collect()
    }

    /// Bytes as one chunk; the codec does not look into records.
    pub fn records(&mut self) -> Chunks {
        let bytes = self.bytes();
        if bytes.is_empty() { Chunks::default() } else { Chunks::from(bytes) }
    }

    /// Any UUID, often the zero one.
    pub fn uuid(&mut self) -> Uuid {
        if self.one_in(4) { Uuid::nil() } else { Uuid::from_u64_pair(self.bits(), self.bits()) }
    }

    /// A finite number.
    pub fn f64(&mut self) -> f64 {
        f64::from(self.i32()) / 8.0
    }

    /// Up to three elements.
    pub fn array<T>(&mut self, mut element: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let count = self.below(4);
        (0..count).map(|_| element(self)).collect()
    }
}

macro_rules! numbers {
    ($($name:ident)*) => {
        impl Source {
            $(
                /// Any number, often one at the edge.
                pub fn $name(&mut self) -> $name {
                    const EDGES: [$name; 5] = [0, 1, $name::MAX, $name::MIN, $name::MAX / 2];
                    const SIZE: usize = size_of::<$name>();
                    if self.one_in(3) {
                        return EDGES[self.below(EDGES.len())];
                    }
                    let mut bytes = [0; SIZE];
                    bytes.copy_from_slice(&self.bits().to_le_bytes()[..SIZE]);
                    $name::from_le_bytes(bytes)
                }
            )*
        }
    };
}

numbers! { i8 i16 u16 i32 u32 i64 }

include!(concat!(env!("OUT_DIR"), "/arbitrary.rs"));
