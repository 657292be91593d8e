//! AlterConfigs and IncrementalAlterConfigs: from what is set and what is asked for to what is set afterwards.
//!
//! Both are pure: a caller that only validates drops the result. One bad entry refuses all of a resource's entries.

use super::check;
use super::dynamic;
use super::resource::{ResourceType, Target};
use super::table::Key;
use super::topic::validate_overrides;
use super::value::ValueType;
use super::{ConfigRefusal, Overrides};
use crate::topics::names::check_name;
use runnel_protocol::ErrorCode;

/// Longest value that Kafka keeps, in bytes.
const VALUE_SIZE_MAX: usize = 32_767;

/// One entry of IncrementalAlterConfigs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// The key.
    pub name: String,
    /// The number of the operation: 0 set, 1 delete, 2 append, 3 subtract.
    pub operation: i8,
    /// The value; of no meaning to a deletion.
    pub value: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Set,
    Delete,
    Append,
    Subtract,
}

impl Operation {
    fn from_number(number: i8) -> Result<Self, ConfigRefusal> {
        Ok(match number {
            0 => Operation::Set,
            1 => Operation::Delete,
            2 => Operation::Append,
            3 => Operation::Subtract,
            _ => return Err(ConfigRefusal::invalid_request(format!("Unknown operations type {number}"))),
        })
    }
}

/// Changes the named keys of a resource and gives all that is set for it afterwards.
///
/// # Errors
/// Kafka's refusals, the first of them in Kafka's order.
pub fn incremental_alter(target: &Target<'_>, changes: &[Change]) -> Result<Overrides, ConfigRefusal> {
    check::names_differ(changes.iter().map(|change| change.name.as_str()))?;
    let nulls = changes.iter().filter(|change| change.operation != 1 && change.value.is_none());
    check::no_nulls(nulls.map(|change| change.name.as_str()))?;
    let resource_type = ResourceType::from_number(target.resource_type).ok_or_else(|| target.unknown_type())?;
    match resource_type {
        ResourceType::Topic => {
            let key_type = |name: &str| Key::of_topic(name).map(|key| key.value_type);
            let before = target.current.cloned().unwrap_or_default();
            let after = apply(&before, changes, key_type, |name| Key::of_topic(name)?.default)?;
            check_topic(target, &after)?;
            Ok(after)
        }
        ResourceType::Broker => {
            let level = target.level()?;
            let before = target.current.cloned().unwrap_or_default();
            for change in changes {
                check_broker_list(change)?;
            }
            let key_type = |name: &str| Key::of_broker(name).map(|key| key.value_type);
            let after = apply(&before, changes, key_type, |name| Key::of_broker(name)?.default)?;
            dynamic::validate(target.broker, level, &before, &after)?;
            Ok(after)
        }
        ResourceType::BrokerLogger => alter_levels(target, changes),
        ResourceType::ClientMetrics | ResourceType::Group => Err(check::not_configurable(resource_type)),
    }
}

/// Puts `entries` in the place of all that is set for a resource.
///
/// # Errors
/// Kafka's refusals, the first of them in Kafka's order.
pub fn alter(target: &Target<'_>, entries: &[(String, Option<String>)]) -> Result<Overrides, ConfigRefusal> {
    check::names_differ(entries.iter().map(|(name, _)| name.as_str()))?;
    check::no_nulls(entries.iter().filter(|(_, value)| value.is_none()).map(|(name, _)| name.as_str()))?;
    let after: Overrides = entries.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
    match ResourceType::from_number(target.resource_type) {
        Some(ResourceType::Topic) => check_topic(target, &after)?,
        Some(ResourceType::Broker) => {
            let before = target.current.cloned().unwrap_or_default();
            dynamic::validate(target.broker, target.level()?, &before, &after)?;
        }
        Some(resource_type @ (ResourceType::ClientMetrics | ResourceType::Group)) => {
            return Err(check::not_configurable(resource_type));
        }
        Some(ResourceType::BrokerLogger) | None => return Err(target.unknown_type()),
    }
    Ok(after)
}

fn check_topic(target: &Target<'_>, after: &Overrides) -> Result<(), ConfigRefusal> {
    let name = target.resource_name;
    if name.is_empty() {
        return Err(ConfigRefusal::invalid_request("Default topic resources are not allowed."));
    }
    check_name(name)?;
    validate_overrides(after, target.broker)?;
    if target.current.is_none() {
        let text = format!("The topic '{name}' does not exist.");
        return Err(ConfigRefusal::new(ErrorCode::UnknownTopicOrPartition, text));
    }
    Ok(())
}

/// A broker refuses to change what is no list before the controller sees it, in words of its own.
fn check_broker_list(change: &Change) -> Result<(), ConfigRefusal> {
    let verb = match Operation::from_number(change.operation)? {
        Operation::Set | Operation::Delete => return Ok(()),
        Operation::Append => "append",
        Operation::Subtract => "subtract",
    };
    let name = &change.name;
    match Key::of_broker(name).map(|key| key.value_type) {
        Some(ValueType::List) => Ok(()),
        Some(_) => {
            Err(ConfigRefusal::invalid_config(format!("Config value {verb} is not allowed for config key: {name}")))
        }
        None => Err(ConfigRefusal::invalid_config(format!("Unknown config name: {name}"))),
    }
}

fn apply(
    before: &Overrides,
    changes: &[Change],
    key_type: impl Fn(&str) -> Option<ValueType>,
    default: impl Fn(&str) -> Option<&'static str>,
) -> Result<Overrides, ConfigRefusal> {
    let mut after = before.clone();
    for change in changes {
        let name = change.name.as_str();
        let given = change.value.as_deref().unwrap_or("");
        let operation = Operation::from_number(change.operation)?;
        let value = match operation {
            Operation::Set => Some(given.to_owned()),
            Operation::Delete => None,
            Operation::Append | Operation::Subtract => {
                let verb = if operation == Operation::Append { "APPEND" } else { "SUBTRACT" };
                if key_type(name) != Some(ValueType::List) {
                    let text = format!("Can't {verb} to key {name} because its type is not LIST.");
                    return Err(ConfigRefusal::invalid_config(text));
                }
                let current = before.get(name).map(String::as_str).or_else(|| default(name)).unwrap_or("");
                let items: Vec<&str> = current.split(',').filter(|item| !item.is_empty()).collect();
                Some(alter_list(items, given, operation).join(","))
            }
        };
        match value {
            Some(value) if value.len() > VALUE_SIZE_MAX => {
                return Err(ConfigRefusal::invalid_config(
                    "The configuration value cannot be added because it exceeds the maximum value size of 32767 bytes.",
                ));
            }
            Some(value) => after.insert(name.to_owned(), value),
            None => after.remove(name),
        };
    }
    Ok(after)
}

fn alter_list<'a>(mut items: Vec<&'a str>, given: &'a str, operation: Operation) -> Vec<&'a str> {
    for item in split_as_java(given) {
        let position = items.iter().position(|other| *other == item);
        match position {
            None if operation == Operation::Append => items.push(item),
            Some(position) if operation == Operation::Subtract => {
                items.remove(position);
            }
            _ => {}
        }
    }
    items
}

/// `String.split(",")`: empty strings at the end do not count, unless the whole text is empty.
fn split_as_java(text: &str) -> impl Iterator<Item = &str> {
    let trimmed = text.trim_end_matches(',');
    let nothing = trimmed.is_empty() && !text.is_empty();
    trimmed.split(',').filter(move |_| !nothing)
}

/// No logger has a name here, so that every change of a level names one that does not exist.
fn alter_levels(target: &Target<'_>, changes: &[Change]) -> Result<Overrides, ConfigRefusal> {
    let (expected, received) = (target.broker.node_id(), target.node_id()?);
    if received != expected {
        let text = format!("Unexpected node id. Expected {expected}, but received {received}");
        return Err(ConfigRefusal::invalid_request(text));
    }
    let Some(change) = changes.first() else {
        return Ok(Overrides::new());
    };
    let verb = match Operation::from_number(change.operation)? {
        Operation::Set | Operation::Delete => {
            return Err(ConfigRefusal::invalid_config(format!("Logger {} does not exist!", change.name)));
        }
        Operation::Append => "APPEND",
        Operation::Subtract => "SUBTRACT",
    };
    let text = format!("{verb} operation is not allowed for the BROKER_LOGGER resource");
    Err(ConfigRefusal::invalid_request(text))
}
