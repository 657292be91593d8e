//! The same runs in WebAssembly and natively: the same frames, byte for byte.
//!
//! Each run is a seed and a list of inputs; what is compared is a hash over all frames that went out. `hashes.txt` holds
//! what came natively: the native test keeps it true (`UPDATE_EXPECT=1` writes it anew), and the tests in WebAssembly,
//! in Node and in a browser, come to the same or fail.

pub mod broker;
pub mod lessons;
pub mod world;

#[cfg(test)]
mod tests;

/// Every run by name, with the hash over its frames.
pub fn runs() -> Vec<(String, u64)> {
    let brokers = [("broker", broker::run(7)), ("broker, another seed", broker::run(8))];
    let worlds = world::STORIES.iter().map(|(name, text)| (*name, world::run(text)));
    let named = brokers.into_iter().chain(worlds).map(|(name, hash)| (name.to_owned(), hash));
    named.chain(lessons::runs()).collect()
}

/// The runs as they stand in `hashes.txt`, a line each.
pub fn hashes() -> String {
    runs().iter().map(|(name, hash)| format!("{hash:016x} {name}\n")).collect()
}
