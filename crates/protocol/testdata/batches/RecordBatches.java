// Writes the golden record batches records-*.hex with Apache Kafka's own builder:
//   java -cp 'kafka-clients-4.3.0 and what it needs' RecordBatches.java .
// The inputs are told again in src/records/tests/golden.rs.

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecordsBuilder;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

public class RecordBatches {
    static final long NOW = 1_700_000_000_000L;
    static Path folder;

    public static void main(String[] arguments) throws Exception {
        folder = Path.of(arguments[0]);

        MemoryRecordsBuilder plain = builder(Compression.NONE, TimestampType.CREATE_TIME, 42, -1, false, false, -1);
        appendFew(plain);
        write("plain", plain);

        MemoryRecordsBuilder transactional = builder(Compression.NONE, TimestampType.CREATE_TIME, 0, 4711, true, false, -1);
        appendFew(transactional);
        write("transactional", transactional);

        MemoryRecordsBuilder leader = builder(Compression.NONE, TimestampType.LOG_APPEND_TIME, 7, -1, false, false, -1);
        appendFew(leader);
        write("log-append-time", leader);

        MemoryRecordsBuilder compacted = builder(Compression.NONE, TimestampType.CREATE_TIME, 100, -1, false, false, NOW + 86_400_000L);
        compacted.appendWithOffset(103, NOW, bytes("user1"), bytes("kept"));
        compacted.appendWithOffset(170, NOW + 9, bytes("user2"), null);
        compacted.overrideLastOffset(199);
        write("compacted", compacted);

        ByteBuffer empty = ByteBuffer.allocate(61);
        DefaultRecordBatch.writeEmptyHeader(empty, (byte) 2, 4711, (short) 3, 17, 200, 249, 5, TimestampType.CREATE_TIME, NOW, false, false);
        empty.flip();
        write("emptied", empty);

        for (ControlRecordType type : new ControlRecordType[] {ControlRecordType.COMMIT, ControlRecordType.ABORT}) {
            MemoryRecordsBuilder marker = builder(Compression.NONE, TimestampType.CREATE_TIME, 0, 4711, true, true, -1);
            marker.appendEndTxnMarker(NOW, new EndTransactionMarker(type, 12));
            write(type.name().toLowerCase(), marker);
        }

        for (Compression compression : new Compression[] {
                Compression.gzip().build(), Compression.snappy().build(), Compression.lz4().build(), Compression.zstd().build()}) {
            MemoryRecordsBuilder many = builder(compression, TimestampType.CREATE_TIME, 42, -1, false, false, -1);
            appendFew(many);
            for (int i = 0; i < 600; i++)
                many.append(NOW + i, bytes("user" + i % 9), bytes("payment of " + i * 7919 % 1000 + " euro" + " from the same account".repeat(9)));
            write(compression.type().name, many);
        }
    }

    static MemoryRecordsBuilder builder(
            Compression compression, TimestampType clock, long baseOffset, long producerId, boolean isTransactional,
            boolean isControl, long deleteHorizon) {
        boolean hasSequence = producerId >= 0 && !isControl;
        return new MemoryRecordsBuilder(
            new ByteBufferOutputStream(1024), (byte) 2, compression, clock, baseOffset, NOW + 1000, producerId,
            (short) (producerId >= 0 ? 3 : -1), hasSequence ? 17 : -1, isTransactional, isControl, isControl ? -1 : 5,
            Integer.MAX_VALUE, deleteHorizon);
    }

    static void appendFew(MemoryRecordsBuilder builder) {
        byte[] pattern = new byte[300];
        for (int i = 0; i < pattern.length; i++)
            pattern[i] = (byte) (i * 31);
        Header[] headers = {
            new RecordHeader("trace", new byte[] {0, (byte) 0xff}), new RecordHeader("trace", (byte[]) null),
            new RecordHeader("größe", new byte[0])};
        builder.append(NOW, bytes("user1"), bytes("hi there"));
        builder.append(NOW + 5, null, bytes("no key"));
        builder.append(NOW - 3, bytes("user2"), null);
        builder.append(NOW + 70_000, new byte[0], new byte[0], headers);
        builder.append(NOW, bytes("user1"), pattern);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void write(String name, MemoryRecordsBuilder builder) throws Exception {
        write(name, builder.build().buffer());
    }

    static void write(String name, ByteBuffer batch) throws Exception {
        StringBuilder text = new StringBuilder("# Apache Kafka 4.3.0, by RecordBatches.java in this folder");
        for (int i = 0; batch.hasRemaining(); i++)
            text.append(i % 32 == 0 ? "\n" : "").append(String.format("%02x", batch.get()));
        Files.writeString(folder.resolve("records-" + name + ".hex"), text.append("\n"));
    }
}
