// How fast kafkajs is against a broker: node bench.js HOST:PORT TOPIC COUNT. Prints milliseconds.
import { Kafka, logLevel } from "kafkajs";

const [server, topic, count] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "bench", brokers: [server], logLevel: logLevel.NOTHING });
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: `bench-${topic}` });
const BATCH = 1000;

async function main() {
  await producer.connect();
  const value = "r".repeat(100);
  const messages = Array.from({ length: BATCH }, () => ({ value }));
  await producer.send({ topic, messages: [{ value: "warm" }] });
  const began = performance.now();
  for (let sent = 0; sent < Number(count); sent += BATCH) {
    await producer.send({ topic, messages });
  }
  console.log(`produced ${Math.round(performance.now() - began)}`);
  await producer.disconnect();

  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  let seen = 0;
  let first = 0;
  await new Promise<void>((done) => consumer.run({
    eachBatch: async ({ batch }) => {
      first ||= performance.now();
      seen += batch.messages.length;
      if (seen >= Number(count)) {
        done();
      }
    },
  }));
  console.log(`consumed ${Math.round(performance.now() - first)}`);
  await consumer.disconnect();
}

main();
