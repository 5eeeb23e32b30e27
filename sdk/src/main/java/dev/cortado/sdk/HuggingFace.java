package dev.cortado.sdk;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * GGUF files of repositories on the Hugging Face hub.
 *
 * @param sources address and token of the hub
 * @param folder where files go
 * @param listener hears the downloads
 */
record HuggingFace(Sources sources, Path folder, DownloadListener listener) {
    private static final Pattern REFERENCE =
            Pattern.compile("(?:https?://)?(?:hf\\.co|huggingface\\.co)/([\\w.-]+/[\\w.-]+)(?::([\\w.-]+))?");
    private static final Pattern PART = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");
    private static final List<String> PREFERRED = List.of("Q4_K_M", "Q4_0", "Q4_K_S", "Q5_K_M", "Q8_0", "F16");

    /**
     * A model on the hub.
     *
     * @param repository {@code owner/name}
     * @param quant part of the wanted file's name, e.g. {@code Q4_K_M}; empty = the best choice
     */
    record Reference(String repository, String quant) {}

    private record Entry(String path, long size, @Nullable String sha256) {
        String fileName() {
            return path.substring(path.lastIndexOf('/') + 1);
        }

        boolean matches(String quant) {
            return fileName().toLowerCase(Locale.ROOT).contains(quant.toLowerCase(Locale.ROOT));
        }
    }

    /** Reads {@code hf.co/OWNER/REPOSITORY[:QUANT]}; null for anything else. */
    static @Nullable Reference reference(String name) {
        Matcher matcher = REFERENCE.matcher(name);
        if (!matcher.matches()) {
            return null;
        }
        String quant = matcher.group(2);
        return new Reference(matcher.group(1), quant == null ? "" : quant);
    }

    /** The model's file, or the first of its parts. */
    Path retrieve(Reference reference, boolean allowDownload) throws IOException {
        if (!allowDownload) {
            throw new NoSuchFileException(
                    "hf.co/%s is only known to the hub: give the file's name, or allow downloads"
                            .formatted(reference.repository()));
        }
        List<Entry> entries = list(reference);
        List<Entry> files = parts(choose(reference, entries), entries);
        for (Entry entry : files) {
            Path file = ModelFiles.inFolder(folder, entry.fileName());
            if (!Files.exists(file) || Files.size(file) != entry.size()) {
                new Download(address(reference, entry), file, entry.size(), null, entry.sha256(), authorization())
                        .run(listener);
            }
        }
        return folder.resolve(files.getFirst().fileName());
    }

    private List<Entry> list(Reference reference) throws IOException {
        URI address = sources.huggingFace().resolve("/api/models/" + reference.repository() + "/tree/main?recursive=true");
        HttpURLConnection connection = Http.get(address, Map.of(), authorization());
        if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
            throw Http.failure(connection);
        }
        List<Entry> entries = new ArrayList<>();
        try (InputStream in = connection.getInputStream()) {
            for (JsonNode node : new ObjectMapper().readTree(in)) {
                String path = node.path("path").asText();
                if (path.endsWith(".gguf")) {
                    String sha256 = node.path("lfs").path("oid").asText("");
                    entries.add(new Entry(path, node.path("size").asLong(), sha256.isEmpty() ? null : sha256));
                }
            }
        }
        return entries;
    }

    private static Entry choose(Reference reference, List<Entry> entries) {
        List<String> wanted = reference.quant().isEmpty() ? PREFERRED : List.of(reference.quant());
        for (String quant : wanted) {
            for (Entry entry : entries) {
                if (entry.matches(quant)) {
                    return entry;
                }
            }
        }
        if (reference.quant().isEmpty() && !entries.isEmpty()) {
            return entries.getFirst();
        }
        throw new IllegalArgumentException("hf.co/%s has no GGUF file%s; it has %s"
                .formatted(
                        reference.repository(),
                        reference.quant().isEmpty() ? "" : " for '" + reference.quant() + "'",
                        entries.stream().map(Entry::fileName).toList()));
    }

    private static List<Entry> parts(Entry chosen, List<Entry> entries) {
        Matcher matcher = PART.matcher(chosen.path());
        if (!matcher.matches()) {
            return List.of(chosen);
        }
        String stem = matcher.group(1);
        return entries.stream()
                .filter(entry -> PART.matcher(entry.path()).matches() && entry.path().startsWith(stem + "-"))
                .sorted(Comparator.comparing(Entry::path))
                .toList();
    }

    private URI address(Reference reference, Entry entry) {
        return sources.huggingFace().resolve("/" + reference.repository() + "/resolve/main/" + entry.path());
    }

    private String authorization() {
        return sources.token().isEmpty() ? "" : "Bearer " + sources.token();
    }
}
