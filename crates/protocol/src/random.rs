//! A machine's only source of chance: a stream of numbers that follows from a seed.

use uuid::Uuid;

/// SplitMix64 (Steele, Lea, Flood 2014). Good enough for identifiers and for breaking ties; no secret hangs on it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Random {
    state: u64,
}

impl Random {
    /// The stream that follows from `seed`.
    pub fn new(seed: u64) -> Self {
        Random { state: seed }
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound - 1`; 0 if the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next_u64()) * u128::from(bound);
        u64::try_from(product >> 64).expect("the upper half of 128 bits fits in 64")
    }

    /// A random UUID (version 4), as Kafka gives to topics and members. Kafka keeps the first two values for itself
    /// and takes no identifier whose text would begin with a dash.
    pub fn next_uuid(&mut self) -> Uuid {
        loop {
            let bits = u128::from(self.next_u64()) << 64 | u128::from(self.next_u64());
            let uuid = uuid::Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
            // In Kafka's base64 text a dash stands for 62, the first six bits of the identifier.
            if uuid.as_bytes()[0] >> 2 != 62 {
                return uuid;
            }
        }
    }
}
