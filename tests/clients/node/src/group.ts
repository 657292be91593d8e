// A member of a group, told by its arguments: node group.js GROUP TOPIC [SESSION_TIMEOUT_MS]
import { Kafka } from "kafkajs";

const [groupId, topic, sessionTimeout] = process.argv.slice(2);
const kafka = new Kafka({ clientId: "member", brokers: ["localhost:9092"] });
const consumer = kafka.consumer({
  groupId,
  sessionTimeout: Number(sessionTimeout ?? 30000),
  heartbeatInterval: 500,
  maxWaitTimeInMs: 250,
});

async function main() {
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitThreshold: 1,
    eachMessage: async ({ partition, message }) => {
      console.log(`${groupId} read ${topic}-${partition} ${message.offset} ${message.key} ${message.value}`);
    },
  });
}

process.once("SIGTERM", () => consumer.disconnect());
main();
