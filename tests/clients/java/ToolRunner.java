import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.lang.reflect.InvocationTargetException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.utils.Exit;

/**
 * Runs Kafka's command-line tools inside one long-lived JVM, because each start of a JVM costs a second and a half.
 *
 * <p>Requests come as lines, answers go as lines; texts are in hexadecimal, so that a line stays a line:
 *
 * <pre>
 * run ID CLASS [ARGUMENT...]    starts a tool            out ID TEXT     it wrote to standard output
 * stdin ID TEXT                 what it reads            err ID TEXT     it wrote to standard error
 * eof ID                        nothing more to read     exit ID STATUS  it ended
 * interrupt ID                  interrupts its thread
 * </pre>
 *
 * <p>Several tools may run at once: each has threads, streams and class loader of its own (the tools keep counts in
 * static fields). A tool that calls {@code System.exit} through Kafka's {@code Exit} ends its own thread only.
 */
public final class ToolRunner {
    private static final HexFormat HEX = HexFormat.of();
    private static final InheritableThreadLocal<Run> CURRENT = new InheritableThreadLocal<>();
    private static final Map<String, Run> RUNS = new ConcurrentHashMap<>();
    private static final long HOOKS_MS = 10_000;
    private static final PrintStream ANSWERS = System.out;

    private ToolRunner() {
    }

    /** Thrown where a tool would have ended the JVM. */
    private static final class ToolExit extends Error {
        private static final long serialVersionUID = 1L;

        ToolExit() {
            super(null, null, false, false);
        }
    }

    /** One run of one tool: its name in the answers, its standard input, its status. */
    private static final class Run {
        final String id;
        final PipedOutputStream feed = new PipedOutputStream();
        final PipedInputStream input;
        final List<Runnable> hooks = new CopyOnWriteArrayList<>();
        volatile Integer status;
        volatile boolean mute;
        volatile Thread thread;

        Run(String id) throws IOException {
            this.id = id;
            this.input = new PipedInputStream(feed, 1 << 20);
        }

        /** What a JVM does at its end: the producer sends what it holds, the consumer says goodbye. */
        void runHooks() {
            mute = false;
            List<Thread> threads = hooks.stream().map(hook -> new Thread(hook, "hook-" + id)).toList();
            threads.forEach(thread -> thread.setDaemon(true));
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                try {
                    thread.join(HOOKS_MS);
                } catch (InterruptedException interrupted) {
                    return;
                }
            }
        }

        /**
         * The first status counts, and nothing that is written after it: a JVM would have ended, but here tools may
         * catch what is thrown, complain and exit again.
         */
        void exit(int code) {
            if (status == null) {
                status = code;
                mute = true;
            }
            throw new ToolExit();
        }
    }

    public static void main(String[] args) throws Exception {
        URL tools = Path.of(args[0]).toUri().toURL();
        System.setOut(new PrintStream(new RunOutput("out"), true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(new RunOutput("err"), true, StandardCharsets.UTF_8));
        System.setIn(new RunInput());
        Exit.setExitProcedure((code, message) -> CURRENT.get().exit(code));
        Exit.setHaltProcedure((code, message) -> CURRENT.get().exit(code));
        Exit.setShutdownHookAdder((name, hook) -> CURRENT.get().hooks.add(hook));

        BufferedReader requests = new BufferedReader(new InputStreamReader(
            new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8));
        answer("ready 0 0");
        for (String line = requests.readLine(); line != null; line = requests.readLine()) {
            String[] words = line.split(" ");
            switch (words[0]) {
                case "run" -> start(tools, words);
                case "stdin" -> feed(words[1], decode(words[2]));
                case "eof" -> close(words[1]);
                case "interrupt" -> interrupt(words[1]);
                default -> throw new IllegalArgumentException("unknown request " + words[0]);
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static void start(URL tools, String[] words) throws IOException {
        Run run = new Run(words[1]);
        RUNS.put(run.id, run);
        String[] arguments = new String[words.length - 3];
        for (int index = 0; index < arguments.length; index++) {
            arguments[index] = new String(decode(words[index + 3]), StandardCharsets.UTF_8);
        }
        Thread thread = new Thread(() -> {
            CURRENT.set(run);
            int status = call(tools, words[2], arguments, run);
            run.runHooks();
            System.out.flush();
            System.err.flush();
            RUNS.remove(run.id);
            answer("exit " + run.id + " " + status);
        }, "tool-" + run.id);
        thread.setDaemon(true);
        run.thread = thread;
        thread.start();
    }

    private static int call(URL tools, String name, String[] arguments, Run run) {
        try (URLClassLoader loader = new URLClassLoader(new URL[] {tools}, ToolRunner.class.getClassLoader())) {
            Thread.currentThread().setContextClassLoader(loader);
            Class.forName(name, true, loader).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException thrown) {
            if (!(thrown.getCause() instanceof ToolExit)) {
                System.err.print("Exception in thread \"main\" ");
                thrown.getCause().printStackTrace();
                return run.status == null ? 1 : run.status;
            }
        } catch (IOException | ReflectiveOperationException thrown) {
            thrown.printStackTrace();
            return 127;
        }
        return run.status == null ? 0 : run.status;
    }

    /** What has ended reads nothing more, and that is no error. */
    private static void feed(String id, byte[] bytes) {
        Run run = RUNS.get(id);
        if (run != null) {
            try {
                run.feed.write(bytes);
                run.feed.flush();
            } catch (IOException ended) {
                RUNS.remove(id);
            }
        }
    }

    private static void close(String id) throws IOException {
        Run run = RUNS.get(id);
        if (run != null) {
            run.feed.close();
        }
    }

    private static void interrupt(String id) {
        Run run = RUNS.get(id);
        if (run != null) {
            run.thread.interrupt();
        }
    }

    private static byte[] decode(String text) {
        return text.equals("-") ? new byte[0] : HEX.parseHex(text);
    }

    private static void answer(String line) {
        synchronized (ANSWERS) {
            ANSWERS.println(line);
            ANSWERS.flush();
        }
    }

    /** Sends what a tool's threads write to the reader of the answers. */
    private static final class RunOutput extends OutputStream {
        private final String kind;

        RunOutput(String kind) {
            this.kind = kind;
        }

        @Override
        public void write(int single) {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int count) {
            Run run = CURRENT.get();
            if (count > 0 && (run == null || !run.mute)) {
                answer(kind + " " + (run == null ? "0" : run.id) + " " + HEX.formatHex(bytes, from, from + count));
            }
        }
    }

    /** Reads what was fed to the tool whose thread asks. */
    private static final class RunInput extends InputStream {
        @Override
        public int read() throws IOException {
            return CURRENT.get().input.read();
        }

        @Override
        public int read(byte[] bytes, int from, int count) throws IOException {
            return CURRENT.get().input.read(bytes, from, count);
        }

        @Override
        public int available() throws IOException {
            return CURRENT.get().input.available();
        }
    }
}
