//! The fewest bytes that a value can have on the wire: what an array's count is weighed against before memory is
//! given out for its elements.

use super::model::{Field, Schema, Type, Versions};

/// The fewest bytes of a value of this type in any of the versions.
pub(crate) fn smallest(schema: &Schema, ty: &Type, versions: Versions, flexible: Option<Versions>) -> usize {
    (versions.first..=versions.last).map(|version| in_version(schema, ty, version, flexible)).min().unwrap_or(0)
}

fn in_version(schema: &Schema, ty: &Type, version: i16, flexible: Option<Versions>) -> usize {
    let is_flexible = flexible.is_some_and(|flexible| flexible.contains(version));
    match ty {
        Type::Bool | Type::Int8 => 1,
        Type::Int16 | Type::Uint16 => 2,
        Type::Int32 | Type::Uint32 => 4,
        Type::Int64 | Type::Float64 => 8,
        Type::Uuid => 16,
        Type::String | Type::Bytes | Type::Records | Type::Array(_) if is_flexible => 1,
        Type::String => 2,
        Type::Bytes | Type::Records | Type::Array(_) => 4,
        Type::Struct(name) => {
            let fields = schema.find(name).map_or(&[][..], |one| &one.fields);
            let sizes = fields.iter().map(|field| of_field(schema, field, version, flexible));
            sizes.sum::<usize>() + usize::from(is_flexible)
        }
    }
}

fn of_field(schema: &Schema, field: &Field, version: i16, flexible: Option<Versions>) -> usize {
    let is_tagged = field.tag.is_some_and(|(_, versions)| versions.contains(version));
    if is_tagged || !field.versions.contains(version) {
        return 0;
    }
    let is_null_struct =
        matches!(field.ty, Type::Struct(_)) && field.nullable.is_some_and(|versions| versions.contains(version));
    if is_null_struct { 1 } else { in_version(schema, &field.ty, version, flexible) }
}
