//! The headers, in the form of the schemas. Their strings are classic in every version: see `frame`.

use crate::schema::{Field, Struct, Type, Versions};

const ALWAYS: Versions = Versions { first: 0, last: i16::MAX };

const fn field(name: &'static str, ty: Type, type_name: &'static str, wanted: &'static str) -> Field {
    Field {
        name,
        ty,
        type_name,
        versions: ALWAYS,
        nullable: None,
        tag: None,
        default: None,
        ignorable: false,
        map_key: false,
        smallest: 0,
        wanted,
    }
}

/// What stands before a request's body.
pub(super) static REQUEST: Struct = Struct {
    name: "RequestHeader",
    fields: &[
        field("api_key", Type::Int16, "int16", "api_key: int16"),
        field("api_version", Type::Int16, "int16", "api_version: int16"),
        field("correlation_id", Type::Int32, "int32", "correlation_id: int32"),
        Field { nullable: Some(ALWAYS), ..field("client_id", Type::String, "string", "client_id: string or null") },
    ],
};

/// What stands before a response's body.
pub(super) static RESPONSE: Struct = Struct {
    name: "ResponseHeader",
    fields: &[field("correlation_id", Type::Int32, "int32", "correlation_id: int32")],
};
