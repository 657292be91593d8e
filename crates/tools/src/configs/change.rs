//! `--alter`: sets and deletes configs, with IncrementalAlterConfigs.

use super::{Entities, singular};
use crate::admin::{Call, ConfigResource, Whom, load};
use crate::java::{Exception, Properties};
use crate::options::Options;
use crate::story::{Outcome, Story};
use runnel_protocol::messages::incremental_alter_configs::{
    AlterConfigsResource, AlterableConfig, IncrementalAlterConfigsRequest,
};
use runnel_protocol::{Request, Response};

/// Numbers of operations on the wire.
const SET: i8 = 0;
const DELETE: i8 = 1;

pub(super) fn alter(story: &mut Story<'_>, options: &Options, entities: &Entities) -> Outcome<()> {
    let kind = entities.kinds.first().map_or("", String::as_str);
    let name = entities.names.first().map_or("", String::as_str);
    let added = added(story, options)?;
    let resource = entities.resource();
    let deleted = options.values("delete-config").iter().flat_map(|keys| keys.split(',')).filter(|key| !key.is_empty());
    let mut configs: Vec<AlterableConfig> = deleted
        .map(|key| AlterableConfig {
            name: key.trim().into(),
            config_operation: DELETE,
            value: Some(String::new().into()),
        })
        .collect();
    configs.extend(added.iter().map(|(key, value)| AlterableConfig {
        name: key.into(),
        config_operation: SET,
        value: Some(value.into()),
    }));
    let resources =
        vec![AlterConfigsResource { resource_type: resource.number(), resource_name: name.into(), configs }];
    let request = IncrementalAlterConfigsRequest { resources, validate_only: false };
    let whom = match (resource, name.parse()) {
        (ConfigResource::Broker, Ok(node)) => Whom::Node(node),
        _ => Whom::Any,
    };
    let call = Call::new("incrementalAlterConfigs", whom, Request::IncrementalAlterConfigs(request));
    let Response::IncrementalAlterConfigs(response) = story.ask(call)?.map_err(Exception::execution)? else {
        panic!("IncrementalAlterConfigs is answered with IncrementalAlterConfigs")
    };
    if let Some(refused) = response.responses.iter().find(|response| response.error_code != 0) {
        let exception = Exception::of_number(refused.error_code, refused.error_message.as_deref());
        return Err(exception.execution().into());
    }
    if name.is_empty() {
        story.out(format!("Completed updating default config for {kind} in the cluster."));
    } else {
        story.out(format!("Completed updating config for {} {name}.", singular(kind)));
    }
    Ok(())
}

/// What `--add-config` and `--add-config-file` set.
fn added(story: &Story<'_>, options: &Options) -> Result<Properties, Exception> {
    let mut properties = match options.value("add-config-file")? {
        Some(path) => load(story, path)?,
        None => Properties::default(),
    };
    if let Some(text) = options.value("add-config")? {
        for pair in split(text) {
            let parts: Vec<&str> = pair.split('=').collect();
            // Square brackets hold an equals sign as they hold a comma.
            let (key, value) = match &parts[..] {
                [key, value] => (*key, (*value).to_owned()),
                [key, rest @ ..] if rest.first().is_some_and(|first| first.trim_start().starts_with('[')) => {
                    (*key, rest.join("="))
                }
                _ => {
                    return Err(Exception::illegal_argument(
                        "requirement failed: Invalid entity config: all configs to be added must be in the format \
                         \"key=val\" or  \"key=[val1,val2]\" to group values which contain commas.",
                    ));
                }
            };
            properties.set(key.trim(), value.replace(['[', ']'], "").trim());
        }
    }
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '$' | '.' | '_' | '-');
    if let Some((key, _)) = properties.iter().find(|(key, _)| !key.chars().all(is_letter)) {
        return Err(Exception::illegal_argument(format!("Invalid character found for config key: {key}")));
    }
    Ok(properties)
}

/// Parts between commas that stand in no brackets.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut in_brackets = false;
    for letter in text.chars() {
        match letter {
            ',' if !in_brackets => {
                parts.push(String::new());
                continue;
            }
            '[' => in_brackets = true,
            ']' => in_brackets = false,
            _ => {}
        }
        parts.last_mut().expect("there is a part from the start").push(letter);
    }
    // Java's split drops what is empty at the end.
    while parts.len() > 1 && parts.last().is_some_and(String::is_empty) {
        parts.pop();
    }
    parts
}
