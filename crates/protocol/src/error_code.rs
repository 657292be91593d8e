//! Kafka's error table: the vocabulary in which every room answers.
//!
//! Number, name, retriable or not, and the message that Kafka's clients print, as Apache Kafka 4.3.0 states them.

/// Why a request, or a part of it, was not done. [`ErrorCode::None`] stands in answers to what was done.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
#[repr(i16)]
pub enum ErrorCode {
    /// The server experienced an unexpected error when processing the request.
    UnknownServerError = -1,
    /// Nothing went wrong.
    #[default]
    None = 0,
    /// The requested offset is not within the range of offsets maintained by the server.
    OffsetOutOfRange = 1,
    /// This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted topic, or
    /// is otherwise corrupt.
    CorruptMessage = 2,
    /// This server does not host this topic-partition.
    UnknownTopicOrPartition = 3,
    /// The requested fetch size is invalid.
    InvalidFetchSize = 4,
    /// There is no leader for this topic-partition as we are in the middle of a leadership election.
    LeaderNotAvailable = 5,
    /// For requests intended only for the leader, this error indicates that the broker is not the current leader.
    /// For requests intended for any replica, this error indicates that the broker is not a replica of the topic
    /// partition.
    NotLeaderOrFollower = 6,
    /// The request timed out.
    RequestTimedOut = 7,
    /// The broker is not available.
    BrokerNotAvailable = 8,
    /// The replica is not available for the requested topic-partition. Produce/Fetch requests and other requests
    /// intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is not a replica of the
    /// topic-partition.
    ReplicaNotAvailable = 9,
    /// The request included a message larger than the max message size the server will accept.
    MessageTooLarge = 10,
    /// The controller moved to another broker.
    StaleControllerEpoch = 11,
    /// The metadata field of the offset request was too large.
    OffsetMetadataTooLarge = 12,
    /// The server disconnected before a response was received.
    NetworkException = 13,
    /// The coordinator is loading and hence can't process requests.
    CoordinatorLoadInProgress = 14,
    /// The coordinator is not available.
    CoordinatorNotAvailable = 15,
    /// This is not the correct coordinator.
    NotCoordinator = 16,
    /// The request attempted to perform an operation on an invalid topic.
    InvalidTopicException = 17,
    /// The request included message batch larger than the configured segment size on the server.
    RecordListTooLarge = 18,
    /// Messages are rejected since there are fewer in-sync replicas than required.
    NotEnoughReplicas = 19,
    /// Messages are written to the log, but to fewer in-sync replicas than required.
    NotEnoughReplicasAfterAppend = 20,
    /// Produce request specified an invalid value for required acks.
    InvalidRequiredAcks = 21,
    /// Specified group generation id is not valid.
    IllegalGeneration = 22,
    /// The group member's supported protocols are incompatible with those of existing members or first group member
    /// tried to join with empty protocol type or empty protocol list.
    InconsistentGroupProtocol = 23,
    /// The group id is invalid.
    InvalidGroupId = 24,
    /// The coordinator is not aware of this member.
    UnknownMemberId = 25,
    /// The session timeout is not within the range allowed by the broker (as configured by
    /// group.min.session.timeout.ms and group.max.session.timeout.ms).
    InvalidSessionTimeout = 26,
    /// The group is rebalancing, so a rejoin is needed.
    RebalanceInProgress = 27,
    /// The committing offset data size is not valid.
    InvalidCommitOffsetSize = 28,
    /// Topic authorization failed.
    TopicAuthorizationFailed = 29,
    /// Group authorization failed.
    GroupAuthorizationFailed = 30,
    /// Cluster authorization failed.
    ClusterAuthorizationFailed = 31,
    /// The timestamp of the message is out of acceptable range.
    InvalidTimestamp = 32,
    /// The broker does not support the requested SASL mechanism.
    UnsupportedSaslMechanism = 33,
    /// Request is not valid given the current SASL state.
    IllegalSaslState = 34,
    /// The version of API is not supported.
    UnsupportedVersion = 35,
    /// Topic with this name already exists.
    TopicAlreadyExists = 36,
    /// Number of partitions is below 1.
    InvalidPartitions = 37,
    /// Replication factor is below 1 or larger than the number of available brokers.
    InvalidReplicationFactor = 38,
    /// Replica assignment is invalid.
    InvalidReplicaAssignment = 39,
    /// Configuration is invalid.
    InvalidConfig = 40,
    /// This is not the correct controller for this cluster.
    NotController = 41,
    /// This most likely occurs because of a request being malformed by the client library or the message was sent
    /// to an incompatible broker. See the broker logs for more details.
    InvalidRequest = 42,
    /// The message format version on the broker does not support the request.
    UnsupportedForMessageFormat = 43,
    /// Request parameters do not satisfy the configured policy.
    PolicyViolation = 44,
    /// The broker received an out of order sequence number.
    OutOfOrderSequenceNumber = 45,
    /// The broker received a duplicate sequence number.
    DuplicateSequenceNumber = 46,
    /// Producer attempted to produce with an old epoch.
    InvalidProducerEpoch = 47,
    /// The producer attempted a transactional operation in an invalid state.
    InvalidTxnState = 48,
    /// The producer attempted to use a producer id which is not currently assigned to its transactional id.
    InvalidProducerIdMapping = 49,
    /// The transaction timeout is larger than the maximum value allowed by the broker (as configured by
    /// transaction.max.timeout.ms).
    InvalidTransactionTimeout = 50,
    /// The producer attempted to update a transaction while another concurrent operation on the same transaction
    /// was ongoing.
    ConcurrentTransactions = 51,
    /// Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for
    /// a given producer.
    TransactionCoordinatorFenced = 52,
    /// Transactional Id authorization failed.
    TransactionalIdAuthorizationFailed = 53,
    /// Security features are disabled.
    SecurityDisabled = 54,
    /// The broker did not attempt to execute this operation. This may happen for batched RPCs where some operations
    /// in the batch failed, causing the broker to respond without trying the rest.
    OperationNotAttempted = 55,
    /// Disk error when trying to access log file on the disk.
    KafkaStorageError = 56,
    /// The user-specified log directory is not found in the broker config.
    LogDirNotFound = 57,
    /// SASL Authentication failed.
    SaslAuthenticationFailed = 58,
    /// This exception is raised by the broker if it could not locate the producer metadata associated with the
    /// producerId in question. This could happen if, for instance, the producer's records were deleted because
    /// their retention time had elapsed. Once the last records of the producerId are removed, the producer's
    /// metadata is removed from the broker, and future appends by the producer will return this exception.
    UnknownProducerId = 59,
    /// A partition reassignment is in progress.
    ReassignmentInProgress = 60,
    /// Delegation Token feature is not enabled.
    DelegationTokenAuthDisabled = 61,
    /// Delegation Token is not found on server.
    DelegationTokenNotFound = 62,
    /// Specified Principal is not valid Owner/Renewer.
    DelegationTokenOwnerMismatch = 63,
    /// Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation token
    /// authenticated channels.
    DelegationTokenRequestNotAllowed = 64,
    /// Delegation Token authorization failed.
    DelegationTokenAuthorizationFailed = 65,
    /// Delegation Token is expired.
    DelegationTokenExpired = 66,
    /// Supplied principalType is not supported.
    InvalidPrincipalType = 67,
    /// The group is not empty.
    NonEmptyGroup = 68,
    /// The group id does not exist.
    GroupIdNotFound = 69,
    /// The fetch session ID was not found.
    FetchSessionIdNotFound = 70,
    /// The fetch session epoch is invalid.
    InvalidFetchSessionEpoch = 71,
    /// There is no listener on the leader broker that matches the listener on which metadata request was processed.
    ListenerNotFound = 72,
    /// Topic deletion is disabled.
    TopicDeletionDisabled = 73,
    /// The leader epoch in the request is older than the epoch on the broker.
    FencedLeaderEpoch = 74,
    /// The leader epoch in the request is newer than the epoch on the broker.
    UnknownLeaderEpoch = 75,
    /// The requesting client does not support the compression type of given partition.
    UnsupportedCompressionType = 76,
    /// Broker epoch has changed.
    StaleBrokerEpoch = 77,
    /// The leader high watermark has not caught up from a recent leader election so the offsets cannot be
    /// guaranteed to be monotonically increasing.
    OffsetNotAvailable = 78,
    /// The group member needs to have a valid member id before actually entering a consumer group.
    MemberIdRequired = 79,
    /// The preferred leader was not available.
    PreferredLeaderNotAvailable = 80,
    /// The group has reached its maximum size.
    GroupMaxSizeReached = 81,
    /// The broker rejected this static consumer since another consumer with the same group.instance.id has
    /// registered with a different member.id.
    FencedInstanceId = 82,
    /// Eligible topic partition leaders are not available.
    EligibleLeadersNotAvailable = 83,
    /// Leader election not needed for topic partition.
    ElectionNotNeeded = 84,
    /// No partition reassignment is in progress.
    NoReassignmentInProgress = 85,
    /// Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.
    GroupSubscribedToTopic = 86,
    /// This record has failed the validation on broker and hence will be rejected.
    InvalidRecord = 87,
    /// There are unstable offsets that need to be cleared.
    UnstableOffsetCommit = 88,
    /// The throttling quota has been exceeded.
    ThrottlingQuotaExceeded = 89,
    /// There is a newer producer with the same transactionalId which fences the current one.
    ProducerFenced = 90,
    /// A request illegally referred to a resource that does not exist.
    ResourceNotFound = 91,
    /// A request illegally referred to the same resource twice.
    DuplicateResource = 92,
    /// Requested credential would not meet criteria for acceptability.
    UnacceptableCredential = 93,
    /// Indicates that the either the sender or recipient of a voter-only request is not one of the expected voters.
    InconsistentVoterSet = 94,
    /// The given update version was invalid.
    InvalidUpdateVersion = 95,
    /// Unable to update finalized features due to an unexpected server error.
    FeatureUpdateFailed = 96,
    /// Request principal deserialization failed during forwarding. This indicates an internal error on the broker
    /// cluster security setup.
    PrincipalDeserializationFailure = 97,
    /// Requested snapshot was not found.
    SnapshotNotFound = 98,
    /// Requested position is not greater than or equal to zero, and less than the size of the snapshot.
    PositionOutOfRange = 99,
    /// This server does not host this topic ID.
    UnknownTopicId = 100,
    /// This broker ID is already in use.
    DuplicateBrokerRegistration = 101,
    /// The given broker ID was not registered.
    BrokerIdNotRegistered = 102,
    /// The log's topic ID did not match the topic ID in the request.
    InconsistentTopicId = 103,
    /// The clusterId in the request does not match that found on the server.
    InconsistentClusterId = 104,
    /// The transactionalId could not be found.
    TransactionalIdNotFound = 105,
    /// The fetch session encountered inconsistent topic ID usage.
    FetchSessionTopicIdError = 106,
    /// The new ISR contains at least one ineligible replica.
    IneligibleReplica = 107,
    /// The AlterPartition request successfully updated the partition state but the leader has changed.
    NewLeaderElected = 108,
    /// The requested offset is moved to tiered storage.
    OffsetMovedToTieredStorage = 109,
    /// The member epoch is fenced by the group coordinator. The member must abandon all its partitions and rejoin.
    FencedMemberEpoch = 110,
    /// The instance ID is still used by another member in the consumer group. That member must leave first.
    UnreleasedInstanceId = 111,
    /// The assignor or its version range is not supported by the consumer group.
    UnsupportedAssignor = 112,
    /// The member epoch is stale. The member must retry after receiving its updated member epoch via the
    /// ConsumerGroupHeartbeat API.
    StaleMemberEpoch = 113,
    /// The request was sent to an endpoint of the wrong type.
    MismatchedEndpointType = 114,
    /// This endpoint type is not supported yet.
    UnsupportedEndpointType = 115,
    /// This controller ID is not known.
    UnknownControllerId = 116,
    /// Client sent a push telemetry request with an invalid or outdated subscription ID.
    UnknownSubscriptionId = 117,
    /// Client sent a push telemetry request larger than the maximum size the broker will accept.
    TelemetryTooLarge = 118,
    /// The controller has considered the broker registration to be invalid.
    InvalidRegistration = 119,
    /// The server encountered an error with the transaction. The client can abort the transaction to continue using
    /// this transactional ID.
    TransactionAbortable = 120,
    /// The record state is invalid. The acknowledgement of delivery could not be completed.
    InvalidRecordState = 121,
    /// The share session was not found.
    ShareSessionNotFound = 122,
    /// The share session epoch is invalid.
    InvalidShareSessionEpoch = 123,
    /// The share coordinator rejected the request because the share-group state epoch did not match.
    FencedStateEpoch = 124,
    /// The voter key doesn't match the receiving replica's key.
    InvalidVoterKey = 125,
    /// The voter is already part of the set of voters.
    DuplicateVoter = 126,
    /// The voter is not part of the set of voters.
    VoterNotFound = 127,
    /// The regular expression is not valid.
    InvalidRegularExpression = 128,
    /// Client metadata is stale. The client should rebootstrap to obtain new metadata.
    RebootstrapRequired = 129,
    /// The supplied topology is invalid.
    StreamsInvalidTopology = 130,
    /// The supplied topology epoch is invalid.
    StreamsInvalidTopologyEpoch = 131,
    /// The supplied topology epoch is outdated.
    StreamsTopologyFenced = 132,
    /// The limit of share sessions has been reached.
    ShareSessionLimitReached = 133,
}

struct Row {
    code: ErrorCode,
    name: &'static str,
    retriable: bool,
    message: &'static str,
}

/// Sorted by number, from -1 on without a gap.
const TABLE: &[Row] = &[
    Row {
        code: ErrorCode::UnknownServerError,
        name: "UNKNOWN_SERVER_ERROR",
        retriable: false,
        message: "The server experienced an unexpected error when processing the request.",
    },
    Row { code: ErrorCode::None, name: "NONE", retriable: false, message: "" },
    Row {
        code: ErrorCode::OffsetOutOfRange,
        name: "OFFSET_OUT_OF_RANGE",
        retriable: false,
        message: "The requested offset is not within the range of offsets maintained by the server.",
    },
    Row {
        code: ErrorCode::CorruptMessage,
        name: "CORRUPT_MESSAGE",
        retriable: true,
        message: "This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted topic, or is otherwise corrupt.",
    },
    Row {
        code: ErrorCode::UnknownTopicOrPartition,
        name: "UNKNOWN_TOPIC_OR_PARTITION",
        retriable: true,
        message: "This server does not host this topic-partition.",
    },
    Row {
        code: ErrorCode::InvalidFetchSize,
        name: "INVALID_FETCH_SIZE",
        retriable: false,
        message: "The requested fetch size is invalid.",
    },
    Row {
        code: ErrorCode::LeaderNotAvailable,
        name: "LEADER_NOT_AVAILABLE",
        retriable: true,
        message: "There is no leader for this topic-partition as we are in the middle of a leadership election.",
    },
    Row {
        code: ErrorCode::NotLeaderOrFollower,
        name: "NOT_LEADER_OR_FOLLOWER",
        retriable: true,
        message: "For requests intended only for the leader, this error indicates that the broker is not the current leader. For requests intended for any replica, this error indicates that the broker is not a replica of the topic partition.",
    },
    Row {
        code: ErrorCode::RequestTimedOut,
        name: "REQUEST_TIMED_OUT",
        retriable: true,
        message: "The request timed out.",
    },
    Row {
        code: ErrorCode::BrokerNotAvailable,
        name: "BROKER_NOT_AVAILABLE",
        retriable: false,
        message: "The broker is not available.",
    },
    Row {
        code: ErrorCode::ReplicaNotAvailable,
        name: "REPLICA_NOT_AVAILABLE",
        retriable: true,
        message: "The replica is not available for the requested topic-partition. Produce/Fetch requests and other requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is not a replica of the topic-partition.",
    },
    Row {
        code: ErrorCode::MessageTooLarge,
        name: "MESSAGE_TOO_LARGE",
        retriable: false,
        message: "The request included a message larger than the max message size the server will accept.",
    },
    Row {
        code: ErrorCode::StaleControllerEpoch,
        name: "STALE_CONTROLLER_EPOCH",
        retriable: false,
        message: "The controller moved to another broker.",
    },
    Row {
        code: ErrorCode::OffsetMetadataTooLarge,
        name: "OFFSET_METADATA_TOO_LARGE",
        retriable: false,
        message: "The metadata field of the offset request was too large.",
    },
    Row {
        code: ErrorCode::NetworkException,
        name: "NETWORK_EXCEPTION",
        retriable: true,
        message: "The server disconnected before a response was received.",
    },
    Row {
        code: ErrorCode::CoordinatorLoadInProgress,
        name: "COORDINATOR_LOAD_IN_PROGRESS",
        retriable: true,
        message: "The coordinator is loading and hence can't process requests.",
    },
    Row {
        code: ErrorCode::CoordinatorNotAvailable,
        name: "COORDINATOR_NOT_AVAILABLE",
        retriable: true,
        message: "The coordinator is not available.",
    },
    Row {
        code: ErrorCode::NotCoordinator,
        name: "NOT_COORDINATOR",
        retriable: true,
        message: "This is not the correct coordinator.",
    },
    Row {
        code: ErrorCode::InvalidTopicException,
        name: "INVALID_TOPIC_EXCEPTION",
        retriable: false,
        message: "The request attempted to perform an operation on an invalid topic.",
    },
    Row {
        code: ErrorCode::RecordListTooLarge,
        name: "RECORD_LIST_TOO_LARGE",
        retriable: false,
        message: "The request included message batch larger than the configured segment size on the server.",
    },
    Row {
        code: ErrorCode::NotEnoughReplicas,
        name: "NOT_ENOUGH_REPLICAS",
        retriable: true,
        message: "Messages are rejected since there are fewer in-sync replicas than required.",
    },
    Row {
        code: ErrorCode::NotEnoughReplicasAfterAppend,
        name: "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
        retriable: true,
        message: "Messages are written to the log, but to fewer in-sync replicas than required.",
    },
    Row {
        code: ErrorCode::InvalidRequiredAcks,
        name: "INVALID_REQUIRED_ACKS",
        retriable: false,
        message: "Produce request specified an invalid value for required acks.",
    },
    Row {
        code: ErrorCode::IllegalGeneration,
        name: "ILLEGAL_GENERATION",
        retriable: false,
        message: "Specified group generation id is not valid.",
    },
    Row {
        code: ErrorCode::InconsistentGroupProtocol,
        name: "INCONSISTENT_GROUP_PROTOCOL",
        retriable: false,
        message: "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list.",
    },
    Row {
        code: ErrorCode::InvalidGroupId,
        name: "INVALID_GROUP_ID",
        retriable: false,
        message: "The group id is invalid.",
    },
    Row {
        code: ErrorCode::UnknownMemberId,
        name: "UNKNOWN_MEMBER_ID",
        retriable: false,
        message: "The coordinator is not aware of this member.",
    },
    Row {
        code: ErrorCode::InvalidSessionTimeout,
        name: "INVALID_SESSION_TIMEOUT",
        retriable: false,
        message: "The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms).",
    },
    Row {
        code: ErrorCode::RebalanceInProgress,
        name: "REBALANCE_IN_PROGRESS",
        retriable: false,
        message: "The group is rebalancing, so a rejoin is needed.",
    },
    Row {
        code: ErrorCode::InvalidCommitOffsetSize,
        name: "INVALID_COMMIT_OFFSET_SIZE",
        retriable: false,
        message: "The committing offset data size is not valid.",
    },
    Row {
        code: ErrorCode::TopicAuthorizationFailed,
        name: "TOPIC_AUTHORIZATION_FAILED",
        retriable: false,
        message: "Topic authorization failed.",
    },
    Row {
        code: ErrorCode::GroupAuthorizationFailed,
        name: "GROUP_AUTHORIZATION_FAILED",
        retriable: false,
        message: "Group authorization failed.",
    },
    Row {
        code: ErrorCode::ClusterAuthorizationFailed,
        name: "CLUSTER_AUTHORIZATION_FAILED",
        retriable: false,
        message: "Cluster authorization failed.",
    },
    Row {
        code: ErrorCode::InvalidTimestamp,
        name: "INVALID_TIMESTAMP",
        retriable: false,
        message: "The timestamp of the message is out of acceptable range.",
    },
    Row {
        code: ErrorCode::UnsupportedSaslMechanism,
        name: "UNSUPPORTED_SASL_MECHANISM",
        retriable: false,
        message: "The broker does not support the requested SASL mechanism.",
    },
    Row {
        code: ErrorCode::IllegalSaslState,
        name: "ILLEGAL_SASL_STATE",
        retriable: false,
        message: "Request is not valid given the current SASL state.",
    },
    Row {
        code: ErrorCode::UnsupportedVersion,
        name: "UNSUPPORTED_VERSION",
        retriable: false,
        message: "The version of API is not supported.",
    },
    Row {
        code: ErrorCode::TopicAlreadyExists,
        name: "TOPIC_ALREADY_EXISTS",
        retriable: false,
        message: "Topic with this name already exists.",
    },
    Row {
        code: ErrorCode::InvalidPartitions,
        name: "INVALID_PARTITIONS",
        retriable: false,
        message: "Number of partitions is below 1.",
    },
    Row {
        code: ErrorCode::InvalidReplicationFactor,
        name: "INVALID_REPLICATION_FACTOR",
        retriable: false,
        message: "Replication factor is below 1 or larger than the number of available brokers.",
    },
    Row {
        code: ErrorCode::InvalidReplicaAssignment,
        name: "INVALID_REPLICA_ASSIGNMENT",
        retriable: false,
        message: "Replica assignment is invalid.",
    },
    Row {
        code: ErrorCode::InvalidConfig,
        name: "INVALID_CONFIG",
        retriable: false,
        message: "Configuration is invalid.",
    },
    Row {
        code: ErrorCode::NotController,
        name: "NOT_CONTROLLER",
        retriable: true,
        message: "This is not the correct controller for this cluster.",
    },
    Row {
        code: ErrorCode::InvalidRequest,
        name: "INVALID_REQUEST",
        retriable: false,
        message: "This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.",
    },
    Row {
        code: ErrorCode::UnsupportedForMessageFormat,
        name: "UNSUPPORTED_FOR_MESSAGE_FORMAT",
        retriable: false,
        message: "The message format version on the broker does not support the request.",
    },
    Row {
        code: ErrorCode::PolicyViolation,
        name: "POLICY_VIOLATION",
        retriable: false,
        message: "Request parameters do not satisfy the configured policy.",
    },
    Row {
        code: ErrorCode::OutOfOrderSequenceNumber,
        name: "OUT_OF_ORDER_SEQUENCE_NUMBER",
        retriable: false,
        message: "The broker received an out of order sequence number.",
    },
    Row {
        code: ErrorCode::DuplicateSequenceNumber,
        name: "DUPLICATE_SEQUENCE_NUMBER",
        retriable: false,
        message: "The broker received a duplicate sequence number.",
    },
    Row {
        code: ErrorCode::InvalidProducerEpoch,
        name: "INVALID_PRODUCER_EPOCH",
        retriable: false,
        message: "Producer attempted to produce with an old epoch.",
    },
    Row {
        code: ErrorCode::InvalidTxnState,
        name: "INVALID_TXN_STATE",
        retriable: false,
        message: "The producer attempted a transactional operation in an invalid state.",
    },
    Row {
        code: ErrorCode::InvalidProducerIdMapping,
        name: "INVALID_PRODUCER_ID_MAPPING",
        retriable: false,
        message: "The producer attempted to use a producer id which is not currently assigned to its transactional id.",
    },
    Row {
        code: ErrorCode::InvalidTransactionTimeout,
        name: "INVALID_TRANSACTION_TIMEOUT",
        retriable: false,
        message: "The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms).",
    },
    Row {
        code: ErrorCode::ConcurrentTransactions,
        name: "CONCURRENT_TRANSACTIONS",
        retriable: true,
        message: "The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing.",
    },
    Row {
        code: ErrorCode::TransactionCoordinatorFenced,
        name: "TRANSACTION_COORDINATOR_FENCED",
        retriable: false,
        message: "Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for a given producer.",
    },
    Row {
        code: ErrorCode::TransactionalIdAuthorizationFailed,
        name: "TRANSACTIONAL_ID_AUTHORIZATION_FAILED",
        retriable: false,
        message: "Transactional Id authorization failed.",
    },
    Row {
        code: ErrorCode::SecurityDisabled,
        name: "SECURITY_DISABLED",
        retriable: false,
        message: "Security features are disabled.",
    },
    Row {
        code: ErrorCode::OperationNotAttempted,
        name: "OPERATION_NOT_ATTEMPTED",
        retriable: false,
        message: "The broker did not attempt to execute this operation. This may happen for batched RPCs where some operations in the batch failed, causing the broker to respond without trying the rest.",
    },
    Row {
        code: ErrorCode::KafkaStorageError,
        name: "KAFKA_STORAGE_ERROR",
        retriable: true,
        message: "Disk error when trying to access log file on the disk.",
    },
    Row {
        code: ErrorCode::LogDirNotFound,
        name: "LOG_DIR_NOT_FOUND",
        retriable: false,
        message: "The user-specified log directory is not found in the broker config.",
    },
    Row {
        code: ErrorCode::SaslAuthenticationFailed,
        name: "SASL_AUTHENTICATION_FAILED",
        retriable: false,
        message: "SASL Authentication failed.",
    },
    Row {
        code: ErrorCode::UnknownProducerId,
        name: "UNKNOWN_PRODUCER_ID",
        retriable: false,
        message: "This exception is raised by the broker if it could not locate the producer metadata associated with the producerId in question. This could happen if, for instance, the producer's records were deleted because their retention time had elapsed. Once the last records of the producerId are removed, the producer's metadata is removed from the broker, and future appends by the producer will return this exception.",
    },
    Row {
        code: ErrorCode::ReassignmentInProgress,
        name: "REASSIGNMENT_IN_PROGRESS",
        retriable: false,
        message: "A partition reassignment is in progress.",
    },
    Row {
        code: ErrorCode::DelegationTokenAuthDisabled,
        name: "DELEGATION_TOKEN_AUTH_DISABLED",
        retriable: false,
        message: "Delegation Token feature is not enabled.",
    },
    Row {
        code: ErrorCode::DelegationTokenNotFound,
        name: "DELEGATION_TOKEN_NOT_FOUND",
        retriable: false,
        message: "Delegation Token is not found on server.",
    },
    Row {
        code: ErrorCode::DelegationTokenOwnerMismatch,
        name: "DELEGATION_TOKEN_OWNER_MISMATCH",
        retriable: false,
        message: "Specified Principal is not valid Owner/Renewer.",
    },
    Row {
        code: ErrorCode::DelegationTokenRequestNotAllowed,
        name: "DELEGATION_TOKEN_REQUEST_NOT_ALLOWED",
        retriable: false,
        message: "Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation token authenticated channels.",
    },
    Row {
        code: ErrorCode::DelegationTokenAuthorizationFailed,
        name: "DELEGATION_TOKEN_AUTHORIZATION_FAILED",
        retriable: false,
        message: "Delegation Token authorization failed.",
    },
    Row {
        code: ErrorCode::DelegationTokenExpired,
        name: "DELEGATION_TOKEN_EXPIRED",
        retriable: false,
        message: "Delegation Token is expired.",
    },
    Row {
        code: ErrorCode::InvalidPrincipalType,
        name: "INVALID_PRINCIPAL_TYPE",
        retriable: false,
        message: "Supplied principalType is not supported.",
    },
    Row {
        code: ErrorCode::NonEmptyGroup,
        name: "NON_EMPTY_GROUP",
        retriable: false,
        message: "The group is not empty.",
    },
    Row {
        code: ErrorCode::GroupIdNotFound,
        name: "GROUP_ID_NOT_FOUND",
        retriable: false,
        message: "The group id does not exist.",
    },
    Row {
        code: ErrorCode::FetchSessionIdNotFound,
        name: "FETCH_SESSION_ID_NOT_FOUND",
        retriable: true,
        message: "The fetch session ID was not found.",
    },
    Row {
        code: ErrorCode::InvalidFetchSessionEpoch,
        name: "INVALID_FETCH_SESSION_EPOCH",
        retriable: true,
        message: "The fetch session epoch is invalid.",
    },
    Row {
        code: ErrorCode::ListenerNotFound,
        name: "LISTENER_NOT_FOUND",
        retriable: true,
        message: "There is no listener on the leader broker that matches the listener on which metadata request was processed.",
    },
    Row {
        code: ErrorCode::TopicDeletionDisabled,
        name: "TOPIC_DELETION_DISABLED",
        retriable: false,
        message: "Topic deletion is disabled.",
    },
    Row {
        code: ErrorCode::FencedLeaderEpoch,
        name: "FENCED_LEADER_EPOCH",
        retriable: true,
        message: "The leader epoch in the request is older than the epoch on the broker.",
    },
    Row {
        code: ErrorCode::UnknownLeaderEpoch,
        name: "UNKNOWN_LEADER_EPOCH",
        retriable: true,
        message: "The leader epoch in the request is newer than the epoch on the broker.",
    },
    Row {
        code: ErrorCode::UnsupportedCompressionType,
        name: "UNSUPPORTED_COMPRESSION_TYPE",
        retriable: false,
        message: "The requesting client does not support the compression type of given partition.",
    },
    Row {
        code: ErrorCode::StaleBrokerEpoch,
        name: "STALE_BROKER_EPOCH",
        retriable: false,
        message: "Broker epoch has changed.",
    },
    Row {
        code: ErrorCode::OffsetNotAvailable,
        name: "OFFSET_NOT_AVAILABLE",
        retriable: true,
        message: "The leader high watermark has not caught up from a recent leader election so the offsets cannot be guaranteed to be monotonically increasing.",
    },
    Row {
        code: ErrorCode::MemberIdRequired,
        name: "MEMBER_ID_REQUIRED",
        retriable: false,
        message: "The group member needs to have a valid member id before actually entering a consumer group.",
    },
    Row {
        code: ErrorCode::PreferredLeaderNotAvailable,
        name: "PREFERRED_LEADER_NOT_AVAILABLE",
        retriable: true,
        message: "The preferred leader was not available.",
    },
    Row {
        code: ErrorCode::GroupMaxSizeReached,
        name: "GROUP_MAX_SIZE_REACHED",
        retriable: false,
        message: "The group has reached its maximum size.",
    },
    Row {
        code: ErrorCode::FencedInstanceId,
        name: "FENCED_INSTANCE_ID",
        retriable: false,
        message: "The broker rejected this static consumer since another consumer with the same group.instance.id has registered with a different member.id.",
    },
    Row {
        code: ErrorCode::EligibleLeadersNotAvailable,
        name: "ELIGIBLE_LEADERS_NOT_AVAILABLE",
        retriable: true,
        message: "Eligible topic partition leaders are not available.",
    },
    Row {
        code: ErrorCode::ElectionNotNeeded,
        name: "ELECTION_NOT_NEEDED",
        retriable: true,
        message: "Leader election not needed for topic partition.",
    },
    Row {
        code: ErrorCode::NoReassignmentInProgress,
        name: "NO_REASSIGNMENT_IN_PROGRESS",
        retriable: false,
        message: "No partition reassignment is in progress.",
    },
    Row {
        code: ErrorCode::GroupSubscribedToTopic,
        name: "GROUP_SUBSCRIBED_TO_TOPIC",
        retriable: false,
        message: "Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.",
    },
    Row {
        code: ErrorCode::InvalidRecord,
        name: "INVALID_RECORD",
        retriable: false,
        message: "This record has failed the validation on broker and hence will be rejected.",
    },
    Row {
        code: ErrorCode::UnstableOffsetCommit,
        name: "UNSTABLE_OFFSET_COMMIT",
        retriable: true,
        message: "There are unstable offsets that need to be cleared.",
    },
    Row {
        code: ErrorCode::ThrottlingQuotaExceeded,
        name: "THROTTLING_QUOTA_EXCEEDED",
        retriable: true,
        message: "The throttling quota has been exceeded.",
    },
    Row {
        code: ErrorCode::ProducerFenced,
        name: "PRODUCER_FENCED",
        retriable: false,
        message: "There is a newer producer with the same transactionalId which fences the current one.",
    },
    Row {
        code: ErrorCode::ResourceNotFound,
        name: "RESOURCE_NOT_FOUND",
        retriable: false,
        message: "A request illegally referred to a resource that does not exist.",
    },
    Row {
        code: ErrorCode::DuplicateResource,
        name: "DUPLICATE_RESOURCE",
        retriable: false,
        message: "A request illegally referred to the same resource twice.",
    },
    Row {
        code: ErrorCode::UnacceptableCredential,
        name: "UNACCEPTABLE_CREDENTIAL",
        retriable: false,
        message: "Requested credential would not meet criteria for acceptability.",
    },
    Row {
        code: ErrorCode::InconsistentVoterSet,
        name: "INCONSISTENT_VOTER_SET",
        retriable: false,
        message: "Indicates that the either the sender or recipient of a voter-only request is not one of the expected voters.",
    },
    Row {
        code: ErrorCode::InvalidUpdateVersion,
        name: "INVALID_UPDATE_VERSION",
        retriable: false,
        message: "The given update version was invalid.",
    },
    Row {
        code: ErrorCode::FeatureUpdateFailed,
        name: "FEATURE_UPDATE_FAILED",
        retriable: false,
        message: "Unable to update finalized features due to an unexpected server error.",
    },
    Row {
        code: ErrorCode::PrincipalDeserializationFailure,
        name: "PRINCIPAL_DESERIALIZATION_FAILURE",
        retriable: false,
        message: "Request principal deserialization failed during forwarding. This indicates an internal error on the broker cluster security setup.",
    },
    Row {
        code: ErrorCode::SnapshotNotFound,
        name: "SNAPSHOT_NOT_FOUND",
        retriable: false,
        message: "Requested snapshot was not found.",
    },
    Row {
        code: ErrorCode::PositionOutOfRange,
        name: "POSITION_OUT_OF_RANGE",
        retriable: false,
        message: "Requested position is not greater than or equal to zero, and less than the size of the snapshot.",
    },
    Row {
        code: ErrorCode::UnknownTopicId,
        name: "UNKNOWN_TOPIC_ID",
        retriable: true,
        message: "This server does not host this topic ID.",
    },
    Row {
        code: ErrorCode::DuplicateBrokerRegistration,
        name: "DUPLICATE_BROKER_REGISTRATION",
        retriable: false,
        message: "This broker ID is already in use.",
    },
    Row {
        code: ErrorCode::BrokerIdNotRegistered,
        name: "BROKER_ID_NOT_REGISTERED",
        retriable: false,
        message: "The given broker ID was not registered.",
    },
    Row {
        code: ErrorCode::InconsistentTopicId,
        name: "INCONSISTENT_TOPIC_ID",
        retriable: true,
        message: "The log's topic ID did not match the topic ID in the request.",
    },
    Row {
        code: ErrorCode::InconsistentClusterId,
        name: "INCONSISTENT_CLUSTER_ID",
        retriable: false,
        message: "The clusterId in the request does not match that found on the server.",
    },
    Row {
        code: ErrorCode::TransactionalIdNotFound,
        name: "TRANSACTIONAL_ID_NOT_FOUND",
        retriable: false,
        message: "The transactionalId could not be found.",
    },
    Row {
        code: ErrorCode::FetchSessionTopicIdError,
        name: "FETCH_SESSION_TOPIC_ID_ERROR",
        retriable: true,
        message: "The fetch session encountered inconsistent topic ID usage.",
    },
    Row {
        code: ErrorCode::IneligibleReplica,
        name: "INELIGIBLE_REPLICA",
        retriable: false,
        message: "The new ISR contains at least one ineligible replica.",
    },
    Row {
        code: ErrorCode::NewLeaderElected,
        name: "NEW_LEADER_ELECTED",
        retriable: false,
        message: "The AlterPartition request successfully updated the partition state but the leader has changed.",
    },
    Row {
        code: ErrorCode::OffsetMovedToTieredStorage,
        name: "OFFSET_MOVED_TO_TIERED_STORAGE",
        retriable: false,
        message: "The requested offset is moved to tiered storage.",
    },
    Row {
        code: ErrorCode::FencedMemberEpoch,
        name: "FENCED_MEMBER_EPOCH",
        retriable: false,
        message: "The member epoch is fenced by the group coordinator. The member must abandon all its partitions and rejoin.",
    },
    Row {
        code: ErrorCode::UnreleasedInstanceId,
        name: "UNRELEASED_INSTANCE_ID",
        retriable: false,
        message: "The instance ID is still used by another member in the consumer group. That member must leave first.",
    },
    Row {
        code: ErrorCode::UnsupportedAssignor,
        name: "UNSUPPORTED_ASSIGNOR",
        retriable: false,
        message: "The assignor or its version range is not supported by the consumer group.",
    },
    Row {
        code: ErrorCode::StaleMemberEpoch,
        name: "STALE_MEMBER_EPOCH",
        retriable: false,
        message: "The member epoch is stale. The member must retry after receiving its updated member epoch via the ConsumerGroupHeartbeat API.",
    },
    Row {
        code: ErrorCode::MismatchedEndpointType,
        name: "MISMATCHED_ENDPOINT_TYPE",
        retriable: false,
        message: "The request was sent to an endpoint of the wrong type.",
    },
    Row {
        code: ErrorCode::UnsupportedEndpointType,
        name: "UNSUPPORTED_ENDPOINT_TYPE",
        retriable: false,
        message: "This endpoint type is not supported yet.",
    },
    Row {
        code: ErrorCode::UnknownControllerId,
        name: "UNKNOWN_CONTROLLER_ID",
        retriable: false,
        message: "This controller ID is not known.",
    },
    Row {
        code: ErrorCode::UnknownSubscriptionId,
        name: "UNKNOWN_SUBSCRIPTION_ID",
        retriable: false,
        message: "Client sent a push telemetry request with an invalid or outdated subscription ID.",
    },
    Row {
        code: ErrorCode::TelemetryTooLarge,
        name: "TELEMETRY_TOO_LARGE",
        retriable: false,
        message: "Client sent a push telemetry request larger than the maximum size the broker will accept.",
    },
    Row {
        code: ErrorCode::InvalidRegistration,
        name: "INVALID_REGISTRATION",
        retriable: false,
        message: "The controller has considered the broker registration to be invalid.",
    },
    Row {
        code: ErrorCode::TransactionAbortable,
        name: "TRANSACTION_ABORTABLE",
        retriable: false,
        message: "The server encountered an error with the transaction. The client can abort the transaction to continue using this transactional ID.",
    },
    Row {
        code: ErrorCode::InvalidRecordState,
        name: "INVALID_RECORD_STATE",
        retriable: false,
        message: "The record state is invalid. The acknowledgement of delivery could not be completed.",
    },
    Row {
        code: ErrorCode::ShareSessionNotFound,
        name: "SHARE_SESSION_NOT_FOUND",
        retriable: true,
        message: "The share session was not found.",
    },
    Row {
        code: ErrorCode::InvalidShareSessionEpoch,
        name: "INVALID_SHARE_SESSION_EPOCH",
        retriable: true,
        message: "The share session epoch is invalid.",
    },
    Row {
        code: ErrorCode::FencedStateEpoch,
        name: "FENCED_STATE_EPOCH",
        retriable: false,
        message: "The share coordinator rejected the request because the share-group state epoch did not match.",
    },
    Row {
        code: ErrorCode::InvalidVoterKey,
        name: "INVALID_VOTER_KEY",
        retriable: false,
        message: "The voter key doesn't match the receiving replica's key.",
    },
    Row {
        code: ErrorCode::DuplicateVoter,
        name: "DUPLICATE_VOTER",
        retriable: false,
        message: "The voter is already part of the set of voters.",
    },
    Row {
        code: ErrorCode::VoterNotFound,
        name: "VOTER_NOT_FOUND",
        retriable: false,
        message: "The voter is not part of the set of voters.",
    },
    Row {
        code: ErrorCode::InvalidRegularExpression,
        name: "INVALID_REGULAR_EXPRESSION",
        retriable: false,
        message: "The regular expression is not valid.",
    },
    Row {
        code: ErrorCode::RebootstrapRequired,
        name: "REBOOTSTRAP_REQUIRED",
        retriable: false,
        message: "Client metadata is stale. The client should rebootstrap to obtain new metadata.",
    },
    Row {
        code: ErrorCode::StreamsInvalidTopology,
        name: "STREAMS_INVALID_TOPOLOGY",
        retriable: false,
        message: "The supplied topology is invalid.",
    },
    Row {
        code: ErrorCode::StreamsInvalidTopologyEpoch,
        name: "STREAMS_INVALID_TOPOLOGY_EPOCH",
        retriable: false,
        message: "The supplied topology epoch is invalid.",
    },
    Row {
        code: ErrorCode::StreamsTopologyFenced,
        name: "STREAMS_TOPOLOGY_FENCED",
        retriable: false,
        message: "The supplied topology epoch is outdated.",
    },
    Row {
        code: ErrorCode::ShareSessionLimitReached,
        name: "SHARE_SESSION_LIMIT_REACHED",
        retriable: true,
        message: "The limit of share sessions has been reached.",
    },
];

impl ErrorCode {
    /// Every code, from -1 upwards.
    pub fn all() -> impl Iterator<Item = ErrorCode> {
        TABLE.iter().map(|row| row.code)
    }

    /// The code with this number; `None` for a number that Kafka 4.3 does not know.
    pub fn from_number(number: i16) -> Option<ErrorCode> {
        let index = usize::try_from(number.checked_add(1)?).ok()?;
        TABLE.get(index).map(|row| row.code)
    }

    /// The number on the wire.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Kafka's name for it, like `UNKNOWN_TOPIC_OR_PARTITION`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// Whether clients may expect success from trying again.
    pub fn is_retriable(self) -> bool {
        self.row().retriable
    }

    /// The sentence that Kafka's clients print; empty for [`ErrorCode::None`].
    pub fn message(self) -> &'static str {
        self.row().message
    }

    /// What to write into an answer.
    pub fn of<T>(outcome: &Result<T, ErrorCode>) -> ErrorCode {
        match outcome {
            Ok(_) => ErrorCode::None,
            Err(code) => *code,
        }
    }

    fn row(self) -> &'static Row {
        let index = usize::try_from(self.number() + 1).expect("the smallest number is -1");
        &TABLE[index]
    }
}

impl std::fmt::Display for ErrorCode {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_number_without_a_gap() {
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(usize::try_from(row.code.number() + 1).unwrap(), index, "{}", row.name);
            assert_eq!(ErrorCode::from_number(row.code.number()), Some(row.code));
        }
        assert_eq!(ErrorCode::from_number(-2), None);
        assert_eq!(ErrorCode::from_number(i16::MAX), None);
    }
}
