//! `--topic`: topics that are there when the first client comes.
//!
//! They are made as any client makes them, with a CreateTopics request over a connection that has no socket. So the
//! same checks hold, and the answer comes when the topics are as safe as the fsync mode promises.

use crate::driver::Driver;
use crate::kafka::Mailbox;
use crate::options::TopicOptions;
use crate::start_error::StartError;
use bytes::Buf;
use runnel_broker::{BrokerId, ConnectionId};
use runnel_protocol::messages::create_topics::{CreatableTopic, CreateTopicsRequest};
use runnel_protocol::messages::{Request, Response};
use runnel_protocol::{ApiKey, ErrorCode, frame};
use std::rc::Rc;

/// No client's connection has this number.
const CONNECTION: ConnectionId = ConnectionId(0);

/// The version in which we ask.
const VERSION: i16 = 7;

/// Makes the topics that are not there yet.
///
/// # Errors
/// Kafka's reason why a topic cannot be.
pub(crate) async fn create(driver: &Rc<Driver>, topics: &[TopicOptions]) -> Result<(), StartError> {
    if topics.is_empty() {
        return Ok(());
    }
    let wanted = topics.iter().map(|topic| CreatableTopic {
        name: topic.name.as_str().into(),
        num_partitions: topic.partition_count.unwrap_or(-1),
        replication_factor: -1,
        ..CreatableTopic::default()
    });
    let request = CreateTopicsRequest { topics: wanted.collect(), ..CreateTopicsRequest::default() };
    let answer = ask(driver, &Request::CreateTopics(request)).await?;
    let Response::CreateTopics(response) = answer else {
        return Err(broken(format!("answered with {}", answer.api_key().name())));
    };
    for topic in response.topics {
        let code = ErrorCode::from_number(topic.error_code).unwrap_or(ErrorCode::UnknownServerError);
        if !matches!(code, ErrorCode::None | ErrorCode::TopicAlreadyExists) {
            let reason = topic.error_message.filter(|text| !text.is_empty());
            let reason = reason.as_deref().unwrap_or(code.message());
            return Err(StartError::new(format!("--topic {:?}: {reason}", &*topic.name)));
        }
    }
    Ok(())
}

async fn ask(driver: &Rc<Driver>, request: &Request) -> Result<Response, StartError> {
    let mailbox = Rc::new(Mailbox::default());
    driver.opened(CONNECTION, BrokerId(1), 0, "127.0.0.1".to_owned(), mailbox.clone());
    let framed = frame::encode_request(VERSION, 1, Some("runnel --topic"), request);
    let mut framed = framed.map_err(|error| broken(error.to_string()))?.as_bytes().unwrap_or_default();
    framed.advance(4);
    driver.frame(CONNECTION, framed);
    let mut answer = loop {
        if let Some(answer) = mailbox.take_bytes() {
            break answer;
        }
        if let Some(reason) = mailbox.closing() {
            return Err(broken(reason));
        }
        mailbox.news().await;
    };
    driver.closed(CONNECTION);
    answer.advance(answer.len().min(4));
    let (_, response) =
        frame::decode_response(ApiKey::CreateTopics, VERSION, &answer).map_err(|error| broken(error.to_string()))?;
    Ok(response)
}

fn broken(reason: String) -> StartError {
    StartError::new(format!("the topics of --topic could not be made: {reason}"))
}
