//! Writing to a partition: from producers, and from the brokers themselves.

use super::{Core, Turn};
use crate::Offset;
use crate::config::Profile;
use crate::event::{EventKind, RemovalReason};
use crate::handlers::Call;
use crate::ids::{BrokerId, TopicPartition};
use crate::log::{AppendError, Appended, CheckedBatch, Checks, Refusal, Rules, validate};
use crate::preview;
use bytes::Bytes;
use runnel_protocol::ErrorCode;
use runnel_protocol::records::BatchHeader;
use std::hint::cold_path;

/// Why a producer's batch was not written, as the Produce answer says it.
#[derive(Clone, Debug)]
pub(crate) struct AppendRefusal {
    pub(crate) code: ErrorCode,
    /// The reason in words, for watchers and logs.
    pub(crate) why: String,
    /// What the client is told in words; Kafka does so in few cases.
    pub(crate) message: Option<String>,
    /// Position in the batch and what is wrong with the record.
    pub(crate) record_errors: Vec<(i32, String)>,
    pub(crate) log_start_offset: Option<Offset>,
}

impl From<ErrorCode> for AppendRefusal {
    #[cold]
    fn from(code: ErrorCode) -> Self {
        let why = code.message().to_owned();
        AppendRefusal { code, why, message: None, record_errors: Vec::new(), log_start_offset: None }
    }
}

impl AppendRefusal {
    #[cold]
    fn of(refusal: Refusal, log_start_offset: Offset) -> Self {
        AppendRefusal {
            code: refusal.code,
            why: refusal.reason,
            message: refusal.message,
            record_errors: refusal.record_errors.into_iter().map(|fault| (fault.batch_index, fault.message)).collect(),
            log_start_offset: refusal.tells_log_start_offset.then_some(log_start_offset),
        }
    }
}

impl Core {
    /// Checks and writes what a producer sent for one partition.
    pub(crate) fn append_produced(
        &mut self,
        turn: &mut Turn<'_>,
        call: &Call,
        key: TopicPartition,
        bytes: &Bytes,
    ) -> Result<Appended, AppendRefusal> {
        let checks = match self.config.profile {
            Profile::Kafka => Checks::Records,
            Profile::Dev => Checks::Header,
        };
        let (broker, connection) = (call.broker, call.connection);
        let partition = self.led(broker, key, -1)?;
        let log_start_offset = partition.log.log_start_offset();
        let (name, config) = (partition.log.name(), partition.log.config());
        let rules = Rules { partition: name, config, checks, produce_version: call.version };
        let batch =
            validate(bytes, &rules, turn.now).map_err(|refusal| AppendRefusal::of(refusal, log_start_offset))?;
        let leader_epoch = partition.leader_epoch;
        let appended = match partition.log.append(turn.storage, turn.now, &batch, leader_epoch) {
            Ok(appended) => appended,
            Err(AppendError::Storage(error)) => return Err(self.storage_failed(broker, key, error).into()),
            Err(AppendError::Refused(refusal)) => return Err(AppendRefusal::of(refusal, log_start_offset)),
        };
        let topic = partition.topic.clone();
        let header = *batch.header();
        if appended.is_duplicate {
            self.emit(broker, || EventKind::DuplicateBatch {
                topic: topic.to_string(),
                partition: key.index.0,
                base_offset: appended.base_offset,
                producer_id: header.producer_id,
                connection,
            });
            return Ok(appended);
        }
        self.metrics.produced(&topic, header.records_count, batch.size());
        self.appended(broker, key, &batch, &appended, Some(connection));
        Ok(appended)
    }

    /// Writes records of the broker itself, which are right by construction.
    ///
    /// # Errors
    /// The partition's state or store.
    pub(crate) fn append_own(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        key: TopicPartition,
        bytes: &Bytes,
    ) -> Result<Appended, ErrorCode> {
        let batch = CheckedBatch::from_coordinator(bytes).expect("the broker builds whole batches");
        let partition = self.partition_mut(broker, key).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        if partition.offline.is_some() {
            return Err(ErrorCode::KafkaStorageError);
        }
        let leader_epoch = partition.leader_epoch;
        match partition.log.append(turn.storage, turn.now, &batch, leader_epoch) {
            Ok(appended) => {
                self.appended(broker, key, &batch, &appended, None);
                Ok(appended)
            }
            Err(AppendError::Storage(error)) => Err(self.storage_failed(broker, key, error)),
            Err(AppendError::Refused(refusal)) => Err(refusal.code),
        }
    }

    fn appended(
        &mut self,
        broker: BrokerId,
        key: TopicPartition,
        batch: &CheckedBatch,
        appended: &Appended,
        connection: Option<crate::ConnectionId>,
    ) {
        if self.watched
            && let Some(partition) = self.partition(broker, key)
        {
            cold_path();
            let (topic, index, leader_epoch) = (partition.topic.to_string(), key.index.0, partition.leader_epoch);
            if appended.rolled {
                let (topic, base_offset) = (topic.clone(), appended.base_offset);
                self.emit(broker, || EventKind::SegmentRolled { topic, partition: index, base_offset });
            }
            self.emit(broker, || batch_appended(topic, index, leader_epoch, batch, appended, connection));
        }
        self.after_append(broker, key, appended.rolled);
    }

    /// Moves a partition's log start offset and answers where it is then.
    ///
    /// # Errors
    /// [`ErrorCode::PolicyViolation`] for a log that keeps its records by key, [`ErrorCode::OffsetOutOfRange`] for an
    /// offset beyond the high watermark, and the partition's own errors.
    pub(crate) fn delete_records(
        &mut self,
        turn: &mut Turn<'_>,
        broker: BrokerId,
        key: TopicPartition,
        offset: Offset,
    ) -> Result<Offset, ErrorCode> {
        let partition = self.led(broker, key, -1)?;
        let policy = partition.log.config().cleanup_policy;
        if policy.compact && !policy.delete {
            return Err(ErrorCode::PolicyViolation);
        }
        let to = if offset == -1 { partition.high_watermark } else { offset };
        if to < 0 || to > partition.high_watermark {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        let from = partition.log.log_start_offset();
        if to <= from {
            return Ok(from);
        }
        if let Err(error) = partition.log.advance_log_start_offset(turn.storage, to) {
            return Err(self.storage_failed(broker, key, error));
        }
        let topic = partition.topic.clone();
        self.report_log_start(turn, broker, &topic, key, (from, to), RemovalReason::LogStart);
        self.write_checkpoints(turn, broker);
        Ok(to)
    }
}

fn batch_appended(
    topic: String,
    partition: i32,
    leader_epoch: i32,
    batch: &CheckedBatch,
    appended: &Appended,
    connection: Option<crate::ConnectionId>,
) -> EventKind {
    let header = BatchHeader { base_offset: appended.base_offset, ..*batch.header() };
    let previews = preview::of_batch(&header, batch.records());
    let records = u32::try_from(header.records_count).unwrap_or(0);
    EventKind::BatchAppended {
        topic,
        partition,
        base_offset: appended.base_offset,
        last_offset: appended.last_offset,
        records: header.records_count,
        size: u32::try_from(batch.size()).unwrap_or(u32::MAX),
        timestamp: header.max_timestamp,
        producer_id: header.producer_id,
        producer_epoch: header.producer_epoch,
        base_sequence: header.base_sequence,
        leader_epoch,
        compression: header.attributes.compression().map_or("unknown", |codec| codec.name()).into(),
        previews_left_out: records.saturating_sub(u32::try_from(previews.len()).unwrap_or(u32::MAX)),
        previews,
        connection,
    }
}
