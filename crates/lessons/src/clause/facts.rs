//! The facts and happenings of which conditions speak, and how they are said.

use crate::track::Touch;

/// Something that holds, or that happens at an instant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fact {
    /// A group is in a state.
    GroupIs,
    /// There is a topic of that name.
    TopicExists,
    /// There is a group of that name.
    GroupExists,
    /// A member owns a partition.
    Owns,
    /// A client's process runs, also while it is paused.
    Runs,
    /// A client's process was started, and is over.
    IsOver,
    /// A client is in a group.
    IsMember,
    /// Two names stand for the same thing.
    Is,
    /// Two names stand for different things.
    IsNot,
    /// Happens: a process starts.
    Starts,
    /// Happens: a process starts that has run before.
    Restarts,
    /// Happens: a process ends without a goodbye.
    Crashes,
    /// Happens: a client has said goodbye.
    Leaves,
    /// Happens: a member is struck off its group, since it was silent for too long.
    IsStruckOff,
    /// Happens: a consumer has worked through a record of a place.
    Handles,
    /// Happens: a consumer has worked through a record that says so.
    HandlesText,
    /// Happens: a tool whose command has these words ends with status 0.
    Succeeds,
    /// Happens: a tool whose command has these words ends with another status.
    Fails,
    /// Happens: a tool whose command has these words prints something with that text.
    Prints,
}

/// How they are said. Words in capitals are names; [`super::Kind::Text`] stands in quotes.
pub const FACTS: &[(Fact, &str)] = &[
    (Fact::GroupIs, "GROUP is STATE"),
    (Fact::TopicExists, "topic TOPIC exists"),
    (Fact::GroupExists, "group GROUP exists"),
    (Fact::Owns, "CLIENT owns PARTITION"),
    (Fact::Runs, "CLIENT runs"),
    (Fact::IsOver, "CLIENT is over"),
    (Fact::IsMember, "CLIENT is a member of GROUP"),
    (Fact::Is, "VARIABLE is ANY"),
    (Fact::IsNot, "VARIABLE is not ANY"),
    (Fact::Starts, "CLIENT starts"),
    (Fact::Restarts, "CLIENT starts again"),
    (Fact::Crashes, "CLIENT crashes"),
    (Fact::Leaves, "CLIENT leaves"),
    (Fact::IsStruckOff, "CLIENT is struck off GROUP"),
    (Fact::Handles, "CLIENT handles a record of PLACE"),
    (Fact::HandlesText, "CLIENT handles TEXT"),
    (Fact::Succeeds, "TEXT succeeds"),
    (Fact::Fails, "TEXT fails"),
    (Fact::Prints, "TEXT prints TEXT"),
];

impl Fact {
    /// Whether it happens at an instant and is over then.
    pub fn is_happening(self) -> bool {
        match self {
            Fact::GroupIs
            | Fact::TopicExists
            | Fact::GroupExists
            | Fact::Owns
            | Fact::Runs
            | Fact::IsOver
            | Fact::IsMember
            | Fact::Is
            | Fact::IsNot => false,
            Fact::Starts
            | Fact::Restarts
            | Fact::Crashes
            | Fact::Leaves
            | Fact::IsStruckOff
            | Fact::Handles
            | Fact::HandlesText
            | Fact::Succeeds
            | Fact::Fails
            | Fact::Prints => true,
        }
    }

    /// What has to happen for it to change.
    pub(crate) fn touch(self) -> Touch {
        match self {
            Fact::GroupIs | Fact::GroupExists => Touch::GROUPS,
            Fact::TopicExists => Touch::TOPICS,
            Fact::Owns | Fact::IsMember | Fact::IsStruckOff => Touch::GROUPS | Touch::CLIENTS,
            Fact::Runs | Fact::IsOver | Fact::Starts | Fact::Restarts | Fact::Crashes | Fact::Leaves => Touch::CLIENTS,
            Fact::Is | Fact::IsNot => Touch::NOTHING,
            Fact::Handles | Fact::HandlesText => Touch::READING,
            Fact::Succeeds | Fact::Fails | Fact::Prints => Touch::TOOLS,
        }
    }
}
