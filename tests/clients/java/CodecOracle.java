import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.Readable;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;

/**
 * Reads and writes messages with the classes of whichever Kafka is on the class path, for a codec to compare itself
 * with. It answers each line of its input with one line:
 *
 * <pre>
 * versions NAME                 ok FIRST LAST
 * recode NAME VERSION HEX       ok HEX FIELDS    the bytes read and written again, and what they say
 * random NAME VERSION SEED      ok HEX FIELDS    a message made here
 * sparse NAME VERSION SEED      ok HEX FIELDS    one in which few fields differ from their defaults
 * rewrite NAME VERSION TO HEX   ok HEX           the bytes read in one version and written in another
 *                               error WHY
 * </pre>
 *
 * NAME is the name in Kafka's definitions, such as FetchRequest or PartitionRecord. FIELDS are sorted
 * {@code path=value} pairs with {@code ;} between them, values in hex where they are text, bytes or floats. Names are
 * in lower case without underscores, so that no style of names matters. Random messages follow the schemas that the
 * classes carry, not ours.
 */
public final class CodecOracle {
    private static final HexFormat HEX = HexFormat.of();
    private static final String[] PACKAGES = {
        "org.apache.kafka.common.message.",
        "org.apache.kafka.common.metadata.",
        "org.apache.kafka.coordinator.group.generated.",
    };
    private static final String[] MEMORY_RECORDS = {
        "org.apache.kafka.common.record.internal.MemoryRecords",
        "org.apache.kafka.common.record.MemoryRecords",
    };

    public static void main(String[] arguments) throws IOException {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            String answer;
            try {
                answer = "ok " + answer(line.split(" ", -1));
            } catch (ReflectiveOperationException | RuntimeException | LinkageError failure) {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                answer = "error " + cause.toString().replace('\n', ' ');
            }
            out.println(answer);
            out.flush();
        }
    }

    private static String answer(String[] words) throws ReflectiveOperationException {
        Class<?> type = classOf(words[1]);
        if (words[0].equals("versions")) {
            return type.getField("LOWEST_SUPPORTED_VERSION").getShort(null)
                + " " + type.getField("HIGHEST_SUPPORTED_VERSION").getShort(null);
        }
        short version = Short.parseShort(words[2]);
        Message message;
        if (words[0].equals("rewrite")) {
            ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(HEX.parseHex(words[4])));
            message = (Message) type.getConstructor(Readable.class, short.class).newInstance(bytes, version);
            return HEX.formatHex(written(message, Short.parseShort(words[3])));
        } else if (words[0].equals("recode")) {
            ByteBufferAccessor bytes = new ByteBufferAccessor(ByteBuffer.wrap(HEX.parseHex(words[3])));
            message = (Message) type.getConstructor(Readable.class, short.class).newInstance(bytes, version);
            if (bytes.remaining() > 0) {
                throw new IllegalArgumentException(bytes.remaining() + " bytes were not read");
            }
        } else {
            Schema schema = ((Schema[]) type.getField("SCHEMAS").get(null))[version];
            int leftOut = words[0].equals("sparse") ? 6 : 1;
            message = (Message) struct(type, schema, new Random(Long.parseLong(words[3])), leftOut);
        }
        return HEX.formatHex(written(message, version)) + " " + fields(message, type, version);
    }

    private static Class<?> classOf(String name) throws ClassNotFoundException {
        for (String start : PACKAGES) {
            for (String end : new String[] {"Data", ""}) {
                try {
                    return Class.forName(start + name + end);
                } catch (ClassNotFoundException notHere) {
                    continue;
                }
            }
        }
        throw new ClassNotFoundException(name);
    }

    private static byte[] written(Message message, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer buffer = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(buffer), cache, version);
        if (buffer.hasRemaining()) {
            throw new IllegalStateException(buffer.remaining() + " bytes fewer than said were written");
        }
        return buffer.array();
    }

    // What a message says, as Kafka's own JSON converters tell it.

    private static String fields(Message message, Class<?> type, short version) throws ReflectiveOperationException {
        Class<?> converter = Class.forName(type.getName() + "JsonConverter");
        Method write = converter.getMethod("write", type, short.class, boolean.class);
        Map<String, String> pairs = new TreeMap<>();
        flatten("", (JsonNode) write.invoke(null, message, version, false), pairs);
        StringBuilder line = new StringBuilder();
        pairs.forEach((path, value) -> line.append(line.length() == 0 ? "" : ";").append(path).append('=').append(value));
        return line.toString();
    }

    private static void flatten(String path, JsonNode node, Map<String, String> pairs) throws ReflectiveOperationException {
        if (node.isObject()) {
            for (var fields = node.properties().iterator(); fields.hasNext();) {
                var field = fields.next();
                flatten(path + (path.isEmpty() ? "" : ".") + plain(field.getKey()), field.getValue(), pairs);
            }
        } else if (node.isArray()) {
            pairs.put(path + ".#", String.valueOf(node.size()));
            for (int index = 0; index < node.size(); index++) {
                flatten(path + "[" + index + "]", node.get(index), pairs);
            }
        } else {
            pairs.put(path.replace("sizeinbytes", ""), valueOf(node, path.endsWith("sizeinbytes")));
        }
    }

    private static String valueOf(JsonNode node, boolean isSize) {
        if (node.isNull()) {
            return "null";
        } else if (node.isBinary()) {
            return "x" + HEX.formatHex(((com.fasterxml.jackson.databind.node.BinaryNode) node).binaryValue());
        } else if (node.isTextual()) {
            return "t" + HEX.formatHex(node.textValue().getBytes(StandardCharsets.UTF_8));
        } else if (node.isFloatingPointNumber()) {
            return "f" + HEX.toHexDigits(Double.doubleToLongBits(node.doubleValue()));
        }
        return (isSize ? "size" : "") + node.asText();
    }

    private static String plain(String name) {
        return name.replace("_", "").toLowerCase(Locale.ROOT);
    }

    // Random messages.

    /** One in {@code leftOut} fields is set, arrays and structs always, so that there is something inside. */
    private static Object struct(Class<?> type, Schema schema, Random random, int leftOut)
            throws ReflectiveOperationException {
        Object made = type.getConstructor().newInstance();
        for (BoundField field : schema.fields()) {
            if (field.def.type instanceof TaggedFields tagged) {
                // The older Kafka, which is asked for versions without tagged fields only, lacks this method.
                var known = (Map<?, ?>) TaggedFields.class.getMethod("fields").invoke(tagged);
                for (Object one : known.values()) {
                    if (random.nextInt(2 * leftOut) == 0) {
                        set(made, (Field) one, random, leftOut);
                    }
                }
            } else if (random.nextInt(leftOut) == 0 || holdsOthers(field.def.type) && random.nextBoolean()) {
                set(made, field.def, random, leftOut);
            }
        }
        return made;
    }

    private static boolean holdsOthers(Type kind) {
        return kind instanceof Schema || kind.isArray() && kind.arrayElementType().orElseThrow() instanceof Schema;
    }

    private static void set(Object made, Field field, Random random, int leftOut)
            throws ReflectiveOperationException {
        for (Method method : made.getClass().getMethods()) {
            if (method.getName().startsWith("set") && plain(method.getName().substring(3)).equals(plain(field.name))) {
                Class<?> type = method.getParameterTypes()[0];
                java.lang.reflect.Type generic = method.getGenericParameterTypes()[0];
                method.invoke(made, value(field.type, type, generic, random, leftOut));
                return;
            }
        }
        throw new NoSuchMethodException(made.getClass() + " has no setter for " + field.name);
    }

    private static Object value(
            Type kind, Class<?> type, java.lang.reflect.Type generic, Random random, int leftOut)
            throws ReflectiveOperationException {
        if (kind.isNullable() && random.nextInt(4) == 0) {
            return null;
        }
        if (kind.isArray()) {
            return array(kind, type, generic, random, leftOut);
        }
        if (kind instanceof Schema schema) {
            return struct(type, schema, random, leftOut);
        }
        String name = kind.toString().replace("COMPACT_", "").replace("NULLABLE_", "");
        switch (name) {
            case "BOOLEAN": return random.nextBoolean();
            case "INT8": return (byte) number(random, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case "INT16": return (short) number(random, Short.MIN_VALUE, Short.MAX_VALUE);
            case "UINT16": return (int) number(random, 0, 0xffff);
            case "INT32": return (int) number(random, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case "UINT32": return number(random, 0, 0xffffffffL);
            case "INT64": return number(random, Long.MIN_VALUE, Long.MAX_VALUE);
            case "FLOAT64": return random.nextGaussian() * 1000;
            case "UUID": return random.nextInt(4) == 0 ? Uuid.ZERO_UUID : new Uuid(random.nextLong(), random.nextLong());
            case "STRING": return text(random);
            case "BYTES":
                return type == ByteBuffer.class ? ByteBuffer.wrap(bytes(random)) : bytes(random);
            case "RECORDS": return records(bytes(random));
            default: throw new IllegalArgumentException("no random value for type " + name);
        }
    }

    @SuppressWarnings("unchecked")
    private static Object array(
            Type kind, Class<?> type, java.lang.reflect.Type generic, Random random, int leftOut)
            throws ReflectiveOperationException {
        boolean isList = type == List.class;
        var parameters = (ParameterizedType) (isList ? generic : type.getGenericSuperclass());
        java.lang.reflect.Type elementType = parameters.getActualTypeArguments()[0];
        Collection<Object> array =
            isList ? new ArrayList<>() : (Collection<Object>) type.getConstructor().newInstance();
        Type element = kind.arrayElementType().orElseThrow();
        for (int count = random.nextInt(4); count > 0; count--) {
            array.add(value(element, (Class<?>) elementType, elementType, random, leftOut));
        }
        return array;
    }

    private static long number(Random random, long least, long most) {
        switch (random.nextInt(6)) {
            case 0: return least;
            case 1: return most;
            case 2: return 0;
            case 3: return 1;
            default: return random.longs(1, least, most).findFirst().orElseThrow();
        }
    }

    private static int size(Random random) {
        return switch (random.nextInt(20)) {
            case 0 -> 120 + random.nextInt(200);
            case 1, 2, 3 -> 0;
            default -> random.nextInt(12);
        };
    }

    private static String text(Random random) {
        String[] letters = {"a", "Z", "9", ".", "-", "\0", "\"", "\u00df", "\u20ac", "\ud834\udd1e"};
        StringBuilder text = new StringBuilder();
        for (int count = size(random); count > 0; count--) {
            text.append(letters[random.nextInt(letters.length)]);
        }
        return text.toString();
    }

    private static byte[] bytes(Random random) {
        byte[] bytes = new byte[size(random)];
        random.nextBytes(bytes);
        return bytes;
    }

    private static Object records(byte[] bytes) throws ReflectiveOperationException {
        for (String name : MEMORY_RECORDS) {
            try {
                Method read = Class.forName(name).getMethod("readableRecords", ByteBuffer.class);
                return read.invoke(null, ByteBuffer.wrap(bytes));
            } catch (ClassNotFoundException notHere) {
                continue;
            }
        }
        throw new ClassNotFoundException("MemoryRecords");
    }
}
