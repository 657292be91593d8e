//! Which brokers hold a new partition: the first is its leader.
//!
//! Kafka's placement without racks: brokers are taken in turn from a starting point that chance picks, each partition
//! begins one further, and after as many partitions as there are live brokers their order is shuffled. Brokers that are
//! fenced (registered, but not alive) come last, and never lead.

use crate::Random;
use crate::configs::ConfigRefusal;
use runnel_protocol::ErrorCode;

/// A broker that may hold replicas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UsableBroker {
    /// Its id.
    pub id: i32,
    /// Whether it is registered, but not alive.
    pub fenced: bool,
}

/// Places `partitions` new partitions with `factor` replicas each.
///
/// # Errors
/// Kafka's reason, which its answers carry in a longer sentence for new topics (see [`unplaceable`]) and alone for more
/// partitions; always INVALID_REPLICATION_FACTOR.
pub fn place(
    partitions: usize,
    factor: i16,
    brokers: &[UsableBroker],
    random: &mut Random,
) -> Result<Vec<Vec<i32>>, String> {
    let mut list = Brokers::new(brokers, random);
    let registered = brokers.len();
    if factor <= 0 {
        return Err(format!("Invalid replication factor {factor}: the replication factor must be positive."));
    }
    if list.live.ids.is_empty() {
        return Err("All brokers are currently fenced, or have all their log directories cordoned.".to_owned());
    }
    let factor = usize::from(factor.unsigned_abs());
    if factor > registered {
        return Err(format!(
            "The target replication factor of {factor} cannot be reached because only {registered} broker(s) are \
             registered or some brokers have all their log directories cordoned."
        ));
    }
    Ok((0..partitions).map(|_| list.place(factor, random)).collect())
}

/// The refusal of a topic whose partitions cannot be placed.
pub fn unplaceable(factor: i16, reason: &str) -> ConfigRefusal {
    let text = format!("Unable to replicate the partition {factor} time(s): {reason}");
    ConfigRefusal::new(ErrorCode::InvalidReplicationFactor, text)
}

/// Checks replicas that somebody chose for one partition. `factor` is the number of replicas that the other partitions
/// of the topic have, if there are any.
///
/// # Errors
/// INVALID_REPLICA_ASSIGNMENT with Kafka's message.
pub fn check_assignment(
    partition_index: i32,
    replicas: &[i32],
    factor: Option<usize>,
    brokers: &[UsableBroker],
) -> Result<(), ConfigRefusal> {
    let refuse = |text: String| Err(ConfigRefusal::new(ErrorCode::InvalidReplicaAssignment, text));
    if replicas.is_empty() {
        return refuse("The manual partition assignment includes an empty replica list.".to_owned());
    }
    let mut sorted = replicas.to_vec();
    sorted.sort_unstable();
    for (index, id) in sorted.iter().enumerate() {
        if !brokers.iter().any(|broker| broker.id == *id) {
            return refuse(format!(
                "The manual partition assignment includes broker {id}, but no such broker is registered."
            ));
        }
        if index > 0 && sorted[index - 1] == *id {
            return refuse(format!("The manual partition assignment includes the broker {id} more than once."));
        }
    }
    if let Some(factor) = factor.filter(|factor| *factor != replicas.len()) {
        let count = replicas.len();
        return refuse(format!(
            "The manual partition assignment includes a partition with {count} replica(s), but this is not consistent \
             with previous partitions, which have {factor} replica(s)."
        ));
    }
    let is_live = |id: &i32| brokers.iter().any(|broker| broker.id == *id && !broker.fenced);
    if !replicas.iter().any(is_live) {
        return refuse(format!(
            "All brokers specified in the manual partition assignment for partition {partition_index} are fenced or in \
             controlled shutdown."
        ));
    }
    Ok(())
}

/// The brokers as two rings.
struct Brokers {
    live: Ring,
    fenced: Ring,
    /// Partitions placed since the last shuffle.
    round: usize,
}

impl Brokers {
    fn new(brokers: &[UsableBroker], random: &mut Random) -> Self {
        let ids = |fenced: bool| brokers.iter().filter(move |broker| broker.fenced == fenced).map(|broker| broker.id);
        let fenced = Ring::new(ids(true).collect(), random);
        let live = Ring::new(ids(false).collect(), random);
        if !brokers.is_empty() {
            // Kafka draws the rack to begin with; here there is one.
            random.below(1);
        }
        Brokers { live, fenced, round: 0 }
    }

    fn place(&mut self, factor: usize, random: &mut Random) -> Vec<i32> {
        if self.round == self.live.ids.len() && self.live.ids.len() > 1 {
            self.fenced.shuffle(random);
            self.live.shuffle(random);
            self.round = 0;
        }
        let round = self.round;
        self.round += 1;
        let next = || self.live.next(round).or_else(|| self.fenced.next(round));
        std::iter::from_fn(next).take(factor).collect()
    }
}

/// Brokers in a circle, with a starting point that moves on with each round.
struct Ring {
    ids: Vec<i32>,
    offset: usize,
    /// How many were taken in this round.
    taken: usize,
    round: usize,
}

impl Ring {
    fn new(mut ids: Vec<i32>, random: &mut Random) -> Self {
        ids.sort_unstable();
        let offset = if ids.is_empty() { 0 } else { below(ids.len(), random) };
        Ring { ids, offset, taken: 0, round: 0 }
    }

    fn next(&mut self, round: usize) -> Option<i32> {
        if self.ids.is_empty() {
            return None;
        }
        if self.round != round {
            self.round = round;
            self.taken = 0;
            self.offset = (self.offset + 1) % self.ids.len();
        }
        if self.taken == self.ids.len() {
            return None;
        }
        let id = self.ids[(self.taken + self.offset) % self.ids.len()];
        self.taken += 1;
        Some(id)
    }

    fn shuffle(&mut self, random: &mut Random) {
        for end in (1..self.ids.len()).rev() {
            self.ids.swap(end, below(end + 1, random));
        }
    }
}

fn below(bound: usize, random: &mut Random) -> usize {
    let bound = u64::try_from(bound).expect("a list is shorter than 2^64");
    usize::try_from(random.below(bound)).expect("below a list's length")
}
