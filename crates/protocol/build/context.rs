//! What is known of versions where a line of code is written, and what follows from it.

use super::model::{Field, Schema, Struct, Type, Versions};
use super::size;

/// What is known of the version inside a struct.
pub(crate) struct Context {
    pub(crate) known: Versions,
    pub(crate) flexible: Option<Versions>,
}

impl Context {
    pub(crate) fn of(schema: &Schema, one: &Struct) -> Self {
        let (accepted, flexible) = schema.context(&one.name);
        Context { known: one.versions.and(accepted).unwrap_or(accepted), flexible }
    }

    /// An expression for "the version is flexible": a constant where it never changes.
    pub(crate) fn flexible_expression(&self) -> String {
        match self.flexible.and_then(|flexible| flexible.and(self.known)) {
            None => "false".to_owned(),
            Some(flexible) => condition(flexible, self.known).unwrap_or_else(|| "true".to_owned()),
        }
    }
}

/// A condition on `api_version` that holds in `wanted`, given that it is in `known`; `None` where it always holds.
pub(crate) fn condition(wanted: Versions, known: Versions) -> Option<String> {
    let from = (wanted.first > known.first).then_some(wanted.first);
    let to = (wanted.last < known.last).then_some(wanted.last);
    match (from, to) {
        (None, None) => None,
        (Some(first), None) => Some(format!("api_version >= {first}")),
        (None, Some(last)) => Some(format!("api_version <= {last}")),
        (Some(first), Some(last)) if first == last => Some(format!("api_version == {first}")),
        (Some(first), Some(last)) => Some(format!("({first}..={last}).contains(&api_version)")),
    }
}

pub(crate) fn negated(condition: &str) -> String {
    if condition.starts_with('(') {
        return format!("!{condition}");
    }
    condition.replace(">=", "<").replace("<=", ">").replace("==", "!=")
}

/// The versions that carry the field in its place rather than as a tagged one.
pub(crate) fn mandatory_versions(field: &Field, present: Versions) -> Option<Versions> {
    match field.tag {
        None => Some(present),
        Some((_, tagged)) if present.first < tagged.first => {
            Some(Versions { first: present.first, last: present.last.min(tagged.first - 1) })
        }
        Some(_) => None,
    }
}

pub(crate) fn tagged_versions(field: &Field, context: &Context) -> Option<(u32, Versions)> {
    let (tag, tagged) = field.tag?;
    let versions = tagged.and(field.versions)?.and(context.known)?.and(context.flexible?)?;
    Some((tag, versions))
}

pub(crate) fn nullable_in(field: &Field, versions: Versions) -> bool {
    field.nullable.is_some_and(|nullable| nullable.and(versions).is_some())
}

/// `versions 3 to 7`, `version 3`, `versions from 3 on`.
pub(crate) fn versions_in_words(versions: Versions) -> String {
    match (versions.first, versions.last) {
        (first, Versions::OPEN) => format!("from version {first} on"),
        (first, last) if first == last => format!("version {first}"),
        (first, last) => format!("versions {first} to {last}"),
    }
}

/// What an error says was wanted, as a string of Rust.
pub(crate) fn wanted(holder: &str, field: &Field) -> String {
    let or_null = if field.nullable.is_some() { " or null" } else { "" };
    format!("{:?}", format!("{holder}.{}: {}{or_null}", field.name, field.ty))
}

/// What an error says was wanted in place of a version that a message does not have.
pub(crate) fn wanted_versions(message: &str, accepted: Versions) -> String {
    format!("{} of {message}", versions_in_words(accepted))
}

/// The fewest bytes of an element of the array that `field` is.
pub(crate) fn smallest_element(schema: &Schema, holder: &str, field: &Field, element: &Type) -> usize {
    let (accepted, flexible) = schema.context(holder);
    let known = field.versions.and(accepted).unwrap_or(accepted);
    size::smallest(schema, element, known, flexible)
}
