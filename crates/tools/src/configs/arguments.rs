//! Whose configs are meant, and which options go together.

use crate::admin::ConfigResource;
use crate::java::Exception;
use crate::options::Options;
use crate::story::{Outcome, Story};

/// Kinds of entities with their own flag, in the order in which the tool looks for them.
const FLAGS: [(&str, &str); 8] = [
    ("topic", "topics"),
    ("client", "clients"),
    ("user", "users"),
    ("broker", "brokers"),
    ("broker-logger", "broker-loggers"),
    ("ip", "ips"),
    ("client-metrics", "client-metrics"),
    ("group", "groups"),
];

const DEFAULT_FLAGS: [(&str, &str); 4] = [
    ("client-defaults", "clients"),
    ("user-defaults", "users"),
    ("broker-defaults", "brokers"),
    ("ip-defaults", "ips"),
];

/// Kinds in the order in which Kafka's message lists them.
const KINDS: [&str; 8] = ["topics", "clients", "users", "brokers", "ips", "client-metrics", "groups", "broker-loggers"];

/// Whose configs are meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Entities {
    /// `topics`, `brokers` and so on.
    pub(super) kinds: Vec<String>,
    /// Names; an empty one means the default.
    pub(super) names: Vec<String>,
}

impl Entities {
    /// Why their configs cannot be looked at here.
    pub(super) fn later(&self) -> Option<String> {
        let kind = self.kinds.iter().find(|kind| !matches!(kind.as_str(), "topics" | "brokers"))?;
        Some(format!("Configs of {kind} come later; those of topics and brokers are there."))
    }

    /// The resource on the wire.
    pub(super) fn resource(&self) -> ConfigResource {
        if self.kinds.iter().any(|kind| kind == "topics") { ConfigResource::Topic } else { ConfigResource::Broker }
    }

    fn has_kind(&self, kinds: &[&str]) -> bool {
        self.kinds.iter().any(|kind| kinds.contains(&kind.as_str()))
    }
}

fn entities(options: &Options) -> Entities {
    let mut kinds = options.values("entity-type").to_vec();
    let mut named = options.values("entity-name").iter();
    let mut names: Vec<String> = Vec::new();
    for option in options.order() {
        match option {
            "entity-name" => names.extend(named.next().cloned()),
            "entity-default" => names.push(String::new()),
            _ => {}
        }
    }
    for (flag, kind) in FLAGS {
        if let Some(name) = options.values(flag).first() {
            kinds.push(kind.to_owned());
            names.push(name.clone());
        }
    }
    for (flag, kind) in DEFAULT_FLAGS {
        if options.has(flag) {
            kinds.push(kind.to_owned());
            names.push(String::new());
        }
    }
    Entities { kinds, names }
}

/// Checks them in the order in which Kafka's tool does.
pub(super) fn check(story: &mut Story<'_>, options: &Options) -> Outcome<Entities> {
    if options.has("alter") == options.has("describe") {
        return Err(options.usage(story, "Command must include exactly one action: --describe, --alter"));
    }
    options.forbid(story, "describe", &["alter", "add-config", "delete-config"])?;
    let entities = entities(options);
    for flag in FLAGS.map(|(flag, _)| flag) {
        options.value(flag)?;
    }
    check_kinds(options, &entities).map_err(Exception::illegal_argument)?;
    check_names(options, &entities).map_err(Exception::illegal_argument)?;
    if options.has("describe") {
        check_describe(options, &entities).map_err(Exception::illegal_argument)?;
    } else {
        check_alter(options, &entities).map_err(Exception::illegal_argument)?;
    }
    Ok(entities)
}

fn check_kinds(options: &Options, entities: &Entities) -> Result<(), String> {
    let kinds = &entities.kinds;
    let mut twice: Vec<&str> = Vec::new();
    for (index, kind) in kinds.iter().enumerate() {
        if kinds[..index].contains(kind) {
            twice.push(kind);
        }
    }
    if !twice.is_empty() {
        return Err(format!("Duplicate entity type(s) specified: {}", twice.join(",")));
    }
    if !options.has("bootstrap-server") && !options.has("bootstrap-controller") {
        return Err("Either --bootstrap-server or --bootstrap-controller must be specified.".to_owned());
    }
    if let Some(kind) = kinds.iter().find(|kind| !KINDS.contains(&kind.as_str())) {
        return Err(format!(
            "Invalid entity type {kind}, the entity type must be one of {} with a --bootstrap-server or \
             --bootstrap-controller argument",
            KINDS.join(", ")
        ));
    }
    if kinds.is_empty() {
        return Err("At least one entity type must be specified".to_owned());
    }
    if kinds.len() > 1 && !(kinds.len() == 2 && entities.has_kind(&["users"]) && entities.has_kind(&["clients"])) {
        return Err("Only 'users' and 'clients' entity types may be specified together".to_owned());
    }
    let general = ["entity-name", "entity-type", "entity-default"].into_iter().any(|option| options.has(option));
    let own = FLAGS.iter().chain(&DEFAULT_FLAGS).any(|(flag, _)| options.has(flag));
    if general && own {
        return Err(
            "--entity-{type,name,default} should not be used in conjunction with specific entity flags".to_owned()
        );
    }
    Ok(())
}

fn check_names(options: &Options, entities: &Entities) -> Result<(), String> {
    if options.has("bootstrap-controller") {
        let sentence = if options.has("bootstrap-server") {
            "Only one of --bootstrap-server or --bootstrap-controller can be specified"
        } else {
            "--bootstrap-controller comes later; --bootstrap-server is there."
        };
        return Err(sentence.to_owned());
    }
    if entities.has_kind(&["brokers", "broker-loggers"]) {
        let wrong = entities.names.iter().find(|name| !name.is_empty() && name.parse::<i32>().is_err());
        if let Some(name) = wrong {
            let kind = entities.kinds.first().map_or("", String::as_str);
            return Err(format!("The entity name for {kind} must be a valid integer broker id, but it is: {name}"));
        }
    }
    Ok(())
}

fn check_describe(options: &Options, entities: &Entities) -> Result<(), String> {
    let kinds = entities.kinds.join(",");
    let has_defaults = entities.has_kind(&["users", "clients", "brokers", "ips"]);
    if !has_defaults && options.has("entity-default") {
        return Err(format!("--entity-default must not be specified with --describe of {kinds}"));
    }
    if entities.has_kind(&["broker-loggers"]) && entities.names.iter().all(String::is_empty) {
        return Err(format!("An entity name must be specified with --describe of {kinds}"));
    }
    Ok(())
}

fn check_alter(options: &Options, entities: &Entities) -> Result<(), String> {
    let has_name = entities.names.iter().any(|name| !name.is_empty());
    if entities.has_kind(&["users", "clients", "brokers", "ips"]) {
        if entities.names.is_empty() {
            let sentence =
                "An entity-name or default entity must be specified with --alter of users, clients, brokers or ips";
            return Err(sentence.to_owned());
        }
    } else if !has_name {
        return Err(format!("An entity name must be specified with --alter of {}", entities.kinds.join(",")));
    }
    let (add, file, delete) = (options.has("add-config"), options.has("add-config-file"), options.has("delete-config"));
    if add && file {
        return Err("Only one of --add-config or --add-config-file must be specified".to_owned());
    }
    if !add && !file && !delete {
        let sentence =
            "At least one of --add-config, --add-config-file, or --delete-config must be specified with --alter";
        return Err(sentence.to_owned());
    }
    if entities.kinds.len() != entities.names.len() {
        return Err("An entity name must be specified for every entity type".to_owned());
    }
    Ok(())
}
