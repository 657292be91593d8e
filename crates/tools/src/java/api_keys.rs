//! Every API that Kafka 4.3.0 knows, also those that are not spoken here: what a broker tells of itself names them all.

const ROWS: &str = include_str!("api_keys.txt");

/// One API.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ApiRow {
    /// Its number.
    pub(crate) key: i16,
    /// Its name.
    pub(crate) name: &'static str,
    /// The oldest and the newest version of 4.3.0; `None` where none is left.
    pub(crate) versions: Option<(i16, i16)>,
    /// Whether clients may ask brokers for it.
    pub(crate) for_clients: bool,
}

/// All APIs by number.
pub(crate) fn api_keys() -> impl Iterator<Item = ApiRow> {
    ROWS.lines().filter_map(|line| {
        let mut words = line.split(' ');
        let key = words.next()?.parse().ok()?;
        let name = words.next()?;
        let versions = words.next()?.parse().ok().zip(words.next()?.parse().ok());
        Some(ApiRow { key, name, versions, for_clients: words.next()? == "true" })
    })
}
