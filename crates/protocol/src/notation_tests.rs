//! The notation of the schema files, which the build step reads: what it carries, and how it refuses.

#[expect(dead_code, reason = "the build step uses the rest")]
#[path = "../build/model.rs"]
mod model;
#[path = "../build/notation.rs"]
mod notation;
#[path = "../build/words.rs"]
mod words;

use expect_test::{Expect, expect};
use model::{Head, Schema, Type, Versions};

const HEAD: &str = "# Ping: tests.\n\napi 99 Ping\naccepted 0-3\nadvertised 1-3\nflexible 2+\n\n";

fn parse(text: &str) -> Result<Schema, notation::SchemaError> {
    notation::parse("schema/ping.txt", "ping", text)
}

/// What is said of a file with this request.
#[track_caller]
fn check(request: &str, expected: Expect) {
    let text = format!("{HEAD}request\n{request}\nresponse\n  error_code int16 0+\n");
    expected.assert_eq(&parse(&text).expect_err("the request is wrong").to_string());
}

#[test]
fn a_file_carries_every_type_and_word() {
    let fields = "
request
  flag     bool        0+
  tiny     int8        0+   default=-1
  port     uint16      1+   default=9092
  count    uint32      1-2  ignorable
  ratio    float64     0    default=0.5
  id       uuid        0+   map-key
  text     string      0+   nullable=1+ default=null
  blob     bytes       3    tag=0@3 ignorable
  batch    records     0+   nullable=0+
  limits   []int64     0+
  where    Place       2+   nullable=2+ tag=1@3+ default=null
  places   []Place     0+
    host   string      0+   default=localhost

response
  places   []Other     0+

struct Other 1+
  rack     string      1+
";
    let schema = parse(&format!("{HEAD}{fields}")).unwrap();
    assert_eq!((schema.doc.as_str(), schema.stem.as_str()), ("Ping: tests.", "ping"));
    let Head::Api(api) = &schema.head else { panic!("an api") };
    assert_eq!((api.key, api.advertised), (99, Versions { first: 1, last: 3 }));
    let names: Vec<&str> = schema.structs.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["PingRequest", "Place", "PingResponse", "Other"]);
    let request = schema.find("PingRequest").unwrap();
    let field = |name: &str| request.fields.iter().find(|field| field.name == name).unwrap();
    assert_eq!(field("count").versions, Versions { first: 1, last: 2 });
    assert_eq!(field("blob").tag, Some((0, Versions { first: 3, last: 3 })));
    assert_eq!(field("where").ty, Type::Struct("Place".to_owned()));
    assert!(field("id").map_key && field("count").ignorable && !field("flag").ignorable);
}

#[test]
fn a_kind_of_record_has_a_key_or_a_value_with_versions_of_their_own() {
    let text = "# Pong.\nkind consumer-offsets 7\nkey PongKey 0\n  group string 0\nvalue Pong 0-4 flexible=4+\n  at int64 0+\n";
    let schema = parse(text).unwrap();
    let Head::Kind(kind) = &schema.head else { panic!("a kind") };
    assert_eq!((kind.home.as_str(), kind.numbers.as_slice()), ("consumer-offsets", &[7][..]));
    assert_eq!(kind.value.as_ref().unwrap().flexible, Some(Versions { first: 4, last: Versions::OPEN }));
}

#[test]
fn a_wrong_field_is_named_with_its_line() {
    check("  name strin 0+", expect![[r#"schema/ping.txt:9: wanted a type, found "strin""#]]);
    check("  Name string 0+", expect![[r#"schema/ping.txt:9: wanted a field name in snake_case, found "Name""#]]);
    check(
        "  name string",
        expect![[r#"schema/ping.txt:9: wanted a field: NAME TYPE VERSIONS [WORDS], found "name string""#]],
    );
    check(
        "  name string 4-2",
        expect![[r#"schema/ping.txt:9: wanted versions, like `3`, `0-4` or `2+`, found "4-2""#]],
    );
    check(
        "  name string 0+ nulable=0+",
        expect![[
            r#"schema/ping.txt:9: wanted `nullable=`, `tag=`, `default=`, `ignorable` or `map-key`, found "nulable=0+""#
        ]],
    );
    check(
        "  name string 0+ default=null",
        expect![[r#"schema/ping.txt:9: wanted a default that string can have, found "null""#]],
    );
    check(
        "  count int8 0+ default=200",
        expect![[r#"schema/ping.txt:9: wanted a default that int8 can have, found "200""#]],
    );
    check(
        "  count int8 0+ nullable=0+",
        expect![[r#"schema/ping.txt:9: wanted `nullable` only on what has a length, and on structs, found "int8""#]],
    );
    check("  count int8 2+ tag=2", expect![[r#"schema/ping.txt:9: wanted `tag=NUMBER@VERSIONS`, found "tag=2""#]]);
    check(
        "  one int8 2+ tag=0@2+\n  two int8 2+ tag=0@2+",
        expect![[r#"schema/ping.txt:10: wanted a tag that is not taken in this struct, found "two""#]],
    );
    check(
        "  count int8 1+ tag=0@1+",
        expect![[r#"schema/ping.txt:9: wanted a tag in flexible versions only, found "count""#]],
    );
    check(
        "  reader int8 1+",
        expect![[
            r#"schema/ping.txt:9: wanted a field name that the generated code does not use itself, found "reader""#
        ]],
    );
    check(
        "  lists [][]int8 0+",
        expect![[r#"schema/ping.txt:9: wanted an array of structs or simple values, found "[][]int8""#]],
    );
}

#[test]
fn a_wrong_structure_is_named_with_its_line() {
    check(
        "  name string 0+\n  name string 0+",
        expect![[r#"schema/ping.txt:10: wanted a field name that is not taken in this struct, found "name""#]],
    );
    check(
        "  name string 0+\n    inner string 0+",
        expect![[
            r#"schema/ping.txt:10: wanted no field below `name`, which is not a struct, found "inner string 0+""#
        ]],
    );
    check(
        "   name string 0+",
        expect![[r#"schema/ping.txt:9: wanted an indent of two spaces for each level, found "   name string 0+""#]],
    );
    check(
        "    name string 0+",
        expect![[r#"schema/ping.txt:9: wanted an indent of 2 spaces, found "name string 0+""#]],
    );
    check(
        "  place Place 0+",
        expect![[r#"schema/ping.txt:9: wanted a struct that stands in this file, found "Place""#]],
    );
    check(
        "  place Place 0+\n    places []Place 0+",
        expect![[r#"schema/ping.txt:9: wanted a struct that does not hold itself, found "Place""#]],
    );
    check(
        "  one Place 0+\n    host string 0+\n  two Place 0+\n    host string 0+",
        expect![[r#"schema/ping.txt:11: wanted a struct name that is not taken in this file, found "Place""#]],
    );
}

#[test]
fn a_wrong_head_is_named_with_its_line() {
    let said = |text: &str| parse(text).expect_err("the head is wrong").to_string();
    let lines = [
        said("api 1 Ping\n"),
        said("# Ping.\napi one Ping\n"),
        said("# Ping.\nkind elsewhere 1\n"),
        said("# Ping.\napi 1 Ping\nadvertised 0-1\n"),
        said("# Ping.\napi 1 Ping\naccepted 0-1\nadvertised 0-1\nflexible yes\n"),
        said(&format!("{HEAD}request\n")),
        said(&format!("{HEAD}request\nanswer\n")),
        said("# Pong.\nkind data\n"),
        said("# Pong.\nkind data\nvalue Pong 0+\n"),
        said("# Ping.\napi 1 Ping\naccepted 0+\n"),
    ];
    expect![[r#"
        schema/ping.txt:1: wanted a comment that says what this is, found "api 1 Ping"
        schema/ping.txt:2: wanted a number, found "one"
        schema/ping.txt:2: wanted `api KEY NAME` or `kind HOME NUMBER...`, found "kind elsewhere 1"
        schema/ping.txt:3: wanted `accepted FIRST-LAST`, found "advertised 0-1"
        schema/ping.txt:5: wanted versions, like `3`, `0-4` or `2+`, found "yes"
        schema/ping.txt:8: wanted a block `response`, found "the end of the file"
        schema/ping.txt:9: wanted `request`, `response` or `struct NAME VERSIONS`, found "answer"
        schema/ping.txt:2: wanted a block `value`, found "the end of the file"
        schema/ping.txt:3: wanted `key NAME VERSIONS`, `value NAME VERSIONS` or `struct NAME VERSIONS`, found "value Pong 0+"
        schema/ping.txt:3: wanted `accepted FIRST-LAST`, found "accepted 0+""#]]
    .assert_eq(&lines.join("\n"));
}
