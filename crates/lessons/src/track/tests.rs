//! Goals on their way.
