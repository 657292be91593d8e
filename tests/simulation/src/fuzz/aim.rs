//! Leads random requests past the first check: to topics that are there, groups that have members, batches that are
//! whole. What else is random in them stays so.

use bytes::Bytes;
use bytestring::ByteString;
use runnel_broker::Random;
use runnel_protocol::Chunks;
use runnel_protocol::messages::Request;
use uuid::Uuid;

/// Topics that are made before the first step.
pub(super) const TOPICS: [&str; 3] = ["orders", "payments", "short"];
pub(super) const GROUPS: [&str; 2] = ["billing", "mail"];

/// What the clients have learned.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Topics by id.
    pub(super) ids: Vec<Uuid>,
    /// Group, member and generation of the last who joined.
    pub(super) members: Vec<(ByteString, ByteString, i32)>,
    pub(super) records: Vec<Bytes>,
}

struct Aim<'a> {
    known: &'a Known,
    random: &'a mut Random,
}

impl Aim<'_> {
    fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.random.below(bound as u64)).expect("it is below a usize")
    }

    fn any<T: Clone>(&mut self, values: &[T]) -> Option<T> {
        let place = self.below(values.len());
        values.get(place).cloned()
    }

    fn topic(&mut self) -> ByteString {
        ByteString::from_static(TOPICS[self.below(TOPICS.len())])
    }

    fn id(&mut self) -> Uuid {
        self.any(&self.known.ids.clone()).unwrap_or_default()
    }

    fn partition(&mut self) -> i32 {
        i32::try_from(self.below(3)).expect("it is small")
    }

    fn offset(&mut self) -> i64 {
        i64::try_from(self.below(30)).expect("it is small")
    }

    fn group(&mut self) -> ByteString {
        ByteString::from_static(GROUPS[self.below(GROUPS.len())])
    }
}

/// Changes the request so that it means something.
#[expect(clippy::wildcard_enum_match_arm, reason = "the others mean something often enough")]
pub(super) fn aim(request: &mut Request, known: &Known, random: &mut Random) {
    let mut aim = Aim { known, random };
    let member = aim.any(&known.members.clone());
    match request {
        Request::Produce(request) => {
            request.transactional_id = None;
            request.acks = [-1, 1, 0][aim.below(3)];
            for topic in &mut request.topic_data {
                (topic.name, topic.topic_id) = (aim.topic(), aim.id());
                for partition in &mut topic.partition_data {
                    partition.index = aim.partition();
                    partition.records = aim.any(&known.records).map(Chunks::from);
                }
            }
        }
        Request::Fetch(request) => {
            (request.session_epoch, request.replica_id) = (-1, -1);
            request.replica_state.replica_id = -1;
            request.max_bytes = 1 << 20;
            for topic in &mut request.topics {
                (topic.topic, topic.topic_id) = (aim.topic(), aim.id());
                for partition in &mut topic.partitions {
                    partition.partition = aim.partition();
                    partition.fetch_offset = aim.offset();
                    partition.current_leader_epoch = -1;
                }
            }
        }
        Request::JoinGroup(request) => {
            request.group_id = aim.group();
            request.session_timeout_ms = 10_000;
            request.protocol_type = ByteString::from_static("consumer");
            if aim.below(2) == 0 {
                request.group_instance_id = None;
            }
            request.member_id = match member {
                Some((group, member, _)) if aim.below(3) > 0 => {
                    request.group_id = group;
                    member
                }
                _ => ByteString::new(),
            };
            for protocol in request.protocols.iter_mut().take(1) {
                protocol.name = ByteString::from_static("range");
            }
        }
        Request::SyncGroup(request) => {
            let Some((group, member, generation)) = member else { return };
            (request.group_id, request.member_id, request.generation_id) = (group, member.clone(), generation);
            (request.group_instance_id, request.protocol_type, request.protocol_name) = (None, None, None);
            for assignment in request.assignments.iter_mut().take(1) {
                assignment.member_id = member.clone();
            }
        }
        Request::Heartbeat(request) => {
            let Some((group, member, generation)) = member else { return };
            (request.group_id, request.member_id, request.generation_id) = (group, member, generation);
            request.group_instance_id = None;
        }
        Request::OffsetCommit(request) => {
            request.group_id = aim.group();
            (request.member_id, request.generation_id_or_member_epoch) = (ByteString::new(), -1);
            request.group_instance_id = None;
            if let Some((group, member, generation)) = member {
                (request.group_id, request.member_id, request.generation_id_or_member_epoch) =
                    (group, member, generation);
            }
            for topic in &mut request.topics {
                (topic.name, topic.topic_id) = (aim.topic(), aim.id());
                topic.partitions.iter_mut().for_each(|partition| partition.partition_index = aim.partition());
            }
        }
        Request::CreateTopics(request) => {
            for topic in &mut request.topics {
                (topic.name, topic.replication_factor) = (aim.topic(), 1);
                topic.assignments.clear();
                topic.num_partitions = 1 + aim.partition();
            }
        }
        Request::DeleteRecords(request) => {
            for topic in &mut request.topics {
                topic.name = aim.topic();
                for partition in &mut topic.partitions {
                    (partition.partition_index, partition.offset) = (aim.partition(), aim.offset());
                }
            }
        }
        Request::ListOffsets(request) => {
            for topic in &mut request.topics {
                topic.name = aim.topic();
                for partition in &mut topic.partitions {
                    (partition.partition_index, partition.current_leader_epoch) = (aim.partition(), -1);
                }
            }
        }
        Request::FindCoordinator(request) => request.key_type = 0,
        _ => {}
    }
}
