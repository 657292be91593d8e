//! Kafka's clients as state machines: what a producer or a consumer asks of brokers, and when.
//!
//! Every client here follows the core's law: *one input, then drain outputs until `None`, then the next input.* Time
//! enters with each input and never decreases; randomness enters as a seed. Nothing here opens a socket: a machine says
//! what to connect and what to send ([`carrier`]), and whoever carries it does so, over TCP or over a simulated cable.

pub mod assignors;
pub mod backoff;
pub mod carrier;
pub mod consumer;
pub mod event;
pub mod kind;
pub mod metadata;
pub mod network;
pub mod partitioners;
pub mod producer;
pub mod setting;
#[cfg(test)]
pub(crate) mod testing;
mod topic_partition;

pub use carrier::{Address, Carried, LinkId, Signal};
pub use consumer::{ConsumedRecord, Consumer, ConsumerEvent, ConsumerSettings};
pub use event::{ClientEvent, ConnectionEvent, ProducerEvent};
pub use kind::{ClientKind, UnknownKind, network_settings};
pub use metadata::{Metadata, MetadataOutcome, MetadataSettings};
pub use network::{Failure, Network, NetworkSettings, Peer, Reply, RequestId};
pub use producer::{Producer, ProducerRecord, ProducerSettings, RecordPlace, SendFailure, SendId};
pub use setting::SettingError;
pub use topic_partition::TopicPartition;
