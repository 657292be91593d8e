//! The single words of the notation.

use super::model::{Type, Versions};

/// A number that is not negative.
pub(crate) fn number(word: &str) -> Option<i16> {
    word.parse().ok().filter(|number| *number >= 0)
}

/// `3`, `0-4` or `2+`.
pub(crate) fn versions(word: &str) -> Option<Versions> {
    let versions = if let Some(first) = word.strip_suffix('+') {
        Versions { first: number(first)?, last: Versions::OPEN }
    } else if let Some((first, last)) = word.split_once('-') {
        Versions { first: number(first)?, last: number(last)? }
    } else {
        Versions { first: number(word)?, last: number(word)? }
    };
    (versions.first <= versions.last).then_some(versions)
}

/// `int32`, `FetchTopic`, `[]string`.
pub(crate) fn type_of(word: &str) -> Option<Type> {
    if let Some(element) = word.strip_prefix("[]") {
        return type_of(element).map(|element| Type::Array(Box::new(element)));
    }
    Some(match word {
        "bool" => Type::Bool,
        "int8" => Type::Int8,
        "int16" => Type::Int16,
        "uint16" => Type::Uint16,
        "int32" => Type::Int32,
        "uint32" => Type::Uint32,
        "int64" => Type::Int64,
        "float64" => Type::Float64,
        "uuid" => Type::Uuid,
        "string" => Type::String,
        "bytes" => Type::Bytes,
        "records" => Type::Records,
        name => {
            let mut letters = name.chars();
            let is_name = letters.next().is_some_and(|first| first.is_ascii_uppercase())
                && letters.all(|letter| letter.is_ascii_alphanumeric());
            return is_name.then(|| Type::Struct(name.to_owned()));
        }
    })
}
