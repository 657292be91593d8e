//! Two sets of defaults: Kafka's own, and one for developers who wait for every second of them.

/// Whose defaults a broker starts from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Profile {
    /// Kafka's own.
    Kafka,
    /// Kafka's, but groups start at once, sessions may be short, and internal topics fit the cluster.
    Dev {
        /// The copies of a partition that the cluster can keep.
        copies: i16,
    },
}

impl Profile {
    /// What the profile sets, as if it stood in the server's own file.
    pub(super) fn settings(self) -> Vec<(&'static str, String)> {
        match self {
            Profile::Kafka => Vec::new(),
            Profile::Dev { copies } => {
                let factor = copies.clamp(1, 3).to_string();
                let in_sync = copies.clamp(1, 2).to_string();
                vec![
                    ("group.initial.rebalance.delay.ms", "0".to_owned()),
                    ("group.min.session.timeout.ms", "1".to_owned()),
                    ("offsets.topic.replication.factor", factor.clone()),
                    ("share.coordinator.state.topic.min.isr", in_sync.clone()),
                    ("share.coordinator.state.topic.replication.factor", factor.clone()),
                    ("transaction.state.log.min.isr", in_sync),
                    ("transaction.state.log.replication.factor", factor),
                ]
            }
        }
    }
}
