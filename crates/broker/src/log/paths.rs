//! Names of files in a partition's folder.

use crate::Offset;

/// Records.
pub(super) const LOG: &str = "log";
/// Offsets to positions.
pub(super) const INDEX: &str = "index";
/// Timestamps to offsets.
pub(super) const TIME_INDEX: &str = "timeindex";
/// Aborted transactions.
pub(super) const TXN_INDEX: &str = "txnindex";
/// Producers' state.
pub(super) const SNAPSHOT: &str = "snapshot";
/// The files of one segment, its snapshot aside.
pub(super) const SEGMENT_FILES: [&str; 4] = [LOG, INDEX, TIME_INDEX, TXN_INDEX];

/// Suffix of a file that a cleaner was still writing.
pub(super) const CLEANED: &str = ".cleaned";
/// Suffix of a finished file on its way to the place of others.
pub(super) const SWAP: &str = ".swap";
/// Suffix of a file that waits for its removal.
pub(super) const DELETED: &str = ".deleted";

/// Where each leader epoch begins.
pub(super) const LEADER_EPOCHS: &str = "leader-epoch-checkpoint";
/// The topic's id.
pub(super) const METADATA: &str = "partition.metadata";

/// `FOLDER/00000000000000000042.KIND`.
pub(super) fn file(folder: &str, offset: Offset, kind: &str) -> String {
    format!("{folder}/{offset:020}.{kind}")
}

/// Offset and kind of `00000000000000000042.KIND`, `None` for other names.
pub(super) fn parse(name: &str) -> Option<(Offset, &str)> {
    let (digits, kind) = name.split_once('.')?;
    if digits.len() != 20 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some((digits.parse().ok()?, kind))
}
