//! The APIs, and what is true of each whatever it is asked: one table.

use std::ops::RangeInclusive;

include!(concat!(env!("OUT_DIR"), "/api_key.rs"));

struct Row {
    key: ApiKey,
    name: &'static str,
    file: &'static str,
    accepted: RangeInclusive<i16>,
    advertised: RangeInclusive<i16>,
    flexible_from: Option<i16>,
    response_header: Option<i16>,
}

impl ApiKey {
    /// Every API, sorted by key.
    pub fn all() -> impl Iterator<Item = ApiKey> {
        TABLE.iter().map(|row| row.key)
    }

    /// The API with this key; `None` for one without a schema.
    pub fn from_number(number: i16) -> Option<ApiKey> {
        TABLE.binary_search_by_key(&number, |row| row.key.number()).ok().map(|index| TABLE[index].key)
    }

    /// The key on the wire.
    pub fn number(self) -> i16 {
        self as i16
    }

    /// Kafka's name for it, like `ListOffsets`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The one word for it in names of files and modules, like `list_offsets`.
    pub fn file_name(self) -> &'static str {
        self.row().file
    }

    /// Versions that the codec reads and writes: what Kafka 4.3 speaks and a few older ones.
    pub fn accepted(self) -> RangeInclusive<i16> {
        self.row().accepted.clone()
    }

    /// Versions that ApiVersions tells: Kafka 4.3's list, in which Produce begins with versions that nobody serves,
    /// since librdkafka looks for them (KAFKA-18659).
    pub fn advertised(self) -> RangeInclusive<i16> {
        self.row().advertised.clone()
    }

    /// First version with compact types and tagged fields (KIP-482); `None` if there is none.
    pub fn flexible_from(self) -> Option<i16> {
        self.row().flexible_from
    }

    /// Whether the version has compact types and tagged fields.
    pub fn is_flexible(self, api_version: i16) -> bool {
        self.flexible_from().is_some_and(|from| api_version >= from)
    }

    /// Version of the header before a request: 1, or 2 if the request is flexible.
    pub fn request_header_version(self, api_version: i16) -> i16 {
        if self.is_flexible(api_version) { 2 } else { 1 }
    }

    /// Version of the header before a response: 0, or 1 if the response is flexible. For ApiVersions always 0, since
    /// a client reads it before it knows what the broker speaks (KIP-511).
    pub fn response_header_version(self, api_version: i16) -> i16 {
        self.row().response_header.unwrap_or(i16::from(self.is_flexible(api_version)))
    }

    fn row(self) -> &'static Row {
        let index = TABLE.binary_search_by_key(&self, |row| row.key).expect("the table has a row for every key");
        &TABLE[index]
    }
}

impl std::fmt::Display for ApiKey {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_by_key_and_its_ranges_fit() {
        assert!(TABLE.is_sorted_by(|one, next| one.key < next.key));
        for key in ApiKey::all() {
            assert_eq!(ApiKey::from_number(key.number()), Some(key));
            assert_eq!(key.accepted().end(), key.advertised().end(), "{key}");
            assert!(*key.accepted().start() == 3 || key.accepted().start() <= key.advertised().start(), "{key}");
        }
        assert_eq!(ApiKey::from_number(4), None);
        assert_eq!(ApiKey::from_number(-1), None);
    }

    #[test]
    fn the_header_of_an_api_versions_response_never_changes() {
        assert_eq!(ApiKey::ApiVersions.request_header_version(3), 2);
        assert_eq!(ApiKey::ApiVersions.response_header_version(3), 0);
        assert_eq!(ApiKey::Fetch.response_header_version(12), 1);
        assert_eq!(ApiKey::OffsetDelete.response_header_version(0), 0);
    }
}
