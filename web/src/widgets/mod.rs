//! Small parts that know nothing of Kafka.
