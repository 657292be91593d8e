//! Settings by name, as a properties file or a program of the library has them.

use super::settings::ProducerSettings;
use crate::carrier::Address;
use crate::kind::ClientKind;
use crate::partitioners::{LibrdkafkaPartitioner, PartitionerSettings};
use crate::setting::{self, SettingError};
use runnel_protocol::records::Compression;

impl ProducerSettings {
    /// Sets one property by the name that it has in this kind's library.
    ///
    /// ```
    /// use runnel_clients::{ClientKind, producer::ProducerSettings};
    ///
    /// let mut settings = ProducerSettings::of(ClientKind::Java);
    /// settings.set("linger.ms", "20")?;
    /// let error = settings.set("acks", "2").unwrap_err();
    /// assert_eq!(error.to_string(), "setting \"acks\": wanted all, -1, 0 or 1, found \"2\"");
    /// # Ok::<(), runnel_clients::SettingError>(())
    /// ```
    ///
    /// # Errors
    /// If the library has no such setting, or the value does not fit.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        match self.kind {
            ClientKind::Java => self.set_java(name, value),
            ClientKind::Kafkajs => self.set_kafkajs(name, value),
            ClientKind::Librdkafka => self.set_librdkafka(name, value),
        }
    }

    fn set_java(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        match name {
            "acks" => self.acks = acks(name, value, "all, -1, 0 or 1")?,
            "batch.size" => {
                self.batch_size = size(name, value, 0)?.max(1);
                if let PartitionerSettings::Java { batch_size, .. } = &mut self.partitioner {
                    *batch_size = u64::try_from(self.batch_size).unwrap_or(u64::MAX);
                }
            }
            "linger.ms" => self.linger = setting::millis(name, value, 0)?,
            "buffer.memory" => self.buffer_memory = setting::number(name, value, 0, i64::MAX)?.unsigned_abs(),
            "compression.type" => self.compression = codec(name, value, "none, gzip, snappy, lz4 or zstd")?,
            "delivery.timeout.ms" => {
                self.delivery_timeout = setting::millis(name, value, 0)?;
                self.delivery_timeout_was_set = true;
            }
            "request.timeout.ms" => {
                self.request_timeout = setting::millis(name, value, 0)?;
                self.ack_timeout = self.request_timeout;
            }
            "max.block.ms" => self.max_block = setting::millis(name, value, 0)?,
            "max.request.size" => self.max_request_size = size(name, value, 0)?,
            "partitioner.ignore.keys" => {
                let ignores = setting::boolean(name, value)?;
                if let PartitionerSettings::Java { ignores_keys, .. } = &mut self.partitioner {
                    *ignores_keys = ignores;
                }
            }
            "partitioner.adaptive.partitioning.enable" => {
                let adaptive = setting::boolean(name, value)?;
                if let PartitionerSettings::Java { is_adaptive, .. } = &mut self.partitioner {
                    *is_adaptive = adaptive;
                }
            }
            "metadata.max.idle.ms" => self.metadata.topic_max_idle = Some(setting::millis(name, value, 5000)?),
            "socket.connection.setup.timeout.ms" => self.connect_timeout = setting::millis(name, value, 0)?,
            "metadata.max.age.ms" => self.metadata.max_age = setting::millis(name, value, 0)?,
            _ => return self.set_common(name, value),
        }
        Ok(())
    }

    fn set_librdkafka(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        match name {
            "acks" | "request.required.acks" => self.acks = acks(name, value, "all, -1, 0 or 1")?,
            "batch.size" => self.batch_size = size(name, value, 1)?,
            "batch.num.messages" => self.batch_num_messages = size(name, value, 1)?,
            "linger.ms" | "queue.buffering.max.ms" => self.linger = setting::millis(name, value, 0)?,
            "queue.buffering.max.kbytes" => {
                self.buffer_memory = setting::number(name, value, 1, i64::from(i32::MAX))?.unsigned_abs() * 1024;
            }
            "queue.buffering.max.messages" => self.queue_buffering_max_messages = size(name, value, 0)?,
            "compression.codec" | "compression.type" => {
                self.compression = codec(name, value, "none, gzip, snappy, lz4 or zstd")?;
            }
            "message.timeout.ms" | "delivery.timeout.ms" => {
                let timeout = setting::millis(name, value, 0)?;
                // Nothing times out.
                let never = std::time::Duration::from_millis(i32::MAX.unsigned_abs().into());
                self.delivery_timeout = if timeout.is_zero() { never } else { timeout };
            }
            "request.timeout.ms" => self.ack_timeout = setting::millis(name, value, 1)?,
            "socket.timeout.ms" => self.request_timeout = setting::millis(name, value, 10)?,
            "message.max.bytes" => self.max_request_size = size(name, value, 1000)?,
            "message.send.max.retries" => {
                self.retries =
                    setting::number(name, value, 0, i64::from(i32::MAX))?.unsigned_abs().try_into().unwrap_or(0);
            }
            "max.in.flight" => return self.set_common("max.in.flight.requests.per.connection", value),
            "partitioner" => {
                let found = LibrdkafkaPartitioner::parse(value.trim());
                let names: Vec<&str> = LibrdkafkaPartitioner::names().collect();
                let found = found.ok_or_else(|| SettingError::new(name, names.join(" or "), value))?;
                if let PartitionerSettings::Librdkafka { partitioner, .. } = &mut self.partitioner {
                    *partitioner = found;
                }
            }
            "sticky.partitioning.linger.ms" => {
                let linger = setting::millis(name, value, 0)?;
                if let PartitionerSettings::Librdkafka { sticky_linger, .. } = &mut self.partitioner {
                    *sticky_linger = linger;
                }
            }
            "topic.metadata.refresh.interval.ms" => self.metadata.max_age = setting::millis(name, value, 1)?,
            "socket.connection.setup.timeout.ms" => self.connect_timeout = setting::millis(name, value, 1000)?,
            _ => return self.set_common(name, value),
        }
        Ok(())
    }

    fn set_common(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        match name {
            "client.id" => value.clone_into(&mut self.client_id),
            "bootstrap.servers" | "metadata.broker.list" => self.bootstrap = addresses(name, value)?,
            "enable.idempotence" => {
                self.enable_idempotence = setting::boolean(name, value)?;
                self.idempotence_was_set = true;
            }
            "retries" => {
                self.retries =
                    setting::number(name, value, 0, i64::from(i32::MAX))?.unsigned_abs().try_into().unwrap_or(0);
            }
            "retry.backoff.ms" => self.retry_backoff.first = setting::millis(name, value, 0)?,
            "retry.backoff.max.ms" => self.retry_backoff.max = setting::millis(name, value, 0)?,
            "max.in.flight.requests.per.connection" => self.max_in_flight = size(name, value, 1)?,
            "reconnect.backoff.ms" => self.reconnect_backoff = setting::millis(name, value, 0)?,
            "reconnect.backoff.max.ms" => self.reconnect_backoff_max = setting::millis(name, value, 0)?,
            _ => return Err(SettingError::unknown(name, &format!("the producer of {}", self.kind))),
        }
        Ok(())
    }

    fn set_kafkajs(&mut self, name: &str, value: &str) -> Result<(), SettingError> {
        match name {
            "acks" => self.acks = acks(name, value, "-1, 0 or 1")?,
            "timeout" => self.ack_timeout = setting::millis(name, value, 0)?,
            "compression" => self.compression = codec(name, value, "none or gzip")?,
            "idempotent" => {
                self.enable_idempotence = setting::boolean(name, value)?;
                self.idempotence_was_set = true;
            }
            "clientId" => value.clone_into(&mut self.client_id),
            "brokers" => self.bootstrap = addresses(name, value)?,
            "connectionTimeout" => self.connect_timeout = setting::millis(name, value, 0)?,
            "requestTimeout" => self.request_timeout = setting::millis(name, value, 0)?,
            "metadataMaxAge" => self.metadata.max_age = setting::millis(name, value, 0)?,
            "maxInFlightRequests" => self.max_in_flight = size(name, value, 1)?,
            "allowAutoTopicCreation" => self.metadata.allow_auto_topic_creation = setting::boolean(name, value)?,
            "createPartitioner" => {
                self.partitioner = match value.trim() {
                    "DefaultPartitioner" | "JavaCompatiblePartitioner" => PartitionerSettings::KafkajsDefault,
                    "LegacyPartitioner" => PartitionerSettings::KafkajsLegacy,
                    _ => return Err(SettingError::new(name, "DefaultPartitioner or LegacyPartitioner", value)),
                }
            }
            "retry.retries" => {
                self.kafkajs_retry.retries = setting::small(name, value, 0, i32::MAX)?.unsigned_abs();
                self.kafkajs_retries_were_set = true;
            }
            "retry.initialRetryTime" => self.kafkajs_retry.initial_retry_time = setting::millis(name, value, 0)?,
            "retry.maxRetryTime" => self.kafkajs_retry.max_retry_time = setting::millis(name, value, 0)?,
            "retry.multiplier" => {
                self.kafkajs_retry.multiplier = setting::small(name, value, 1, 1000)?.unsigned_abs();
            }
            _ => return Err(SettingError::unknown(name, "the producer of kafkajs")),
        }
        Ok(())
    }
}

fn acks(name: &str, value: &str, wanted: &str) -> Result<i16, SettingError> {
    match value.trim() {
        "all" | "-1" => Ok(-1),
        "0" => Ok(0),
        "1" => Ok(1),
        _ => Err(SettingError::new(name, wanted, value)),
    }
}

/// A codec by name, where the list of what is wanted has it.
fn codec(name: &str, value: &str, wanted: &str) -> Result<Compression, SettingError> {
    let value_lower = value.trim().to_ascii_lowercase();
    let known = match value_lower.as_str() {
        "none" => Some(Compression::None),
        "gzip" => Some(Compression::Gzip),
        "snappy" => Some(Compression::Snappy),
        "lz4" => Some(Compression::Lz4),
        "zstd" => Some(Compression::Zstd),
        _ => None,
    };
    known.filter(|_| wanted.contains(&value_lower)).ok_or_else(|| SettingError::new(name, wanted, value))
}

fn size(name: &str, value: &str, min: i64) -> Result<usize, SettingError> {
    let number = setting::number(name, value, min, i64::from(i32::MAX))?;
    usize::try_from(number).map_err(|_| SettingError::new(name, "a smaller number", value))
}

fn addresses(name: &str, value: &str) -> Result<Vec<Address>, SettingError> {
    let read = |text: &str| {
        Address::parse(text).ok_or_else(|| SettingError::new(name, "host:port, several with commas between", text))
    };
    value.split(',').map(read).collect()
}
