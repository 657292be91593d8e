// Real clients while a broker goes and comes back: node failover.js HOST:PORT,HOST:PORT,... http://HOST:PORT
//
// A producer sends to six partitions and a group reads them. Broker 2 crashes and is revived, then stops cleanly and is
// revived. Every record that was acknowledged has to be read.
import { Kafka, logLevel } from "kafkajs";

const [brokers, http] = process.argv.slice(2);
const retry = { initialRetryTime: 100, maxRetryTime: 500, retries: 100 };
const kafka = new Kafka({ clientId: "failover", brokers: brokers.split(","), retry, logLevel: logLevel.NOTHING });
const PARTITIONS = 6;
const ROUND = 60;

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

async function until(what: string, holds: () => boolean | Promise<boolean>) {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
    await pause(50);
  }
}

async function ask(verb: string) {
  const response = await fetch(`${http}/api/brokers/2/${verb}`, { method: "POST" });
  if (!response.ok) throw new Error(`${verb}: ${response.status} ${await response.text()}`);
}

async function secondBroker() {
  const cluster = await (await fetch(`${http}/api/cluster`)).json();
  return cluster.brokers[1] as { state: string; fenced: boolean };
}

async function main() {
  const admin = kafka.admin();
  await admin.connect();
  await admin.createTopics({ topics: [{ topic: "orders", numPartitions: PARTITIONS }], waitForLeaders: true });
  const leaders = (await admin.fetchTopicMetadata({ topics: ["orders"] })).topics[0].partitions;
  if (!leaders.some((partition) => partition.leader === 2)) throw new Error("broker 2 leads nothing");

  const seen = new Set<string>();
  const consumer = kafka.consumer({ groupId: "billing", sessionTimeout: 10_000, heartbeatInterval: 500, maxWaitTimeInMs: 250 });
  await consumer.connect();
  await consumer.subscribe({ topic: "orders", fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      seen.add(String(message.value));
    },
  });

  const producer = kafka.producer();
  await producer.connect();
  let sent = 0;
  async function send() {
    const values = Array.from({ length: ROUND }, () => sent++);
    await Promise.all(values.map((value) =>
      producer.send({ topic: "orders", acks: -1, messages: [{ value: `${value}`, partition: value % PARTITIONS }] })));
  }

  await send();
  for (const verb of ["kill", "stop"]) {
    await ask(verb);
    const sending = send();
    await until("broker 2 is fenced", async () => (await secondBroker()).fenced);
    await ask("revive");
    await until("broker 2 is back", async () => (await secondBroker()).state === "up");
    await sending;
    console.log(`after ${verb}: ${sent} acknowledged`);
  }
  await send();
  await until(`all of ${sent} are read, not ${seen.size}`, () => seen.size === sent);
  console.log(`${sent} acknowledged, ${seen.size} read`);
  await Promise.all([consumer.disconnect(), producer.disconnect(), admin.disconnect()]);
}

// An exit of its own: requests of kafkajs that find their connection gone at the same moment each open one in its place,
// and those which it forgets over the last of them stay open after disconnect().
main().then(() => process.exit(0), (error) => {
  console.error(error);
  process.exit(1);
});
