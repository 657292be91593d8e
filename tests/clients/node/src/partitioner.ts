/**
 * Chooses partitions with kafkajs's own partitioners. Each line of its input is answered with one line:
 * `key HEX COUNT,COUNT,...` with the partitions of a key as the default and as the legacy partitioner choose them, and
 * `deal START COUNT AVAILABLE STEPS` with the partitions of so many records without a key, when the counter of the topic
 * begins at START.
 */
import { createInterface } from "node:readline";

// kafkajs draws where a counter begins from whatever stands here when it is loaded.
let start = 0;
const randomBytes = (size: number) => {
  const bytes = Buffer.alloc(size);
  bytes.writeUInt32BE(start, 0);
  return bytes;
};
Object.defineProperty(globalThis, "crypto", { value: { randomBytes }, configurable: true });

async function main() {
  const { Partitioners } = await import("kafkajs");
  const lanes = (count: number, available: (index: number) => boolean) =>
    Array.from({ length: count }, (_, partitionId) => ({
      partitionErrorCode: 0,
      partitionId,
      leader: available(partitionId) ? 1 : -1,
      replicas: [1],
      isr: [1],
    }));

  const key = (hex: string, counts: string) => {
    const message = { key: Buffer.from(hex, "hex"), value: null };
    const choose = (create: typeof Partitioners.DefaultPartitioner) =>
      counts
        .split(",")
        .map((count) => create()({ topic: "topic", partitionMetadata: lanes(Number(count), () => true), message }))
        .join(",");
    return `${choose(Partitioners.DefaultPartitioner)} ${choose(Partitioners.LegacyPartitioner)}`;
  };

  const deal = (counter: string, count: string, available: string, steps: string) => {
    start = Number(counter);
    const partitioner = Partitioners.DefaultPartitioner();
    const withLeader = new Set(available.split(",").map(Number));
    const partitionMetadata = lanes(Number(count), (index) => withLeader.has(index));
    return Array.from({ length: Number(steps) }, () =>
      partitioner({ topic: "topic", partitionMetadata, message: { value: null } }),
    ).join(",");
  };

  for await (const line of createInterface({ input: process.stdin })) {
    const [kind, ...words] = line.split(" ");
    console.log(kind === "key" ? key(words[0], words[1]) : deal(words[0], words[1], words[2], words[3]));
  }
}

main();
