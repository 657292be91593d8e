//! Requests and responses of every API that has a schema, one module per API.
//!
//! ```
//! use runnel_protocol::messages::heartbeat::HeartbeatRequest;
//! use runnel_protocol::{Message, Reader, Writer};
//!
//! let request = HeartbeatRequest { group_id: "billing".into(), generation_id: 3, ..Default::default() };
//! let mut writer = Writer::new();
//! request.encode(&mut writer, 4)?;
//! let bytes = writer.into_bytes().expect("nothing of it lies in a store");
//! assert_eq!(HeartbeatRequest::decode(&mut Reader::new(bytes), 4)?, request);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The types are written by the build step from `schema/*.txt`; their fields keep Kafka's names.

use crate::api_key::ApiKey;
use crate::primitives::{DecodeError, EncodeError, Message, Reader, Writer};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));
