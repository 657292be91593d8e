//! Apache Kafka and `runnel` side by side, each on loopback with files of its own.

use runnel_clients_tests::folders;
use runnel_clients_tests::native::{self, Connection};
use runnel_clients_tests::server::{Kind, Server};
use std::time::{Duration, Instant};

/// How long a topic may take until its partitions have leaders.
const LEADERS: Duration = Duration::from_secs(30);

/// Both servers, running.
pub(crate) struct Pair {
    pub(crate) kafka: Server,
    pub(crate) runnel: Server,
}

impl Pair {
    pub(crate) fn start() -> Result<Pair, String> {
        let folder = folders::fresh("bench");
        let mut kafka = Server::new(Kind::Kafka, &folder.join("kafka")).as_shipped();
        kafka.resume()?;
        let mut runnel = Server::new(Kind::Runnel, &folder.join("runnel"));
        runnel.resume()?;
        Ok(Pair { kafka, runnel })
    }

    /// Does the same work on both, one after the other, `rounds` times, and returns the figures of each. Who is first
    /// changes from round to round, so that neither always finds the machine as the other left it.
    pub(crate) fn alternate<T>(
        &self,
        rounds: usize,
        mut work: impl FnMut(&Server, usize) -> Result<T, String>,
    ) -> Result<(Vec<T>, Vec<T>), String> {
        let (mut kafka, mut runnel) = (Vec::new(), Vec::new());
        for round in 0..rounds {
            let turns = [(&self.kafka, "Apache Kafka"), (&self.runnel, "runnel")];
            for turn in [round % 2, 1 - round % 2] {
                let (server, name) = turns[turn];
                let figure = work(server, round).map_err(|error| format!("{name}: {error}"))?;
                if turn == 0 { kafka.push(figure) } else { runnel.push(figure) }
            }
        }
        Ok((kafka, runnel))
    }

    /// Stops both and removes what they wrote, which may be gigabytes.
    pub(crate) fn stop(&mut self) -> Result<(), String> {
        self.kafka.stop()?;
        self.runnel.stop()?;
        folders::fresh("bench");
        Ok(())
    }
}

/// Makes a topic and waits until all its partitions can be written to.
pub(crate) fn create_topic(server: &Server, name: &str, partitions: i32) -> Result<(), String> {
    let mut connection = Connection::open(server.port()).map_err(|error| error.to_string())?;
    native::create_topic(&mut connection, name, partitions).map_err(|error| error.to_string())?;
    let started = Instant::now();
    for partition in 0..partitions {
        while let Err(error) = native::latest(&mut connection, name, partition) {
            if started.elapsed() > LEADERS {
                return Err(format!("{name}-{partition}: {error}"));
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
    Ok(())
}
