//! The numbers of which conditions speak, and how they are said.

use crate::track::Touch;

/// What is counted or measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Noun {
    /// Members of a group.
    Members,
    /// Members that own nothing.
    IdleMembers,
    /// Partitions that a member owns.
    Owned,
    /// Partitions of a topic that no member of a group owns.
    Unowned,
    /// Records that a group has still to read.
    Lag,
    /// The offset that a group has committed.
    Committed,
    /// Where a member asks for records next.
    Position,
    /// How often a group has dealt its partitions anew since the lesson began.
    Rebalances,
    /// Partitions of a topic.
    Partitions,
    /// Those with a record.
    UsedPartitions,
    /// Records that were ever written.
    Records,
    /// Those of a producer.
    RecordsBy,
    /// Those with a certain key.
    RecordsOfKey,
    /// Those with any key.
    KeyedRecords,
    /// Those without one.
    KeylessRecords,
    /// Those without one of a producer.
    KeylessRecordsBy,
    /// Records that are still kept.
    KeptRecords,
    /// Those of a key.
    KeptRecordsOfKey,
    /// Keys of the records.
    Keys,
    /// Keys with records in two partitions or more.
    SplitKeys,
    /// Most records in a row that a producer put into one partition.
    LongestRun,
    /// The first offset that can be read.
    Start,
    /// The next offset to be written.
    End,
    /// The offset of the last record.
    Last,
    /// Files of a partition.
    Segments,
    /// How many seconds old the oldest record is.
    Age,
    /// How often a partition was compacted since the lesson began.
    Compactions,
    /// Records that a client has worked through, the same one counted once.
    HandledBy,
    /// The same of a group.
    Handled,
    /// Records that a group has worked through more than once.
    Repeated,
    /// Records before the last one worked through that nobody of the group has worked through or has at hand.
    Missed,
    /// Records that a consumer has at hand at this instant.
    AtHand,
    /// Records that a client had at hand when its process last ended.
    CutShort,
    /// Processes that were started since the lesson began.
    Starts,
}

/// How they are said. Words in capitals are names.
pub const NOUNS: &[(Noun, &str)] = &[
    (Noun::Members, "members of GROUP"),
    (Noun::IdleMembers, "idle members of GROUP"),
    (Noun::Owned, "partitions owned by CLIENT"),
    (Noun::Unowned, "unowned partitions of TOPIC in GROUP"),
    (Noun::Lag, "lag of GROUP"),
    (Noun::Committed, "committed offset of PARTITION in GROUP"),
    (Noun::Position, "position of CLIENT in PARTITION"),
    (Noun::Rebalances, "rebalances of GROUP"),
    (Noun::Partitions, "partitions of TOPIC"),
    (Noun::UsedPartitions, "used partitions of TOPIC"),
    (Noun::Records, "records of PLACE"),
    (Noun::RecordsBy, "records of PLACE by CLIENT"),
    (Noun::RecordsOfKey, "records of PLACE with key KEY"),
    (Noun::KeyedRecords, "records of PLACE with a key"),
    (Noun::KeylessRecords, "records of PLACE without key"),
    (Noun::KeylessRecordsBy, "records of PLACE without key by CLIENT"),
    (Noun::KeptRecords, "kept records of PLACE"),
    (Noun::KeptRecordsOfKey, "kept records of PLACE with key KEY"),
    (Noun::Keys, "keys of PLACE"),
    (Noun::SplitKeys, "split keys of TOPIC"),
    (Noun::LongestRun, "longest run of TOPIC by CLIENT"),
    (Noun::Start, "start of PARTITION"),
    (Noun::End, "end of PARTITION"),
    (Noun::Last, "last offset of PARTITION"),
    (Noun::Segments, "segments of PARTITION"),
    (Noun::Age, "age of PARTITION"),
    (Noun::Compactions, "compactions of PARTITION"),
    (Noun::HandledBy, "records of PLACE handled by CLIENT"),
    (Noun::Handled, "records of PLACE handled in GROUP"),
    (Noun::Repeated, "records of PLACE repeated in GROUP"),
    (Noun::Missed, "records of PLACE missed in GROUP"),
    (Noun::AtHand, "records at hand of CLIENT"),
    (Noun::CutShort, "records cut short of CLIENT"),
    (Noun::Starts, "starts of CLIENT"),
];

impl Noun {
    /// What has to happen for the number to change.
    pub(crate) fn touch(self) -> Touch {
        match self {
            Noun::Members | Noun::IdleMembers | Noun::Committed | Noun::Rebalances => Touch::GROUPS,
            // Who a member is follows from clients too.
            Noun::Owned => Touch::GROUPS | Touch::CLIENTS,
            Noun::Unowned => Touch::GROUPS | Touch::TOPICS,
            Noun::Lag => Touch::GROUPS | Touch::LOGS,
            Noun::Partitions => Touch::TOPICS,
            Noun::UsedPartitions
            | Noun::Records
            | Noun::RecordsBy
            | Noun::RecordsOfKey
            | Noun::KeyedRecords
            | Noun::KeylessRecords
            | Noun::KeylessRecordsBy
            | Noun::KeptRecords
            | Noun::KeptRecordsOfKey
            | Noun::Keys
            | Noun::SplitKeys
            | Noun::LongestRun
            | Noun::Start
            | Noun::End
            | Noun::Last
            | Noun::Segments
            | Noun::Compactions => Touch::LOGS,
            Noun::Age => Touch::CLOCK,
            Noun::HandledBy | Noun::Handled | Noun::Repeated | Noun::Missed => Touch::READING | Touch::GROUPS,
            Noun::AtHand | Noun::Position => Touch::READING | Touch::CLIENTS,
            Noun::CutShort | Noun::Starts => Touch::CLIENTS,
        }
    }
}
