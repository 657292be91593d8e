// An idempotent producer, gzip, headers, and a batch over several topics.
import { CompressionTypes, Kafka } from "kafkajs";

const kafka = new Kafka({ clientId: "careful", brokers: ["localhost:9092"] });
const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
const consumer = kafka.consumer({ groupId: "careful" });

async function main() {
  await producer.connect();
  for (let round = 0; round < 7; round++) {
    await producer.send({
      topic: "orders",
      acks: -1,
      compression: round % 2 ? CompressionTypes.GZIP : CompressionTypes.None,
      messages: [{ key: `user${round}`, value: `round ${round}`, headers: { trace: `${round}` }, partition: 0 }],
    });
  }
  const sent = await producer.sendBatch({
    topicMessages: [
      { topic: "orders", messages: [{ value: "of a batch", partition: 1 }, { value: null, key: "gone", partition: 1 }] },
      { topic: "payments", messages: [{ value: "of the same batch" }] },
    ],
  });
  sent.forEach(({ topicName, partition, errorCode, baseOffset }) => console.log(`${topicName}-${partition} sent ${baseOffset} error ${errorCode}`));
  await producer.disconnect();

  await consumer.connect();
  await consumer.subscribe({ topics: ["orders", "payments"], fromBeginning: true });
  let seen = 0;
  await consumer.run({
    eachMessage: async ({ topic, partition, message }) => {
      const headers = Object.entries(message.headers ?? {}).map(([name, value]) => `${name}=${value}`);
      console.log(`${topic}-${partition} ${message.offset} ${message.key} ${message.value} ${headers}`);
      if (++seen === 10) {
        setImmediate(() => consumer.disconnect());
      }
    },
  });
}

main();
