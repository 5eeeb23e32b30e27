package dev.cortado.sdk;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cortado.gguf.AtomicFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * GPT4All's list of models. The last list that was fetched is kept in the model folder with its ETag, so an unchanged one
 * is not transferred again and a machine without network still knows its models.
 *
 * @param sources where the list is
 * @param folder where it is kept
 */
record Catalogue(Sources sources, Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String NAME = "models3.json";

    /**
     * The list, fetched now.
     *
     * @throws IllegalArgumentException if the server refuses
     * @throws IOException if it cannot be reached or its answer is no list
     */
    List<Map<String, Object>> fetch() throws IOException {
        Path kept = folder.resolve(NAME);
        Path tag = folder.resolve(NAME + ".etag");
        Map<String, String> headers = new HashMap<>();
        if (Files.exists(kept) && Files.exists(tag)) {
            headers.put("If-None-Match", Files.readString(tag).strip());
        }
        HttpURLConnection connection = Http.get(sources.catalogue(), headers, "");
        int status = connection.getResponseCode();
        if (status == HttpURLConnection.HTTP_NOT_MODIFIED && !headers.isEmpty()) {
            return parse(Files.readAllBytes(kept));
        }
        if (status != HttpURLConnection.HTTP_OK) {
            throw Http.failure(connection);
        }
        byte[] body;
        try (InputStream in = connection.getInputStream()) {
            body = in.readAllBytes();
        }
        List<Map<String, Object>> models = parse(body);
        if (Files.isDirectory(folder) && Files.isWritable(folder)) {
            String etag = connection.getHeaderField("ETag");
            Files.deleteIfExists(tag); // never a new tag beside an old list
            replace(kept, body);
            if (etag != null) {
                replace(tag, etag.getBytes(StandardCharsets.UTF_8));
            }
        }
        return models;
    }

    /** The list that was kept, if there is a readable one. */
    Optional<List<Map<String, Object>>> kept() {
        try {
            return Optional.of(parse(Files.readAllBytes(folder.resolve(NAME))));
        } catch (IOException e) {
            return Optional.empty(); // never fetched, or damaged: the next fetch replaces it
        }
    }

    private List<Map<String, Object>> parse(byte[] body) throws IOException {
        try {
            return JSON.readValue(body, new TypeReference<>() {});
        } catch (JacksonException e) {
            throw new IOException("%s is not a list of models: %s".formatted(sources.catalogue(), e.getOriginalMessage()), e);
        }
    }

    private static void replace(Path file, byte[] content) throws IOException {
        try (AtomicFile target = new AtomicFile(file)) {
            target.channel().write(ByteBuffer.wrap(content));
            target.publish();
        }
    }
}
