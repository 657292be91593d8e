//! What a frame carries, as far as it is drawn on a parcel: which API, and for which partitions which records.

use super::cluster::Cluster;
use super::look::Look;
use bytes::Bytes;
use runnel_broker::ids::uuid_text;
use runnel_protocol::{ApiKey, Request, Response, frame, records};
use serde::Serialize;
use uuid::Uuid;

/// Looks of records that one partition's part of a parcel shows.
const LOOKS_MAX: usize = 12;

/// Partitions that one parcel shows.
const PARTITIONS_MAX: usize = 8;

/// Bytes that are decompressed to look into one parcel.
const DECOMPRESSED_SIZE_MAX: usize = 256 * 1024;

/// What a frame carries.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Contents {
    /// The API's name, like `Produce`; empty if the frame cannot be read.
    pub api: String,
    /// The API's version.
    pub api_version: i16,
    /// By which an answer is told from others.
    pub correlation_id: i32,
    /// Records by partition, of a Produce request or the answer to a Fetch.
    pub cargo: Vec<Cargo>,
    /// Of a JoinGroup request: which group, and as whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub joining: Option<Joining>,
}

/// What a JoinGroup request says of its sender.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Joining {
    /// The group.
    pub group_id: String,
    /// The identifier that the coordinator gave the member; empty at first.
    pub member_id: String,
}

/// Records for one partition.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Cargo {
    /// The topic's name; its identifier until a scene that knows it has taken the parcel in.
    pub topic: String,
    /// The partition.
    pub partition: i32,
    /// How many records there are.
    pub records: i64,
    /// The looks of the first ones.
    pub looks: Vec<Look>,
}

impl Contents {
    /// What a request carries. The frame comes without its size.
    pub fn of_request(bytes: &Bytes) -> Contents {
        let Ok((header, _)) = frame::decode_request_header(bytes) else { return Contents::default() };
        let api = ApiKey::from_number(header.api_key);
        let mut contents = Contents {
            api: api.map_or("", ApiKey::name).to_owned(),
            api_version: header.api_version,
            correlation_id: header.correlation_id,
            ..Contents::default()
        };
        if api == Some(ApiKey::JoinGroup)
            && let Ok((_, Request::JoinGroup(join))) = frame::decode_request(bytes)
        {
            let (group_id, member_id) = (join.group_id.to_string(), join.member_id.to_string());
            contents.joining = Some(Joining { group_id, member_id });
        }
        if api == Some(ApiKey::Produce)
            && let Ok((_, Request::Produce(produce))) = frame::decode_request(bytes)
        {
            let topics = produce.topic_data.iter();
            let parts = topics.flat_map(|topic| topic.partition_data.iter().map(move |data| (topic, data)));
            let parts = parts.filter_map(|(topic, data)| {
                let records = data.records.as_ref()?.as_bytes()?;
                Some(Cargo::of(&topic.name, topic.topic_id, data.index, &records))
            });
            contents.cargo = parts.take(PARTITIONS_MAX).collect();
        }
        contents
    }

    /// What the answer to a request of the given API and version carries. The frame comes without its size.
    pub fn of_response(key: ApiKey, api_version: i16, bytes: &Bytes) -> Contents {
        let correlation_id = bytes.first_chunk().map_or(0, |first| i32::from_be_bytes(*first));
        let mut contents = Contents { api: key.name().to_owned(), api_version, correlation_id, ..Contents::default() };
        if key == ApiKey::Fetch
            && let Ok((_, Response::Fetch(fetch))) = frame::decode_response(key, api_version, bytes)
        {
            let topics = fetch.responses.iter();
            let parts = topics.flat_map(|topic| topic.partitions.iter().map(move |data| (topic, data)));
            let parts = parts.filter_map(|(topic, data)| {
                let records = data.records.as_ref()?.as_bytes().filter(|records| !records.is_empty())?;
                Some(Cargo::of(&topic.topic, topic.topic_id, data.partition_index, &records))
            });
            contents.cargo = parts.take(PARTITIONS_MAX).collect();
        }
        contents
    }

    /// How many records it carries.
    pub fn records(&self) -> i64 {
        self.cargo.iter().map(|cargo| cargo.records).sum()
    }

    /// Puts names in the place of topics' identifiers, which newer versions of the APIs have.
    pub(super) fn name_topics(&mut self, cluster: &Cluster) {
        for cargo in self.cargo.iter_mut().filter(|cargo| !cluster.topics.contains_key(&cargo.topic)) {
            let known = cluster.topics.iter().find(|(_, topic)| topic.topic_id == cargo.topic);
            if let Some((name, _)) = known {
                cargo.topic.clone_from(name);
            }
        }
    }
}

impl Cargo {
    /// What batches carry, as far as they can be read.
    fn of(name: &str, topic_id: Uuid, partition: i32, batches: &Bytes) -> Cargo {
        let topic = if name.is_empty() { uuid_text(topic_id) } else { name.to_owned() };
        let mut cargo = Cargo { topic, partition, records: 0, looks: Vec::new() };
        for (header, range) in records::split(batches).map_while(Result::ok) {
            cargo.records += i64::from(header.records_count.max(0));
            let wanted = LOOKS_MAX.saturating_sub(cargo.looks.len());
            if wanted > 0
                && let Ok(found) = records::iterate(&batches.slice(range), DECOMPRESSED_SIZE_MAX)
            {
                let found = found.map_while(Result::ok).take(wanted);
                cargo.looks.extend(found.map(|record| Look::of(record.key.as_deref())));
            }
        }
        cargo
    }
}
