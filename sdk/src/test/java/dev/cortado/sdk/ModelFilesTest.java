package dev.cortado.sdk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelFilesTest {
    private static final byte[] MODEL = "not really a model".getBytes(StandardCharsets.UTF_8);
    private static final String LIST =
            """
            [{"name": "Foo", "filename": "foo.gguf", "filesize": "18", "systemMessage": "Be kind.",
              "md5sum": "13a56e7bd7e3a39d5c9ca1b25b6ecd5f"}]""";

    @TempDir
    private Path folder;

    private ModelFiles files(FaultyServer server) {
        URI root = server.address("");
        return new ModelFiles(
                folder,
                new Sources(root.resolve("models3.json"), root.resolve("gguf/"), root, "secret"),
                DownloadListener.SILENT);
    }

    private static FaultyServer.Answer json(String text) {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        return new FaultyServer.Answer("HTTP/1.1 200 OK\nETag: \"v1\"\nContent-Length: " + body.length, body);
    }

    private static FaultyServer catalogue() throws IOException {
        return new FaultyServer((n, request) -> {
            if (!request.path().equals("models3.json")) {
                return FaultyServer.honest(MODEL, request);
            }
            return request.header("If-None-Match").equals("\"v1\"")
                    ? new FaultyServer.Answer("HTTP/1.1 304 Not Modified", new byte[0])
                    : json(LIST.replace("13a56e7bd7e3a39d5c9ca1b25b6ecd5f", md5()));
        });
    }

    private static String md5() {
        try {
            return java.util.HexFormat.of()
                    .formatHex(java.security.MessageDigest.getInstance("MD5").digest(MODEL));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void the_extension_is_added_unless_it_is_there() {
        assertThat(ModelFiles.withExtension("foo")).isEqualTo("foo.gguf");
        assertThat(ModelFiles.withExtension("foo.bin")).isEqualTo("foo.bin");
        assertThat(ModelFiles.withExtension("foo.GGUF")).isEqualTo("foo.GGUF.gguf");
    }

    @Test
    void a_model_of_the_catalogue_is_downloaded_and_described() throws IOException {
        try (FaultyServer server = catalogue()) {
            Map<String, Object> config = files(server).retrieve("foo", true, false);
            assertThat(config).containsEntry("name", "Foo").containsEntry("systemMessage", "Be kind.");
            assertThat(config).containsEntry("path", folder.resolve("foo.gguf").toString());
            assertThat(folder.resolve("foo.gguf")).hasBinaryContent(MODEL);
            assertThat(server.requests().getLast().path()).isEqualTo("gguf/foo.gguf");
        }
    }

    @Test
    void an_unchanged_catalogue_is_not_transferred_again() throws IOException {
        try (FaultyServer server = catalogue()) {
            files(server).listModels();
            assertThat(files(server).listModels()).hasSize(1);
            assertThat(server.requests().getLast().header("If-None-Match")).isEqualTo("\"v1\"");
        }
    }

    @Test
    void a_model_that_is_there_needs_no_network() throws IOException {
        ModelFiles files;
        try (FaultyServer server = catalogue()) {
            files = files(server);
            files.retrieve("foo.gguf", true, false);
        }
        assertThat(files.retrieve("foo.gguf", true, false)).containsEntry("name", "Foo");
        Files.write(folder.resolve("mine.gguf"), MODEL);
        assertThat(files.retrieve("mine.gguf", true, false)).containsOnlyKeys("path");
    }

    @Test
    void without_downloads_the_catalogue_is_not_asked() throws IOException {
        try (FaultyServer server = catalogue()) {
            Files.write(folder.resolve("foo.gguf"), MODEL);
            assertThat(files(server).retrieve("foo", false, false)).containsOnlyKeys("path");
            assertThatThrownBy(() -> files(server).retrieve("zz", false, false))
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessage("Model file does not exist: '%s'".formatted(folder.resolve("zz.gguf")));
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void a_folder_that_is_not_there_is_not_made() throws IOException {
        try (FaultyServer server = catalogue()) {
            Path nowhere = folder.resolve("nowhere");
            ModelFiles files = new ModelFiles(
                    nowhere, new Sources(server.address("x"), server.address("y"), server.address(""), ""), DownloadListener.SILENT);
            assertThatThrownBy(() -> files.retrieve("foo", false, false))
                    .isInstanceOf(NoSuchFileException.class)
                    .hasMessage("Model directory does not exist: '%s'".formatted(nowhere));
            assertThat(nowhere).doesNotExist();
        }
    }

    @Test
    void a_refused_catalogue_is_told_with_its_status() throws IOException {
        try (FaultyServer server = new FaultyServer((n, request) ->
                new FaultyServer.Answer("HTTP/1.1 503 Service Unavailable\nContent-Length: 0", new byte[0]))) {
            assertThatThrownBy(() -> files(server).listModels())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Request failed: HTTP 503 Service Unavailable");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../evil.gguf", "/etc/evil.gguf", "a/b.gguf", "..", "C:evil.gguf", "a\\b.gguf", ""})
    void a_name_that_leaves_the_folder_is_refused(String name) throws IOException {
        try (FaultyServer server = catalogue()) {
            assertThatThrownBy(() -> files(server).download(name, server.address("x").toString(), 0, null, null))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is not a plain file name");
        }
    }

    @Test
    void a_hub_reference_finds_the_quant_and_sends_the_token() throws IOException {
        String tree =
                """
                [{"type": "file", "path": "README.md", "size": 3},
                 {"type": "file", "path": "sub/m-Q8_0.gguf", "size": 18},
                 {"type": "file", "path": "m-Q4_K_M.gguf", "size": 18}]""";
        try (FaultyServer server = new FaultyServer((n, request) ->
                request.path().startsWith("api/") ? json(tree) : FaultyServer.honest(MODEL, request))) {
            assertThat(files(server).retrieve("hf.co/me/m", true, false))
                    .containsEntry("path", folder.resolve("m-Q4_K_M.gguf").toString());
            assertThat(files(server).retrieve("hf.co/me/m:q8_0", true, false))
                    .containsEntry("path", folder.resolve("m-Q8_0.gguf").toString());
            assertThat(server.requests().getLast().path()).isEqualTo("me/m/resolve/main/sub/m-Q8_0.gguf");
            assertThat(server.requests().getLast().header("Authorization")).isEqualTo("Bearer secret");
            assertThatThrownBy(() -> files(server).retrieve("hf.co/me/m:Q2_K", true, false))
                    .hasMessageContaining("has no GGUF file for 'Q2_K'; it has [m-Q8_0.gguf, m-Q4_K_M.gguf]");
        }
    }

    @Test
    void the_token_stays_with_its_host() throws IOException {
        try (FaultyServer other = new FaultyServer((n, request) -> FaultyServer.honest(MODEL, request));
                FaultyServer hub = new FaultyServer((n, request) -> request.path().startsWith("api/")
                        ? json("[{\"path\": \"m.gguf\", \"size\": 18}]")
                        : new FaultyServer.Answer(
                                "HTTP/1.1 302 Found\nLocation: " + other.address("blob") + "\nContent-Length: 0",
                                new byte[0]))) {
            files(hub).retrieve("hf.co/me/m", true, false);
            assertThat(hub.requests().getLast().header("Authorization")).isEqualTo("Bearer secret");
            assertThat(other.requests().getLast().header("Authorization")).isEmpty();
        }
    }

    @Test
    void verification_tells_what_differs() throws IOException {
        try (FaultyServer server = catalogue()) {
            files(server).retrieve("foo", true, false);
            Files.write(folder.resolve("mine.gguf"), MODEL);
            assertThat(files(server).verify(java.util.List.of()))
                    .containsEntry("foo.gguf", "ok")
                    .containsEntry("mine.gguf", "not in the catalogue");
            Files.write(folder.resolve("foo.gguf"), "not really a modeX".getBytes(StandardCharsets.UTF_8));
            assertThat(files(server).verify(java.util.List.of("foo.gguf")).get("foo.gguf"))
                    .startsWith("WRONG: Expected MD5 hash of");
        }
    }
}
