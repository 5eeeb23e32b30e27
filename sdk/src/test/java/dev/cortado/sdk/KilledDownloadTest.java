package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a download leaves behind when its process dies. */
class KilledDownloadTest {
    private static final int KILLS = 30;
    private static final int PAUSE_MILLIS = 1; // per thousand bytes: a download takes about 0.3 s

    /** A third of a download on average, so that a kill hits its end and beyond as well as its middle. */
    private static final int MOST_MILLIS = 200;

    @TempDir
    private Path folder;

    private final Random random = new Random(2024);
    private final byte[] content = new byte[250_000];

    @Test
    void thirty_kills_never_leave_a_wrong_file_and_the_next_run_completes_it() throws Exception {
        random.nextBytes(content);
        Path file = folder.resolve("m.gguf");
        try (FaultyServer server = new FaultyServer((n, request) -> slowly(request))) {
            int kills = 0;
            while (kills < KILLS) {
                kills += killed(server) ? 1 : 0;
                if (Files.exists(file)) {
                    assertThat(file).as("after kill %d", kills).hasBinaryContent(content);
                    Files.delete(file); // the next one begins a new download
                }
            }
            Process last = start(server);
            assertThat(last.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(last.exitValue()).isZero();
            assertThat(file).hasBinaryContent(content);
            assertThat(folder).isDirectoryNotContaining("glob:**.part");
            assertThat(server.requests()).anyMatch(request -> !request.header("Range").isEmpty());
        }
    }

    private FaultyServer.Answer slowly(FaultyServer.Request request) {
        FaultyServer.Answer honest = FaultyServer.honest(content, request);
        return new FaultyServer.Answer(honest.head(), honest.body(), PAUSE_MILLIS);
    }

    /** Starts a download and kills it a random time after its request; false if it was quicker. */
    private boolean killed(FaultyServer server) throws Exception {
        int before = server.requests().size();
        Process process = start(server);
        while (process.isAlive() && server.requests().size() == before) {
            Thread.sleep(1);
        }
        if (!process.waitFor(random.nextInt(MOST_MILLIS), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            return process.exitValue() != 0;
        }
        assertThat(process.exitValue()).isZero();
        return false;
    }

    private Process start(FaultyServer server) throws Exception {
        String md5 = HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(content));
        List<String> command = ChildJvm.command(
                List.of("-XX:TieredStopAtLevel=1"),
                String.join(File.pathSeparator, ChildJvm.classPath()),
                DownloadMain.class,
                folder.toString(),
                server.address("m.gguf").toString(),
                Integer.toString(content.length),
                md5);
        return start(command);
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).inheritIO().start();
    }
}
