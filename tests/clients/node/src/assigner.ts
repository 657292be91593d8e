/**
 * Deals partitions with kafkajs's own assigner. It answers each line of its input with one line, both JSON:
 * `{ topics, counts, members }` with what `{ metadata, assignments }`: the leader's subscription in JoinGroup, and by
 * member id what SyncGroup brings, in hexadecimal.
 */
import { createInterface } from "node:readline";
import { PartitionAssigners } from "kafkajs";

type Question = { topics: string[]; counts: Record<string, number>; members: string[] };

async function answer({ topics, counts, members }: Question) {
  const findTopicPartitionMetadata = (topic: string) =>
    Array.from({ length: counts[topic] ?? 0 }, (_, partitionId) => ({ partitionId }));
  const cluster = { findTopicPartitionMetadata } as never;
  const assigner = PartitionAssigners.roundRobin({ cluster } as never);
  const assigned = await assigner.assign({
    members: members.map((memberId) => ({ memberId, memberMetadata: Buffer.alloc(0) })),
    topics,
  });
  return {
    metadata: assigner.protocol({ topics }).metadata.toString("hex"),
    assignments: Object.fromEntries(
      assigned.map(({ memberId, memberAssignment }) => [memberId, memberAssignment.toString("hex")]),
    ),
  };
}

async function main() {
  for await (const line of createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await answer(JSON.parse(line))));
  }
}

main();
