//! The hashes of keys, each as its library computes it.

/// Java's `Utils.murmur2` (Austin Appleby's MurmurHash2 with a fixed seed), which kafkajs 2 and librdkafka's `murmur2`
/// compute too.
pub fn murmur2(key: &[u8]) -> u32 {
    const MULTIPLIER: u32 = 0x5bd1_e995;
    let mut hash = MURMUR2_SEED ^ low_bits(key.len());
    let (words, rest) = key.as_chunks::<4>();
    for word in words {
        let mut mixed = u32::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        mixed ^= mixed >> 24;
        hash = hash.wrapping_mul(MULTIPLIER) ^ mixed.wrapping_mul(MULTIPLIER);
    }
    if !rest.is_empty() {
        hash = (hash ^ little_endian(rest)).wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MULTIPLIER);
    hash ^ (hash >> 15)
}

/// What kafkajs computed before version 2, and its `LegacyPartitioner` still does: murmur2 in JavaScript's doubles. A
/// product loses its lowest bits where it needs more than 53, and bytes of an unfinished word are mixed in twice.
pub fn murmur2_of_kafkajs_1(key: &[u8]) -> u32 {
    let mut hash = MURMUR2_SEED ^ low_bits(key.len());
    let (words, rest) = key.as_chunks::<4>();
    let unfinished = (!rest.is_empty()).then(|| little_endian(rest));
    for word in words.iter().map(|word| u32::from_le_bytes(*word)).chain(unfinished) {
        let mut mixed = product_in_doubles(word);
        mixed ^= mixed >> 24;
        hash = product_in_doubles(hash) ^ product_in_doubles(mixed);
    }
    if !rest.is_empty() {
        hash = product_in_doubles(hash ^ little_endian(rest));
    }
    hash ^= hash >> 13;
    hash = product_in_doubles(hash);
    hash ^ (hash >> 15)
}

/// CRC-32 as zlib has it: librdkafka's `consistent`.
pub fn crc32(key: &[u8]) -> u32 {
    let mut remainder = u32::MAX;
    for byte in key {
        remainder ^= u32::from(*byte);
        for _ in 0..8 {
            let reduced = if remainder & 1 == 1 { 0xedb8_8320 } else { 0 };
            remainder = (remainder >> 1) ^ reduced;
        }
    }
    !remainder
}

/// FNV-1a as a signed number without its sign, as librdkafka's `fnv1a` and Sarama have it.
pub fn fnv1a(key: &[u8]) -> u32 {
    let hash = key.iter().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    hash.cast_signed().unsigned_abs()
}

const MURMUR2_SEED: u32 = 0x9747_b28c;

fn low_bits(size: usize) -> u32 {
    let size = u64::try_from(size).unwrap_or(u64::MAX);
    u32::try_from(size & 0xffff_ffff).expect("32 bits fit")
}

/// Up to four bytes as a number, the first the lowest.
fn little_endian(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte))
}

/// The product of a signed number and murmur2's multiplier, rounded to the 53 bits of a double, then cut to 32 bits.
fn product_in_doubles(factor: u32) -> u32 {
    let exact = i64::from(factor.cast_signed()) * 0x5bd1_e995;
    let size = exact.unsigned_abs();
    let dropped_bits = (64 - size.leading_zeros()).saturating_sub(53);
    let unit = 1_u64 << dropped_bits;
    let below = size & (unit - 1);
    let floor = size - below;
    // Halfway goes to the even neighbour.
    let goes_up = below * 2 > unit || (below * 2 == unit && floor & unit != 0);
    let rounded = if goes_up { floor + unit } else { floor };
    let low = low_bits(usize::try_from(rounded & 0xffff_ffff).expect("32 bits fit"));
    if exact < 0 { low.wrapping_neg() } else { low }
}

#[cfg(test)]
mod tests {
    use super::{crc32, fnv1a, murmur2, murmur2_of_kafkajs_1};

    #[test]
    fn murmur2_is_the_one_of_kafkas_own_test() {
        // UtilsTest.testMurmur2 of Apache Kafka.
        for (text, hash) in [
            ("21", -973_932_308),
            ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971),
            ("abc", 479_470_107),
        ] {
            assert_eq!(murmur2(text.as_bytes()).cast_signed(), hash, "{text}");
        }
    }

    #[test]
    fn crc32_is_zlibs() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }

    #[test]
    fn fnv1a_is_the_one_of_librdkafkas_own_test() {
        // unittest_fnv1a of librdkafka.
        for (text, hash) in
            [("kafka", 0x0d33_c4e1), ("giberish123456789", 0x77a5_8295), ("1234", 0x023b_dd03), ("", 0x7ee3_623b)]
        {
            assert_eq!(fnv1a(text.as_bytes()), hash, "{text}");
        }
    }

    #[test]
    fn the_hash_of_kafkajs_1_loses_bits_as_doubles_do() {
        // What src/producer/partitioners/legacy/murmur2.js of kafkajs 2.2.4 answers.
        for (text, hash) in [
            ("user1", 463_110_453),
            ("a-little-bit-long-string", 2_065_008_938),
            ("ab", -1_686_076_413),
            ("", 275_646_684),
            ("abcd", -2_139_815_384),
        ] {
            assert_eq!(murmur2_of_kafkajs_1(text.as_bytes()).cast_signed(), hash, "{text}");
        }
    }
}
