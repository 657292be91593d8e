// franz-go, the strictest modern client: topic ids, fetch sessions, the newest version of every API it finds.
//
// Usage: franz HOST:PORT
package main

import (
	"context"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kerr"
	"github.com/twmb/franz-go/pkg/kgo"
)

const topic = "orders"

func check(err error) {
	if err != nil {
		fmt.Println("failed:", err)
		os.Exit(1)
	}
}

func client(options ...kgo.Opt) *kgo.Client {
	made, err := kgo.NewClient(append(options, kgo.SeedBrokers(os.Args[1]), kgo.ClientID("franz"))...)
	check(err)
	return made
}

func produce(ctx context.Context) {
	codecs := []kgo.CompressionCodec{
		kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression(),
	}
	for round, codec := range codecs {
		producer := client(kgo.ProducerBatchCompression(codec), kgo.RecordPartitioner(kgo.ManualPartitioner()))
		for number := 0; number < 4; number++ {
			record := &kgo.Record{
				Topic:     topic,
				Partition: int32(number % 2),
				Key:       []byte(fmt.Sprintf("user%d", number)),
				Value:     []byte(fmt.Sprintf("round %d %s", round, strings.Repeat("x", 200))),
				Timestamp: time.UnixMilli(1700000000000 + int64(round*10+number)),
			}
			sent, err := producer.ProduceSync(ctx, record).First()
			check(err)
			fmt.Println("sent", sent.Partition, sent.Offset)
		}
		producer.Close()
	}
}

func consume(ctx context.Context, admin *kadm.Client) {
	consumer := client(kgo.ConsumerGroup("billing"), kgo.ConsumeTopics(topic), kgo.DisableAutoCommit(),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))
	var seen []string
	for len(seen) < 20 {
		fetches := consumer.PollFetches(ctx)
		check(fetches.Err())
		fetches.EachRecord(func(record *kgo.Record) {
			seen = append(seen, fmt.Sprintf("read %d %2d %s %.7s epoch %d", record.Partition, record.Offset, record.Key, record.Value, record.LeaderEpoch))
		})
	}
	sort.Strings(seen)
	fmt.Println(strings.Join(seen, "\n"))
	check(consumer.CommitUncommittedOffsets(ctx))
	groups, err := admin.DescribeGroups(ctx, "billing")
	check(err)
	for _, group := range groups.Sorted() {
		fmt.Println("group", group.Group, group.State, group.ProtocolType, group.Protocol, len(group.Members), group.Err)
	}
	lags, err := admin.Lag(ctx, "billing")
	check(err)
	fmt.Println("lag", lags["billing"].Lag.Total())
	consumer.Close()
}

func administer(ctx context.Context, admin *kadm.Client) {
	_, err := admin.CreateTopic(ctx, 1, 1, nil, topic)
	fmt.Println("create again:", err)
	value := "1000"
	altered, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Op: kadm.SetConfig, Name: "retention.ms", Value: &value}}, topic)
	check(err)
	for _, response := range altered {
		fmt.Println("alter:", response.Name, response.Err)
	}
	configs, err := admin.DescribeTopicConfigs(ctx, topic)
	check(err)
	for _, config := range configs[0].Configs {
		if config.Key == "retention.ms" {
			fmt.Println("config:", config.Key, config.MaybeValue(), config.Source)
		}
	}
	listed, err := admin.ListOffsetsAfterMilli(ctx, 1700000000020, topic)
	check(err)
	for partition := int32(0); partition < 2; partition++ {
		offset, _ := listed.Lookup(topic, partition)
		fmt.Println("by time:", offset.Partition, offset.Offset, offset.Err)
	}
	deleted, err := admin.DeleteRecords(ctx, kadm.Offsets{topic: {0: kadm.Offset{Topic: topic, Partition: 0, At: 3}}})
	check(err)
	deleted.Each(func(response kadm.DeleteRecordsResponse) {
		fmt.Println("records deleted before:", response.LowWatermark, response.Err)
	})
	removed, err := admin.DeleteGroup(ctx, "billing")
	fmt.Println("group deleted:", removed.Group, err)
	_, err = admin.DeleteGroup(ctx, "absent")
	fmt.Println("absent group deleted:", err == kerr.GroupIDNotFound)
	gone, err := admin.DeleteTopic(ctx, topic)
	check(err)
	fmt.Println("topic deleted:", gone.Topic, gone.Err)
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), 45*time.Second)
	defer cancel()
	connection := client()
	defer connection.Close()
	admin := kadm.NewClient(connection)
	created, err := admin.CreateTopic(ctx, 2, 1, nil, topic)
	check(err)
	fmt.Println("created", created.Topic, created.NumPartitions, created.ReplicationFactor)
	produce(ctx)
	consume(ctx, admin)
	administer(ctx, admin)
}
