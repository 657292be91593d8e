//! Fuzzing under a memory cap: good bytes, changed in ways that break parsers, must be read or refused, without a
//! panic and without more memory than the bytes at hand pay for.
//!
//! A kind of bytes joins with one [`Subject`] in a file beside this one. The number of cases is bounded, so that the
//! tests take seconds; what a failure prints is the smallest input that proptest finds.

mod frames;
mod records;

use bytes::Bytes;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{TestCaseError, TestRunner};

/// What is fuzzed.
pub(crate) struct Subject<R> {
    /// Good bytes, to be changed.
    pub(crate) seeds: Vec<Bytes>,
    /// Puts right what the outermost check would stumble over (a length prefix), in three cases of four.
    pub(crate) mend: fn(&mut [u8]),
    /// The most memory, in bytes, that reading an input of this size may hold at any time.
    pub(crate) memory_max: fn(usize) -> u64,
    /// Reads the bytes. The outcome does not matter, but it panics if something that must hold does not.
    pub(crate) read: R,
}

/// For bytes that have no outer layer.
pub(crate) fn nothing_to_mend(_: &mut [u8]) {}

/// Reads `cases` changed seeds; first each seed as it is.
#[track_caller]
pub(crate) fn fuzz<R: Fn(&Bytes)>(cases: u32, subject: Subject<R>) {
    let Subject { seeds, mend, memory_max, read } = subject;
    let read_measured = |bytes: &Bytes| {
        let memory = allocation_counter::measure(|| read(bytes));
        (memory.bytes_max, memory_max(bytes.len()))
    };
    for seed in &seeds {
        let (taken, allowed) = read_measured(seed);
        assert!(taken <= allowed, "reading a good input of {} bytes takes {taken}, of {allowed}", seed.len());
    }
    let config = ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() };
    let strategy = (any::<Index>(), vec(any_change(), 1..6), prop::bool::weighted(0.75));
    let outcome = TestRunner::new(config).run(&strategy, |(seed, changes, is_mended)| {
        let mut bytes = seed.get(&seeds).to_vec();
        for change in &changes {
            change.apply(&mut bytes, &seeds);
        }
        if is_mended {
            mend(&mut bytes);
        }
        let bytes = Bytes::from(bytes);
        let (taken, allowed) = read_measured(&bytes);
        let complaint = || TestCaseError::fail(format!("takes {taken} bytes of {allowed}: {bytes:02x?}"));
        if taken <= allowed { Ok(()) } else { Err(complaint()) }
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// One way to break bytes.
#[derive(Clone, Debug)]
enum Change {
    Flip { at: Index, bit: u8 },
    Write { at: Index, bytes: Vec<u8> },
    Insert { at: Index, bytes: Vec<u8> },
    Remove { at: Index, size: usize },
    Repeat { at: Index, size: usize, times: usize },
    Cut { at: Index },
    Join { at: Index, seed: Index, from: Index },
}

fn any_change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Change::Flip { at, bit }),
        (at(), any_number()).prop_map(|(at, bytes)| Change::Write { at, bytes }),
        (at(), prop_oneof![any_number(), vec(any::<u8>(), 1..9)]).prop_map(|(at, bytes)| Change::Insert { at, bytes }),
        (at(), 1..64_usize).prop_map(|(at, size)| Change::Remove { at, size }),
        (at(), 1..64_usize, 1..64_usize).prop_map(|(at, size, times)| Change::Repeat { at, size, times }),
        at().prop_map(|at| Change::Cut { at }),
        (at(), at(), at()).prop_map(|(at, seed, from)| Change::Join { at, seed, from }),
    ]
}

/// Numbers at which sizes and counts go wrong, in the widths and byte orders of the formats, and as varints.
fn any_number() -> impl Strategy<Value = Vec<u8>> {
    let numbers = [-1, 0, 1, 0x7f, 0x80, 0x7fff, 0xffff, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, i64::MAX, i64::MIN];
    (select(numbers.to_vec()), 0..7_u8).prop_map(|(number, form)| match form {
        0 => number.to_le_bytes()[..1].to_vec(),
        1 => number.to_be_bytes()[6..].to_vec(),
        2 => number.to_be_bytes()[4..].to_vec(),
        3 => number.to_be_bytes().to_vec(),
        4 => number.to_le_bytes()[..4].to_vec(),
        5 => number.to_le_bytes().to_vec(),
        _ => varint(number),
    })
}

fn varint(number: i64) -> Vec<u8> {
    let mut rest = number.cast_unsigned();
    let mut out = Vec::new();
    while rest >= 0x80 {
        out.push(rest.to_le_bytes()[0] | 0x80);
        rest >>= 7;
    }
    out.push(rest.to_le_bytes()[0]);
    out
}

impl Change {
    fn apply(&self, out: &mut Vec<u8>, seeds: &[Bytes]) {
        let place = |at: &Index| at.index(out.len() + 1);
        match self {
            Change::Flip { at, bit } => {
                let at = place(at);
                if let Some(byte) = out.get_mut(at) {
                    *byte ^= 1 << bit;
                }
            }
            Change::Write { at, bytes } => {
                let at = place(at);
                let size = bytes.len().min(out.len() - at);
                out[at..at + size].copy_from_slice(&bytes[..size]);
            }
            Change::Insert { at, bytes } => {
                let at = place(at);
                out.splice(at..at, bytes.iter().copied());
            }
            Change::Remove { at, size } => {
                let at = place(at);
                out.drain(at..(at + size).min(out.len()));
            }
            Change::Repeat { at, size, times } => {
                let at = place(at);
                let piece = out[at..(at + size).min(out.len())].repeat(*times);
                out.splice(at..at, piece);
            }
            Change::Cut { at } => out.truncate(place(at)),
            Change::Join { at, seed, from } => {
                let seed = seed.get(seeds);
                out.truncate(place(at));
                out.extend_from_slice(&seed[from.index(seed.len() + 1)..]);
            }
        }
    }
}

#[test]
#[should_panic(expected = "takes")]
fn a_reader_that_trusts_a_size_is_caught() {
    let read = |bytes: &Bytes| {
        let size = bytes.first_chunk().map_or(0, |size| u32::from_be_bytes(*size));
        drop(Vec::<u8>::with_capacity(size as usize));
    };
    let seeds = vec![Bytes::from_static(&[0, 0, 0, 4, 1, 2, 3, 4])];
    fuzz(1000, Subject { seeds, mend: nothing_to_mend, memory_max: |size| 64 * size as u64, read });
}
