"""confluent-kafka, which is librdkafka: one record, and the end."""

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": "localhost:9092", "client.id": "my-app"})
producer.produce("quickstart-events", b"hi there")
print("left", producer.flush(30))
