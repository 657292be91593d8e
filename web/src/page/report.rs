//! What is said to the visitor.

/// How something is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Tone {
    /// It was done, or it is so.
    Told,
    /// It could not be done; nothing has changed.
    Refused,
}

/// A sentence for the visitor.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Report {
    pub(crate) tone: Tone,
    pub(crate) text: String,
}

impl Report {
    pub(crate) fn new(tone: Tone, text: String) -> Report {
        Report { tone, text }
    }
}
