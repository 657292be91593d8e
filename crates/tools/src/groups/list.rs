//! `--list`: groups, with their states and types.

use crate::admin::{Call, Verdict, Whom, broker_nodes};
use crate::java::{Exception, java_hash, sort_as_java};
use crate::options::Options;
use crate::story::{Outcome, Story};
use runnel_protocol::messages::list_groups::{ListGroupsRequest, ListedGroup};
use runnel_protocol::{ErrorCode, Request, Response};
use std::collections::BTreeMap;

const STATES: [&str; 7] =
    ["PreparingRebalance", "CompletingRebalance", "Stable", "Dead", "Empty", "Assigning", "Reconciling"];

pub(super) fn list(story: &mut Story<'_>, options: &Options) -> Outcome<()> {
    let (with_type, with_state) = (options.has("type"), options.has("state"));
    if !with_type && !with_state {
        for group in groups(story, Vec::new(), Vec::new()).map_err(super::in_future)? {
            story.out(&*group.group_id);
        }
        return Ok(());
    }
    let types = options.value("type")?.map_or(Ok(Vec::new()), types)?;
    let states = options.value("state")?.map_or(Ok(Vec::new()), states)?;
    let groups = groups(story, states, types)?;
    let width = groups.iter().map(|group| group.group_id.chars().count().max(15)).max().unwrap_or(15) + 10;
    let row = |group: &str, kind: &str, state: &str| {
        let mut text = format!("{group:<width$}");
        if with_type {
            text.push_str(&format!(" {kind:<20}"));
        }
        if with_state {
            text.push_str(&format!(" {state:<20}"));
        }
        text
    };
    story.out(row("GROUP", "TYPE", "STATE"));
    for group in groups {
        let known = |text: &str| if text.is_empty() { "Unknown".to_owned() } else { capitalised(text) };
        story.out(row(&group.group_id, &known(&group.group_type), &known(&group.group_state)));
    }
    Ok(())
}

/// Groups of consumers, as all brokers list them, in the order in which Java's map gives them.
pub(super) fn groups(story: &mut Story<'_>, states: Vec<String>, types: Vec<String>) -> Outcome<Vec<ListedGroup>> {
    let nodes = broker_nodes(story)?;
    let types = if types.is_empty() { vec!["Classic".to_owned(), "Consumer".to_owned()] } else { types };
    let strings = |list: &[String]| list.iter().map(|text| text.as_str().into()).collect();
    let request = ListGroupsRequest { states_filter: strings(&states), types_filter: strings(&types) };
    let calls = nodes
        .iter()
        .map(|node| {
            let request = Request::ListGroups(request.clone());
            Call::new("listGroups", Whom::Node(node.broker_id), request).with_verdict(verdict)
        })
        .collect();
    let mut groups: BTreeMap<String, ListedGroup> = BTreeMap::new();
    for answer in story.ask_all(calls)? {
        let Response::ListGroups(response) = answer.map_err(Exception::execution)?.response else {
            panic!("ListGroups is answered with ListGroups")
        };
        if response.error_code != 0 {
            return Err(Exception::of_number(response.error_code, None).execution().into());
        }
        let ours = response.groups.into_iter().filter(|group| matches!(&*group.protocol_type, "" | "consumer"));
        groups.extend(ours.map(|group| (group.group_id.to_string(), group)));
    }
    let mut groups: Vec<ListedGroup> = groups.into_values().collect();
    sort_as_java(&mut groups, |group| java_hash(&group.group_id));
    Ok(groups)
}

fn verdict(response: &Response) -> Verdict {
    let Response::ListGroups(response) = response else { return Verdict::Done };
    match ErrorCode::from_number(response.error_code) {
        Some(ErrorCode::CoordinatorLoadInProgress | ErrorCode::CoordinatorNotAvailable) => Verdict::Again,
        _ => Verdict::Done,
    }
}

fn states(text: &str) -> Result<Vec<String>, Exception> {
    let wanted = text.split(',').map(str::trim);
    let states: Option<Vec<String>> = wanted
        .map(|wanted| STATES.iter().find(|state| state.eq_ignore_ascii_case(wanted)).map(|state| (*state).to_owned()))
        .collect();
    states.ok_or_else(|| {
        let message = format!("Invalid state list '{text}'. Valid states are: {}", STATES.join(", "));
        Exception::illegal_argument(message)
    })
}

fn types(text: &str) -> Result<Vec<String>, Exception> {
    let wanted = text.split(',').map(str::trim);
    let types: Option<Vec<String>> = wanted
        .map(|wanted| {
            let known = ["Classic", "Consumer"].into_iter().find(|known| known.eq_ignore_ascii_case(wanted));
            known.map(str::to_owned)
        })
        .collect();
    types.ok_or_else(|| {
        let message = format!("Invalid types list '{text}'. Valid types are: Consumer, Classic");
        Exception::illegal_argument(message)
    })
}

/// Types come in small letters from some brokers.
fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}
