// Sends records to a topic, told by its arguments: node send.js TOPIC KEY=VALUE...
import { Kafka, logLevel } from "kafkajs";

const [topic, ...records] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "sender", brokers: ["localhost:9092"], logLevel: logLevel.ERROR });
const producer = kafka.producer();

async function main() {
  await producer.connect();
  const messages = records.map((record) => {
    const [key, value] = record.split("=");
    return { key, value };
  });
  const sent = await producer.send({ topic, messages });
  sent.sort((one, other) => one.partition - other.partition);
  sent.forEach(({ partition, errorCode, baseOffset }) => console.log(`${topic}-${partition} ${baseOffset} error ${errorCode}`));
  await producer.disconnect();
}

main();
