"""kafka-python: admin, an idempotent producer, a group, offsets by time."""

import logging

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

logging.disable(logging.CRITICAL)
SERVER = "localhost:9092"


def refused(what, call):
    try:
        print(what, "not refused", call())
    except KafkaError as error:
        print(what, "refused:", type(error).__name__)


admin = KafkaAdminClient(bootstrap_servers=SERVER)
admin.create_topics({"orders": {"num_partitions": 2, "replication_factor": 1, "configs": {"retention.ms": "3600000"}}},
                    wait_for_metadata=True)
refused("create again", lambda: admin.create_topics({"orders": {}}))
refused("create badly", lambda: admin.create_topics({"bad name": {}}))
print("topics", sorted(admin.list_topics()))
for topic in admin.describe_topics(["orders"]):
    print("topic", topic["name"], [(part["partition_index"], part["leader_id"], part["isr_nodes"])
                                   for part in sorted(topic["partitions"], key=lambda part: part["partition_index"])])

producer = KafkaProducer(bootstrap_servers=SERVER, acks="all", enable_idempotence=True, linger_ms=0)
for number in range(10):
    sent = producer.send("orders", key=b"user%d" % number, value=b"order %d" % number,
                         partition=number % 2, timestamp_ms=1700000000000 + number,
                         headers=[("number", b"%d" % number)]).get(timeout=30)
    print("sent", sent.topic, sent.partition, sent.offset)
producer.close()
for codec in ["gzip", None]:
    with_codec = KafkaProducer(bootstrap_servers=SERVER, compression_type=codec, acks=1, enable_idempotence=False)
    print("sent with", codec, with_codec.send("orders", b"packed " * 20, partition=0).get(timeout=30).offset)
    with_codec.close()

consumer = KafkaConsumer("orders", bootstrap_servers=SERVER, group_id="billing", auto_offset_reset="earliest",
                         enable_auto_commit=False)
seen = []
while len(seen) < 12:
    for records in consumer.poll(timeout_ms=500).values():
        seen += [(record.partition, record.offset, record.key, record.value[:12], record.headers) for record in records]
for record in sorted(seen):
    print("read", *record)
consumer.commit({TopicPartition("orders", 0): OffsetAndMetadata(7, "half way", -1)})
print("assigned", sorted(consumer.assignment()))
print("committed", consumer.committed(TopicPartition("orders", 0), metadata=True))
print("never committed", consumer.committed(TopicPartition("orders", 1)))
parts = [TopicPartition("orders", part) for part in range(2)]
print("beginning", sorted(consumer.beginning_offsets(parts).items()))
print("end", sorted(consumer.end_offsets(parts).items()))
print("by time", sorted((part, found.offset, found.timestamp - 1700000000000) if found else (part,)
                        for part, found in consumer.offsets_for_times({part: 1700000000005 for part in parts}).items()))
consumer.close()
print("group offsets", {group: sorted((str(part), offset.offset, offset.metadata) for part, offset in offsets.items())
                        for group, offsets in admin.list_group_offsets(["billing"]).items()})
admin.close()
