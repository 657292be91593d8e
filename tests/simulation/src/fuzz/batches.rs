//! Batches: good ones, broken ones, and small ones that become very large.

use bytes::{Bytes, BytesMut};
use runnel_broker::Random;
use runnel_protocol::records::compression::compress;
use runnel_protocol::records::{BatchBuilder, BatchHeader, Compression};

/// Bytes that bombs become: less than is decompressed at most, and more.
const BOMB_SIZES: [usize; 2] = [10 << 20, 65 << 20];

pub(crate) struct Batches {
    good: Vec<Bytes>,
    bombs: Vec<Bytes>,
}

const CODECS: [Compression; 4] = [Compression::Gzip, Compression::Snappy, Compression::Lz4, Compression::Zstd];

impl Batches {
    pub(crate) fn new() -> Self {
        let mut good = Vec::new();
        for codec in CODECS.into_iter().chain([Compression::None]) {
            for builder in
                [BatchBuilder::new(), BatchBuilder::new().producer(1, 0, 0), BatchBuilder::new().producer(1, 0, 2)]
            {
                let mut builder = builder.compression(codec);
                builder.append(1_700_000_000_000, Some(b"key"), Some(b"value"), &[]);
                builder.append(1_700_000_000_001, None, Some(&[7; 300]), &[]);
                good.push(builder.build());
            }
        }
        let zeros = vec![0; BOMB_SIZES[1]];
        let bomb = |codec, size: usize| rewrapped(&good[0], codec, &compress(codec, &zeros[..size]));
        let bombs = CODECS.iter().flat_map(|codec| BOMB_SIZES.map(|size| bomb(*codec, size))).collect();
        Batches { good, bombs }
    }

    /// A few to choose from.
    pub(crate) fn sample(&self, random: &mut Random) -> Vec<Bytes> {
        (0..4).map(|_| self.any(random)).collect()
    }

    fn any(&self, random: &mut Random) -> Bytes {
        let pick = |from: &[Bytes], random: &mut Random| {
            from[usize::try_from(random.below(from.len() as u64)).expect("it is below a length")].clone()
        };
        let good = pick(&self.good, random);
        match random.below(40) {
            0..25 => good,
            25 => pick(&self.bombs, random),
            26 => Bytes::from([&good[..], &pick(&self.good, random)].concat()),
            27..30 => good.slice(..usize::try_from(random.below(good.len() as u64)).expect("it is below a length")),
            _ => broken(&good, random),
        }
    }
}

/// A batch with other bytes behind its header, and a header that fits them.
fn rewrapped(batch: &Bytes, codec: Compression, body: &[u8]) -> Bytes {
    let mut bytes = BytesMut::from(&batch[..BatchHeader::SIZE]);
    bytes.extend_from_slice(body);
    let number = CODECS.iter().position(|other| *other == codec).map_or(0, |place| place + 1);
    bytes[22] = u8::try_from(number).expect("there are four");
    mended(bytes)
}

/// Gives a batch the length and the checksum that it has.
fn mended(mut bytes: BytesMut) -> Bytes {
    let length = u32::try_from(bytes.len() - BatchHeader::LOG_OVERHEAD).expect("batches are small");
    bytes[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = crc32c::crc32c(&bytes[BatchHeader::CHECKSUMMED_FROM..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes.freeze()
}

/// Another value in one of the header's fields or in the records, with or without a checksum that fits.
fn broken(batch: &Bytes, random: &mut Random) -> Bytes {
    let mut bytes = BytesMut::from(&batch[..]);
    // base offset, length, leader epoch, magic, attributes, last offset delta, timestamps, producer, sequence, count
    let fields: [(usize, usize); 13] = [
        (0, 8),
        (8, 4),
        (12, 4),
        (16, 1),
        (17, 4),
        (21, 2),
        (23, 4),
        (27, 8),
        (35, 8),
        (43, 8),
        (51, 2),
        (53, 4),
        (57, 4),
    ];
    let number = [-1, 0, 1, 2, i64::from(i32::MAX), i64::MAX, i64::MIN, random.next_u64().cast_signed()];
    let number = number[usize::try_from(random.below(8)).expect("it is small")].to_be_bytes();
    match random.below(15) {
        place @ 0..13 => {
            let (at, size) = fields[usize::try_from(place).expect("it is small")];
            bytes[at..at + size].copy_from_slice(&number[8 - size..]);
        }
        _ => {
            let at = BatchHeader::SIZE
                + usize::try_from(random.below((bytes.len() - BatchHeader::SIZE) as u64)).expect("small");
            bytes[at] ^= 1 << random.below(8);
        }
    }
    if random.below(3) == 0 {
        return bytes.freeze();
    }
    let crc = crc32c::crc32c(&bytes[BatchHeader::CHECKSUMMED_FROM..]);
    bytes[17..21].copy_from_slice(&crc.to_be_bytes());
    bytes.freeze()
}
