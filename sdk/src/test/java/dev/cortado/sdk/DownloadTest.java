package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DownloadTest {
    private static final byte[] CONTENT = content(50_000);

    @TempDir
    private Path folder;

    private final List<String> notes = new ArrayList<>();
    private final DownloadListener listener = new DownloadListener() {
        @Override
        public void note(String line) {
            notes.add(line);
        }
    };

    private static byte[] content(int length) {
        byte[] content = new byte[length];
        new Random(7).nextBytes(content);
        return content;
    }

    private static String digest(String kind, byte[] content) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance(kind).digest(content));
    }

    private Download download(FaultyServer server, long size, String md5, String sha256) {
        return new Download(server.address("m.gguf"), folder.resolve("m.gguf"), size, md5, sha256, "");
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void a_whole_file_arrives_under_its_name_and_nothing_else_stays() throws Exception {
        try (FaultyServer server = new FaultyServer((n, request) -> FaultyServer.whole(CONTENT))) {
            download(server, CONTENT.length, digest("MD5", CONTENT), digest("SHA-256", CONTENT)).run(listener);
            assertThat(folder.resolve("m.gguf")).hasBinaryContent(CONTENT);
            assertThat(files()).containsExactly("m.gguf");
            assertThat(server.requests().getFirst().header("Accept-Encoding")).isEqualTo("identity");
            assertThat(server.requests().getFirst().header("Range")).isEmpty();
        }
    }

    @Test
    void a_connection_cut_at_any_byte_is_resumed_where_it_broke() throws Exception {
        byte[] small = content(300);
        for (int cut = 1; cut < small.length; cut += 7) {
            int at = cut;
            try (FaultyServer server = new FaultyServer(
                    (n, request) -> n == 0 ? FaultyServer.cut(small, request, at) : FaultyServer.honest(small, request))) {
                notes.clear();
                download(server, 0, digest("MD5", small), null).run(listener);
                assertThat(folder.resolve("m.gguf")).hasBinaryContent(small);
                assertThat(server.requests()).hasSize(2);
                assertThat(server.requests().get(1).header("Range")).isEqualTo("bytes=" + at + "-");
                assertThat(server.requests().get(1).header("Accept-Encoding")).isEqualTo("identity");
                assertThat(notes).contains("\nDownload interrupted, resuming from byte position " + at);
            }
            Files.delete(folder.resolve("m.gguf"));
        }
    }

    @Test
    void a_partial_file_of_an_earlier_process_is_completed() throws Exception {
        Files.write(folder.resolve("m.gguf.part"), java.util.Arrays.copyOf(CONTENT, 20_000));
        try (FaultyServer server = new FaultyServer((n, request) -> FaultyServer.honest(CONTENT, request))) {
            download(server, CONTENT.length, digest("MD5", CONTENT), null).run(listener);
            assertThat(server.requests()).hasSize(1);
            assertThat(server.requests().getFirst().header("Range")).isEqualTo("bytes=20000-");
            assertThat(folder.resolve("m.gguf")).hasBinaryContent(CONTENT);
        }
    }

    @Test
    void a_server_that_sends_everything_again_is_welcome_at_the_start() throws Exception {
        Files.write(folder.resolve("m.gguf.part"), new byte[20_000]);
        try (FaultyServer server = new FaultyServer((n, request) -> FaultyServer.whole(CONTENT))) {
            download(server, CONTENT.length, digest("MD5", CONTENT), null).run(listener);
            assertThat(folder.resolve("m.gguf")).hasBinaryContent(CONTENT);
        }
    }

    @Test
    void a_partial_file_that_no_checksum_can_vouch_for_is_not_used() throws Exception {
        Files.write(folder.resolve("m.gguf.part"), new byte[20_000]);
        try (FaultyServer server = new FaultyServer((n, request) -> FaultyServer.honest(CONTENT, request))) {
            download(server, 0, null, null).run(listener);
            assertThat(folder.resolve("m.gguf")).hasBinaryContent(CONTENT);
            assertThat(server.requests().getFirst().header("Range")).isEmpty();
        }
    }

    @Test
    void a_server_without_ranges_ends_an_interrupted_download() throws Exception {
        try (FaultyServer server = new FaultyServer((n, request) -> n == 0
                ? FaultyServer.cut(CONTENT, request, 5000)
                : FaultyServer.whole(CONTENT))) {
            assertThatThrownBy(() -> download(server, 0, null, null).run(listener))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Connection was interrupted and server does not support range requests");
            assertThat(files()).isEmpty();
            assertThat(notes).contains("Cleaning up the interrupted download...");
        }
    }

    @Test
    void a_wrong_range_is_refused() throws Exception {
        try (FaultyServer server = new FaultyServer((n, request) -> n == 0
                ? FaultyServer.cut(CONTENT, request, 5000)
                : new FaultyServer.Answer(
                        "HTTP/1.1 206 Partial Content\nContent-Range: bytes 0-49999/50000\nContent-Length: 50000",
                        CONTENT))) {
            assertThatThrownBy(() -> download(server, 0, null, null).run(listener))
                    .hasMessage("Connection was interrupted and server does not support range requests");
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void a_compressed_answer_is_refused() throws Exception {
        try (FaultyServer server = new FaultyServer((n, request) -> new FaultyServer.Answer(
                "HTTP/1.1 200 OK\nContent-Encoding: gzip\nContent-Length: 3", new byte[3]))) {
            assertThatThrownBy(() -> download(server, 0, null, null).run(listener))
                    .hasMessage("Expected identity Content-Encoding, got gzip");
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void a_refusal_leaves_no_file() throws Exception {
        try (FaultyServer server = new FaultyServer((n, request) ->
                new FaultyServer.Answer("HTTP/1.1 503 Service Unavailable\nContent-Length: 0", new byte[0]))) {
            assertThatThrownBy(() -> download(server, 0, null, null).run(listener))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Request failed: HTTP 503 Service Unavailable");
            assertThat(files()).isEmpty();
            assertThat(notes).isEmpty();
        }
    }

    @Test
    void a_slow_server_is_waited_for() throws Exception {
        byte[] small = content(5000);
        try (FaultyServer server = new FaultyServer((n, request) -> new FaultyServer.Answer(
                "HTTP/1.1 200 OK\nContent-Length: 5000", small, 50))) {
            download(server, small.length, null, null).run(listener);
            assertThat(folder.resolve("m.gguf")).hasBinaryContent(small);
        }
    }

    @Test
    void a_download_without_progress_is_given_up() throws Exception {
        try (FaultyServer server = new FaultyServer((n, request) -> FaultyServer.cut(CONTENT, request, n == 0 ? 5000 : 0))) {
            assertThatThrownBy(() -> download(server, 0, null, null).run(listener))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Download not making progress, aborting.");
            assertThat(files()).doesNotContain("m.gguf");
        }
    }

    @Test
    void the_size_is_checked_before_the_checksum() throws Exception {
        try (FaultyServer server = new FaultyServer((n, request) -> FaultyServer.whole(new byte[9]))) {
            assertThatThrownBy(() -> download(server, 10, "00", null).run(listener))
                    .hasMessage("Expected file size of 10 bytes, got 9");
            assertThat(files()).isEmpty();
        }
    }

    @Test
    void a_wrong_checksum_is_told_as_it_was_expected() throws Exception {
        String found = digest("MD5", CONTENT);
        try (FaultyServer server = new FaultyServer((n, request) -> FaultyServer.whole(CONTENT))) {
            assertThatThrownBy(() -> download(server, 0, "ABC", null).run(listener))
                    .hasMessage("Expected MD5 hash of 'ABC', got '" + found + "'");
            assertThat(files()).isEmpty();
            download(server, 0, found.toUpperCase(Locale.ROOT), null).run(listener);
            assertThatThrownBy(() -> download(server, 0, null, "ABC").run(listener))
                    .hasMessageStartingWith("Expected SHA-256 hash of 'ABC', got '");
        }
    }

    @Test
    void a_file_that_was_there_stays_until_its_successor_is_complete() throws Exception {
        Path file = Files.write(folder.resolve("m.gguf"), new byte[] {1});
        try (FaultyServer server = new FaultyServer((n, request) -> FaultyServer.whole(CONTENT))) {
            assertThatThrownBy(() -> download(server, 1, null, null).run(listener)).isNotNull();
            assertThat(file).hasBinaryContent(new byte[] {1});
            download(server, CONTENT.length, null, null).run(listener);
            assertThat(file).hasBinaryContent(CONTENT);
        }
    }
}
