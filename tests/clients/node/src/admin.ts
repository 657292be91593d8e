// kafkajs's admin calls, each with what it answers and what it is refused.
import { ConfigResourceTypes, Kafka, logLevel } from "kafkajs";

const kafka = new Kafka({ clientId: "admin", brokers: ["localhost:9092"], logLevel: logLevel.NOTHING, retry: { retries: 3 } });
const admin = kafka.admin();
const producer = kafka.producer();
const consumer = kafka.consumer({ groupId: "billing" });

function show(what: string, value: unknown) {
  console.log(`${what}: ${JSON.stringify(value ?? null, (_, inner) => (Buffer.isBuffer(inner) ? inner.toString() : inner), 1)
    .replace(/\n */g, " ")}`);
}

async function refused(what: string, call: Promise<unknown>) {
  try {
    show(`${what}, not refused`, await call);
  } catch (error: any) {
    const causes = (error.errors ?? []).map((cause: any) => `${cause.type} ${cause.topic ?? ""} ${cause.message}`);
    show(`${what}, refused`, [error.name, error.type ?? "", error.message, ...causes]);
  }
}

async function topics() {
  show("createTopics", await admin.createTopics({
    topics: [
      { topic: "orders", numPartitions: 3 },
      { topic: "payments", configEntries: [{ name: "retention.ms", value: "3600000" }] },
      { topic: "placed", replicaAssignment: [{ partition: 0, replicas: [1] }, { partition: 1, replicas: [1] }] },
    ],
  }));
  show("createTopics again", await admin.createTopics({ topics: [{ topic: "orders" }] }));
  show("createTopics, validateOnly", await admin.createTopics({ validateOnly: true, waitForLeaders: false, topics: [{ topic: "thought-of" }] }));
  await refused("createTopics, bad name", admin.createTopics({ topics: [{ topic: "bad name" }] }));
  await refused("createTopics, too many replicas", admin.createTopics({ topics: [{ topic: "wide", replicationFactor: 3 }] }));
  await refused("createTopics, no partitions", admin.createTopics({ topics: [{ topic: "none", numPartitions: 0 }] }));
  await refused("createTopics, bad config", admin.createTopics({
    topics: [{ topic: "odd", configEntries: [{ name: "cleanup.policy", value: "burn" }] }],
  }));
  show("listTopics", (await admin.listTopics()).sort());
  const { topics } = await admin.fetchTopicMetadata({ topics: ["orders", "placed"] });
  topics.sort((one, other) => one.name.localeCompare(other.name));
  topics.forEach((topic) => topic.partitions.sort((one, other) => one.partitionId - other.partitionId));
  show("fetchTopicMetadata", topics);
  await refused("fetchTopicMetadata, absent", admin.fetchTopicMetadata({ topics: ["absent"] }));
  show("createPartitions", await admin.createPartitions({ topicPartitions: [{ topic: "payments", count: 2 }] }));
  await refused("createPartitions, fewer", admin.createPartitions({ topicPartitions: [{ topic: "payments", count: 1 }] }));
  await refused("createPartitions, absent", admin.createPartitions({ topicPartitions: [{ topic: "absent", count: 2 }] }));
  show("deleteTopics", await admin.deleteTopics({ topics: ["placed"] }));
  await refused("deleteTopics, absent", admin.deleteTopics({ topics: ["absent"], timeout: 1000 }));
  show("listTopics", (await admin.listTopics()).sort());
}

async function configs() {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: true,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: "payments", configNames: ["retention.ms", "cleanup.policy"] }],
  });
  show("describeConfigs", resources);
  const all = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: "payments" }],
  });
  show("describeConfigs, all keys", all.resources[0].configEntries.map((entry) => `${entry.configName}=${entry.configValue}`).sort());
  show("alterConfigs", await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: "payments", configEntries: [{ name: "cleanup.policy", value: "compact" }] }],
  }));
  const after = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: "payments", configNames: ["retention.ms", "cleanup.policy"] }],
  });
  show("describeConfigs, after", after.resources[0].configEntries.map((entry) => `${entry.configName}=${entry.configValue} ${entry.isDefault}`));
  await refused("alterConfigs, bad value", admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: "payments", configEntries: [{ name: "retention.ms", value: "soon" }] }],
  }));
  await refused("describeConfigs, absent", admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name: "absent" }],
  }));
}

async function offsets() {
  await producer.send({
    topic: "orders",
    messages: [0, 1, 2, 3, 4, 5].map((number) => ({ value: `order ${number}`, partition: number % 2, timestamp: `${1700000000000 + number}` })),
  });
  show("fetchTopicOffsets", (await admin.fetchTopicOffsets("orders")).sort((one, other) => one.partition - other.partition));
  for (const time of [0, 1700000000003, 1700000000009]) {
    const found = await admin.fetchTopicOffsetsByTimestamp("orders", time);
    show(`fetchTopicOffsetsByTimestamp ${time % 1000}`, found.sort((one, other) => one.partition - other.partition));
  }
  show("setOffsets", await admin.setOffsets({
    groupId: "moved", topic: "orders", partitions: [{ partition: 0, offset: "2" }, { partition: 1, offset: "1" }],
  }));
  show("fetchOffsets", await admin.fetchOffsets({ groupId: "moved", topics: ["orders"] }));
  show("resetOffsets", await admin.resetOffsets({ groupId: "moved", topic: "orders", earliest: true }));
  show("fetchOffsets", await admin.fetchOffsets({ groupId: "moved", topics: ["orders"] }));
  show("fetchOffsets, resolved", await admin.fetchOffsets({ groupId: "moved", topics: ["orders"], resolveOffsets: true }));
  show("fetchOffsets, no such group", await admin.fetchOffsets({ groupId: "absent", topics: ["orders"] }));
}

async function groups() {
  await consumer.subscribe({ topic: "orders", fromBeginning: true });
  let seen = 0;
  const all = new Promise<void>((done) => consumer.run({
    autoCommitThreshold: 1,
    eachMessage: async () => {
      if (++seen === 6) {
        done();
      }
    },
  }));
  await all;
  show("listGroups", (await admin.listGroups()).groups.sort((one, other) => one.groupId.localeCompare(other.groupId)));
  const [group] = (await admin.describeGroups(["billing"])).groups;
  show("describeGroups", {
    ...group,
    members: group.members.map(({ clientId, clientHost, memberMetadata, memberAssignment }) => ({
      clientId, clientHost, metadata: memberMetadata.length, assignment: memberAssignment.length,
    })),
  });
  show("describeGroups, absent", (await admin.describeGroups(["absent"])).groups);
  await refused("deleteGroups, at work", admin.deleteGroups(["billing"]));
  await refused("setOffsets, at work", admin.setOffsets({
    groupId: "billing", topic: "orders", partitions: [{ partition: 0, offset: "0" }],
  }));
  await consumer.disconnect();
  show("fetchOffsets", await admin.fetchOffsets({ groupId: "billing", topics: ["orders"] }));
  show("deleteGroups", await admin.deleteGroups(["billing"]));
  await refused("deleteGroups, absent", admin.deleteGroups(["absent"]));
}

async function records() {
  show("deleteTopicRecords", await admin.deleteTopicRecords({
    topic: "orders", partitions: [{ partition: 0, offset: "2" }, { partition: 1, offset: "-1" }],
  }));
  show("fetchTopicOffsets", (await admin.fetchTopicOffsets("orders")).sort((one, other) => one.partition - other.partition));
  await refused("deleteTopicRecords, beyond", admin.deleteTopicRecords({
    topic: "orders", partitions: [{ partition: 0, offset: "99" }],
  }));
}

async function main() {
  await admin.connect();
  await producer.connect();
  await consumer.connect();
  show("describeCluster", await admin.describeCluster());
  await topics();
  await configs();
  await offsets();
  await groups();
  await records();
  await producer.disconnect();
  await admin.disconnect();
}

main().catch((error) => {
  console.log("failed", error);
  process.exit(1);
});
