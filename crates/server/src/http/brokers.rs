//! `/api/brokers/N/kill`, `/stop` and `/revive`: single brokers go and come back, while the process goes on.

use super::{Answer, text, with_type};
use crate::driver::Driver;
use hyper::header::{self, HeaderValue};
use hyper::{Method, StatusCode};
use runnel_broker::{BrokerId, BrokerState};
use std::rc::Rc;

/// Does what is wished, and answers in what state the broker is then.
pub(super) fn answer(driver: &Rc<Driver>, method: &Method, wish: &str) -> Answer {
    let Some((number, verb @ ("kill" | "stop" | "revive"))) = wish.split_once('/') else {
        return text(StatusCode::NOT_FOUND, "wanted /api/brokers/N/kill, /stop or /revive\n");
    };
    if method != Method::POST {
        let mut refusal = text(StatusCode::METHOD_NOT_ALLOWED, "only POST\n");
        refusal.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
        return refusal;
    }
    let broker = number.parse().map(BrokerId).ok().filter(|broker| state_of(driver, *broker).is_some());
    let Some(broker) = broker else {
        return text(StatusCode::NOT_FOUND, format!("there is no broker {number:?}\n"));
    };
    match verb {
        "kill" => driver.stop_broker(broker, false),
        "stop" => driver.stop_broker(broker, true),
        _ => driver.start_broker(broker),
    }
    let state = match state_of(driver, broker) {
        Some(BrokerState::Up) => "up",
        Some(BrokerState::Starting) => "starting",
        Some(BrokerState::Down) | None => "down",
    };
    with_type(StatusCode::OK, "application/json", format!("{{\"broker\":{broker},\"state\":\"{state}\"}}"))
}

fn state_of(driver: &Driver, broker: BrokerId) -> Option<BrokerState> {
    driver.look(|cluster, _| cluster.broker_state(broker))
}
