package dev.cortado.cli.conformance;

import dev.cortado.cli.AnotherJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Loads hostile files in a JVM of its own with 512 MiB of heap, and ends it when a file takes longer than 10 s. One
 * process serves many files; after one that did harm the next gets a new process.
 */
final class HostileProcess implements AutoCloseable {
    private static final long SECONDS = 10;
    private static final long START_SECONDS = 60; // of a JVM on a busy machine; no file's fault
    private static final String HEAP = "-Xmx512m";

    private final String device;
    private final ExecutorService reader = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "hostile files");
        thread.setDaemon(true);
        return thread;
    });
    private @Nullable Process process;

    /** How a file ended. */
    enum End {
        /** Tokens were generated. */
        WORKED,
        /** It was refused with a message. */
        REFUSED,
        /** The process crashed, hung, ran out of memory, or another exception than a refusal came. */
        CRASHED
    }

    /**
     * What came of a file.
     *
     * @param end how it ended
     * @param message the refusal, what was generated, or what went wrong
     * @param seconds that it took
     */
    record Answer(End end, String message, double seconds) {}

    HostileProcess(String device) {
        this.device = device;
    }

    Answer load(Path file) throws IOException {
        Process running = process != null && process.isAlive() ? process : start();
        process = running;
        long begin = System.nanoTime();
        PrintWriter paths = new PrintWriter(running.outputWriter(StandardCharsets.UTF_8), true);
        BufferedReader answers = running.inputReader(StandardCharsets.UTF_8);
        paths.println(file.toAbsolutePath());
        String line = answer(running, answers, SECONDS);
        double seconds = (System.nanoTime() - begin) / 1e9;
        int space = line.indexOf(' ');
        Answer answer = new Answer(End.valueOf(line.substring(0, space)), line.substring(space + 1), seconds);
        if (answer.end() == End.CRASHED) {
            close(running); // what is left of it is not to be trusted with the next file
            process = null; // it may take a moment to die
        }
        return answer;
    }

    private String answer(Process running, BufferedReader answers, long limit) throws IOException {
        try {
            String line = reader.submit(answers::readLine).get(limit, TimeUnit.SECONDS);
            return line != null ? line : End.CRASHED + " the process ended with status " + running.waitFor();
        } catch (TimeoutException e) {
            close(running);
            return End.CRASHED + " more than " + limit + " s";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a hostile file was loaded", e);
        } catch (ExecutionException e) {
            throw new IOException("no answer from the process that loads hostile files", e);
        }
    }

    private Process start() throws IOException {
        List<String> command = new ArrayList<>();
        command.add(AnotherJvm.program());
        command.add(HEAP);
        command.add("-XX:+UseSerialGC");
        boolean vectors = ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
        if (vectors) {
            command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
        }
        command.addAll(AnotherJvm.arguments(HostileProbe.class));
        command.add(device);
        Process started = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String line = answer(started, started.inputReader(StandardCharsets.UTF_8), START_SECONDS);
        if (!line.equals(HostileProbe.READY)) {
            throw new IOException("the process that loads hostile files does not start: " + line);
        }
        return started;
    }

    private static void close(Process running) {
        running.destroyForcibly();
    }

    @Override
    public void close() {
        reader.shutdownNow();
        if (process != null) {
            close(process);
        }
    }
}
