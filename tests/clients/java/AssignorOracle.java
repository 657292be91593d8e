import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Assignment;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.GroupSubscription;
import org.apache.kafka.clients.consumer.ConsumerPartitionAssignor.Subscription;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.clients.consumer.RoundRobinAssignor;
import org.apache.kafka.clients.consumer.StickyAssignor;
import org.apache.kafka.clients.consumer.internals.ConsumerProtocol;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;

/**
 * Deals partitions with Kafka's own assignors. It answers each line of its input with one line:
 *
 * <pre>
 * ASSIGNOR GENERATION TOPIC:COUNT,... ID;INSTANCE;HEX ...    ok ID;HEX;HEX ...
 *                                                            error WHY
 *                                                            endless
 * </pre>
 *
 * A member is its id, its instance id or nothing, and the subscription that it sends in JoinGroup. The answer has the
 * bytes that SyncGroup brings it and the user data that it will add when it joins next, or {@code -} for none. A
 * subscription that Kafka would have written otherwise is an error. Members come in the order of JoinGroup's answer.
 */
public final class AssignorOracle {
    private static final HexFormat HEX = HexFormat.of();
    private static final long PATIENCE_MS = 500;

    private AssignorOracle() {
    }

    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        // Kafka's classes may print a word about logging; answers have the pipe for themselves.
        PrintStream out = System.out;
        System.setOut(System.err);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            out.println(answerInTime(line.split(" ")));
            out.flush();
        }
    }

    /** Where subscriptions differ, Kafka's sticky assignors may deal for ever: then the thread is stopped. */
    @SuppressWarnings({"deprecation", "removal"})
    private static String answerInTime(String[] words) {
        String[] answer = {"endless"};
        Thread thread = new Thread(() -> {
            try {
                answer[0] = "ok " + answer(words);
            } catch (RuntimeException error) {
                answer[0] = "error " + error.toString().replace('\n', ' ');
            }
        });
        thread.start();
        try {
            thread.join(PATIENCE_MS);
            if (thread.isAlive()) {
                thread.stop();
                thread.join();
            }
        } catch (InterruptedException error) {
            Thread.currentThread().interrupt();
        }
        return answer[0];
    }

    private static String answer(String[] words) {
        ConsumerPartitionAssignor assignor = assignor(words[0]);
        int generation = Integer.parseInt(words[1]);
        Cluster cluster = cluster(words[2]);
        Map<String, Subscription> subscriptions = new HashMap<>();
        List<String> ids = new ArrayList<>();
        for (String word : Arrays.asList(words).subList(3, words.length)) {
            String[] parts = word.split(";", -1);
            Subscription subscription = ConsumerProtocol.deserializeSubscription(ByteBuffer.wrap(HEX.parseHex(parts[2])));
            String again = HEX.formatHex(bytes(ConsumerProtocol.serializeSubscription(subscription)));
            if (!again.equals(parts[2])) {
                throw new IllegalStateException("Kafka writes the subscription as " + again);
            }
            subscription.setGroupInstanceId(parts[1].isEmpty() ? Optional.empty() : Optional.of(parts[1]));
            subscriptions.put(parts[0], subscription);
            ids.add(parts[0]);
        }
        Map<String, Assignment> assignments =
            assignor.assign(cluster, new GroupSubscription(subscriptions)).groupAssignment();
        List<String> answers = new ArrayList<>();
        for (String id : ids) {
            byte[] sent = bytes(ConsumerProtocol.serializeAssignment(assignments.get(id)));
            ConsumerPartitionAssignor member = assignor(words[0]);
            Assignment received = ConsumerProtocol.deserializeAssignment(ByteBuffer.wrap(sent));
            member.onAssignment(received, new ConsumerGroupMetadata("group", generation, id, Optional.empty()));
            ByteBuffer next = member.subscriptionUserData(new LinkedHashSet<>(subscriptions.get(id).topics()));
            answers.add(id + ";" + HEX.formatHex(sent) + ";" + (next == null ? "-" : HEX.formatHex(bytes(next))));
        }
        return String.join(" ", answers);
    }

    private static ConsumerPartitionAssignor assignor(String name) {
        return switch (name) {
            case "range" -> new RangeAssignor();
            case "roundrobin" -> new RoundRobinAssignor();
            case "sticky" -> new StickyAssignor();
            case "cooperative-sticky" -> new CooperativeStickyAssignor();
            default -> throw new IllegalArgumentException("no assignor " + name);
        };
    }

    private static Cluster cluster(String topics) {
        Node node = new Node(1, "localhost", 9092);
        Node[] nodes = {node};
        List<PartitionInfo> partitions = new ArrayList<>();
        for (String topic : topics.split(",")) {
            String[] parts = topic.split(":");
            for (int partition = 0; partition < Integer.parseInt(parts[1]); partition++) {
                partitions.add(new PartitionInfo(parts[0], partition, node, nodes, nodes));
            }
        }
        return new Cluster("cluster", List.of(node), partitions, Collections.emptySet(), Collections.emptySet());
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }
}
