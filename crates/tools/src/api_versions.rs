//! `kafka-broker-api-versions`: which APIs and versions each broker speaks.

use crate::admin::{Call, Told, Whom, connect};
use crate::java::api_keys;
use crate::options::{Options, Table};
use crate::story::{Outcome, Stop, Story};
use crate::topics::fail;
use runnel_protocol::messages::metadata::{MetadataRequest, MetadataResponseBroker};
use runnel_protocol::{Request, Response, SmallMap};
use std::collections::BTreeMap;

use crate::help::BROKER_API_VERSIONS as HELP;

/// Runs the command.
pub(crate) fn main(story: &mut Story<'_>) -> Outcome<()> {
    match act(story) {
        Err(Stop::Thrown(exception)) => Err(fail(story, &exception)),
        outcome => outcome,
    }
}

fn act(story: &mut Story<'_>) -> Outcome<()> {
    let options = Options::parse(&Table::read(HELP), story.arguments())?;
    options.help_or_version(story, "This tool helps to retrieve broker version information.")?;
    options.require(story, &["bootstrap-server"])?;
    connect(story, &options, Some("admin-1"))?;
    let request = || Request::Metadata(MetadataRequest { topics: None, ..Default::default() });
    let call = Call::new("listNodes", Whom::Any, request());
    let Response::Metadata(metadata) = story.ask(call)?? else { panic!("Metadata is answered with Metadata") };
    let brokers = metadata.brokers;
    // The handshake of each connection is what is wanted; a request makes the connection.
    let calls = brokers.iter().map(|broker| Call::new("apiVersions", Whom::Node(broker.node_id), request())).collect();
    for (broker, answer) in brokers.iter().zip(story.ask_all(calls)?) {
        let told = match answer {
            Ok(Told { versions: Some(versions), .. }) => table(&versions),
            Ok(Told { versions: None, .. }) => "ERROR: null".to_owned(),
            Err(exception) => format!("ERROR: {}", exception.message()),
        };
        story.out(format!("{} -> {told}", node(broker)));
    }
    Ok(())
}

/// A broker as Java prints a `Node`.
fn node(broker: &MetadataResponseBroker) -> String {
    let rack = broker.rack.as_deref().unwrap_or("null");
    format!("{}:{} (id: {} rack: {rack} isFenced: false)", broker.host, broker.port, broker.node_id)
}

fn table(versions: &SmallMap<i16, (i16, i16)>) -> String {
    let mut rows: BTreeMap<i16, String> = BTreeMap::new();
    for api in api_keys() {
        let (name, key) = (api.name, api.key);
        match (versions.get(&key), api.versions) {
            (Some((min, max)), known) => {
                let spoken = if min == max { min.to_string() } else { format!("{min} to {max}") };
                rows.insert(key, format!("{name}({key}): {spoken} {}", usable((*min, *max), known)));
            }
            (None, _) if api.for_clients => {
                rows.insert(key, format!("{name}({key}): UNSUPPORTED"));
            }
            (None, _) => {}
        }
    }
    for (key, (min, max)) in versions {
        let spoken = if min == max { min.to_string() } else { format!("{min} to {max}") };
        rows.entry(*key).or_insert_with(|| format!("UNKNOWN({key}): {spoken}"));
    }
    format!("(\n\t{}\n)", rows.into_values().collect::<Vec<String>>().join(",\n\t"))
}

fn usable((min, max): (i16, i16), known: Option<(i16, i16)>) -> String {
    match known {
        Some((_, newest)) if newest < min => "[unusable: node too new]".to_owned(),
        Some((oldest, _)) if max < oldest => "[unusable: node too old]".to_owned(),
        Some((_, newest)) => format!("[usable: {}]", newest.min(max)),
        None => "[unusable: node too old]".to_owned(),
    }
}
