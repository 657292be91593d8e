package org.apache.kafka.clients.producer.internals;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.utils.LogContext;

/**
 * Chooses partitions with Kafka's own producer classes. Each line of input is answered with one line.
 *
 * <pre>
 * key HEX COUNT,COUNT,...                      the partition of a key among so many, for each count
 * sticky COUNT AVAILABLE SIZE DRAWS STEPS      the partition at each step, for a record without a key
 * </pre>
 *
 * AVAILABLE are the partitions that have a leader. DRAWS are the random numbers, in the order in which they are drawn.
 * A step is {@code a:BYTES:FULL}, a record of so many bytes was appended to a batch that is full or is not, or
 * {@code q:PARTITION=LENGTH;...}, queues are so long; {@code -} stands for an empty list.
 */
final class PartitionerOracle {
    public static void main(String[] arguments) throws Exception {
        BufferedReader questions = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = questions.readLine(); line != null; line = questions.readLine()) {
            String[] words = line.split(" ", -1);
            System.out.println(words[0].equals("key") ? key(words) : sticky(words));
            System.out.flush();
        }
    }

    private static String key(String[] words) {
        byte[] key = HexFormat.of().parseHex(words[1]);
        return numbers(words[2]).stream()
            .map(count -> String.valueOf(BuiltInPartitioner.partitionForKey(key, count)))
            .collect(Collectors.joining(","));
    }

    private static String sticky(String[] words) {
        int count = Integer.parseInt(words[1]);
        List<Integer> available = numbers(words[2]);
        Deque<Integer> draws = new ArrayDeque<>(numbers(words[4]));
        BuiltInPartitioner partitioner = new BuiltInPartitioner(new LogContext(), "topic", Integer.parseInt(words[3])) {
            @Override
            int randomPartition() {
                return draws.removeFirst();
            }
        };
        Cluster cluster = cluster(count, available);
        List<String> chosen = new ArrayList<>();
        for (String step : words[5].split(",")) {
            if (step.startsWith("q:")) {
                queues(partitioner, step.substring(2));
                continue;
            }
            String[] parts = step.split(":");
            BuiltInPartitioner.StickyPartitionInfo info = partitioner.peekCurrentPartitionInfo(cluster);
            chosen.add(String.valueOf(info.partition()));
            partitioner.updatePartitionInfo(info, Integer.parseInt(parts[1]), cluster, parts[2].equals("true"));
        }
        return String.join(",", chosen);
    }

    private static void queues(BuiltInPartitioner partitioner, String text) {
        String[] entries = text.split(";");
        int[] partitions = Arrays.stream(entries).mapToInt(entry -> Integer.parseInt(entry.split("=")[0])).toArray();
        int[] lengths = Arrays.stream(entries).mapToInt(entry -> Integer.parseInt(entry.split("=")[1])).toArray();
        partitioner.updatePartitionLoadStats(lengths, partitions, lengths.length);
    }

    private static Cluster cluster(int count, List<Integer> available) {
        Node node = new Node(1, "localhost", 9092);
        Node[] nodes = {node};
        List<PartitionInfo> partitions = new ArrayList<>();
        for (int index = 0; index < count; index++) {
            partitions.add(new PartitionInfo("topic", index, available.contains(index) ? node : null, nodes, nodes));
        }
        return new Cluster("cluster", List.of(node), partitions, Set.of(), Set.of());
    }

    private static List<Integer> numbers(String text) {
        if (text.equals("-")) {
            return List.of();
        }
        return Arrays.stream(text.split(",")).map(Integer::parseInt).collect(Collectors.toList());
    }
}
