package dev.cortado.sdk;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder of models and the places they come from.
 *
 * <p>A name is a file name of the catalogue ({@code .gguf} may be left out), a path, {@code hf.co/OWNER/REPOSITORY[:QUANT]},
 * or an HTTP address.
 */
public final class ModelFiles {
    private final Path folder;
    private final Sources sources;
    private final DownloadListener listener;

    /** A folder, filled from the public sources; notes go to standard error. */
    public ModelFiles(Path folder) {
        this(folder, Sources.ofEnvironment(System.getenv()), DownloadListener.STANDARD_ERROR);
    }

    public ModelFiles(Path folder, Sources sources, DownloadListener listener) {
        this.folder = folder;
        this.sources = sources;
        this.listener = listener;
    }

    /** {@code CORTADO_MODELS}, else {@code ~/.cache/gpt4all}. */
    public static Path defaultFolder() {
        String named = System.getenv().getOrDefault("CORTADO_MODELS", "");
        return named.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache", "gpt4all") : Path.of(named);
    }

    /** The folder. */
    public Path folder() {
        return folder;
    }

    /**
     * The catalogue as it is now.
     *
     * @throws IllegalArgumentException if the server refuses
     */
    public List<Map<String, Object>> listModels() throws IOException {
        return new Catalogue(sources, folder).fetch();
    }

    /** Whether a model with this file name, of which {@code .gguf} may be left out, is in the folder. */
    public boolean has(String modelName) {
        return Files.exists(folder.resolve(withExtension(modelName)));
    }

    /**
     * Finds a model, or downloads it.
     *
     * @return the catalogue's entry if there is one, and the file's {@code path}
     * @throws NoSuchFileException if it, or the folder, is not there
     * @throws IllegalArgumentException if the download is refused or is not what it should be
     */
    public Map<String, Object> retrieve(String modelName, boolean allowDownload, boolean verbose) throws IOException {
        HuggingFace.Reference reference = HuggingFace.reference(modelName);
        if (reference != null) {
            ensureFolder();
            return Map.of("path", huggingFace().retrieve(reference, allowDownload).toString());
        }
        if (modelName.startsWith("http://") || modelName.startsWith("https://")) {
            return retrieveAddress(URI.create(modelName), allowDownload, verbose);
        }
        String fileName = withExtension(modelName);
        Map<String, Object> config = new LinkedHashMap<>();
        ensureFolder();
        Path file = folder.resolve(fileName);
        boolean there = Files.exists(file);
        if (allowDownload) {
            entry(fileName, there).ifPresent(config::putAll);
        }
        if (there) {
            if (verbose) {
                listener.note("Found model file at '%s'".formatted(file));
            }
        } else if (allowDownload) {
            download(fileName, text(config, "url"), size(config), text(config, "md5sum"), text(config, "sha256sum"));
        } else {
            throw new NoSuchFileException("Model file does not exist: '%s'".formatted(file));
        }
        config.put("path", file.toString());
        return config;
    }

    private void ensureFolder() throws IOException {
        if (folder.equals(defaultFolder())) {
            try {
                Files.createDirectories(folder);
            } catch (IOException e) {
                throw new IllegalStateException("Failed to create model download directory", e);
            }
        } else if (!Files.isDirectory(folder)) {
            throw new NoSuchFileException("Model directory does not exist: '%s'".formatted(folder));
        }
    }

    /** The catalogue's entry; for a model that is already there no network is needed. */
    private Optional<Map<String, Object>> entry(String fileName, boolean there) throws IOException {
        Catalogue catalogue = new Catalogue(sources, folder);
        if (there) {
            Optional<List<Map<String, Object>>> kept = catalogue.kept();
            if (kept.isPresent()) {
                return find(kept.get(), fileName);
            }
        }
        try {
            return find(catalogue.fetch(), fileName);
        } catch (IOException | IllegalArgumentException e) {
            if (there) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static Optional<Map<String, Object>> find(List<Map<String, Object>> models, String fileName) {
        return models.stream().filter(m -> fileName.equals(m.get("filename"))).findFirst();
    }

    private HuggingFace huggingFace() {
        return new HuggingFace(sources, folder, listener);
    }

    private Map<String, Object> retrieveAddress(URI address, boolean allowDownload, boolean verbose)
            throws IOException {
        String path = String.valueOf(address.getPath());
        String fileName = withExtension(path.substring(path.lastIndexOf('/') + 1));
        ensureFolder();
        Path file = inFolder(folder, fileName);
        if (!Files.exists(file)) {
            if (!allowDownload) {
                throw new NoSuchFileException("Model file does not exist: '%s'".formatted(file));
            }
            download(fileName, address.toString(), 0, null, null);
        } else if (verbose) {
            listener.note("Found model file at '%s'".formatted(file));
        }
        return Map.of("path", file.toString());
    }

    /**
     * Downloads a file into the folder.
     *
     * @param url its address, or null for the catalogue's place for models
     * @param size expected bytes, 0 if unknown
     * @param md5 expected, or null
     * @param sha256 expected, or null
     * @throws IllegalArgumentException for a file name that leaves the folder, a refusal, or other content than expected
     */
    public Path download(
            String fileName, @Nullable String url, long size, @Nullable String md5, @Nullable String sha256)
            throws IOException {
        Path file = inFolder(folder, fileName);
        URI address = url == null ? sources.files().resolve(fileName) : URI.create(url);
        return new Download(address, file, size, md5, sha256, "").run(listener);
    }

    /**
     * Compares models in the folder with the catalogue's checksums.
     *
     * @param names file names, or none for all
     * @return per file {@code ok}, {@code not in the catalogue}, or {@code WRONG: } and what differs
     */
    public Map<String, String> verify(List<String> names) throws IOException {
        Catalogue catalogue = new Catalogue(sources, folder);
        List<Map<String, Object>> models =
                catalogue.kept().isPresent() ? catalogue.kept().get() : catalogue.fetch();
        Map<String, String> results = new TreeMap<>();
        for (String name : names.isEmpty() ? present() : names) {
            Optional<Map<String, Object>> entry = find(models, name);
            results.put(name, entry.isEmpty() ? "not in the catalogue" : compare(inFolder(folder, name), entry.get()));
        }
        return results;
    }

    private List<String> present() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".gguf") || name.endsWith(".bin"))
                    .toList();
        }
    }

    private String compare(Path file, Map<String, Object> entry) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            long expected = size(entry);
            if (expected > 0 && channel.size() != expected) {
                return "WRONG: %d bytes, expected %d".formatted(channel.size(), expected);
            }
            Checksums.verify(channel, file, text(entry, "md5sum"), text(entry, "sha256sum"), listener);
            return "ok";
        } catch (IllegalArgumentException e) {
            return "WRONG: " + e.getMessage();
        }
    }

    /**
     * Removes a model, and what a download of it has left.
     *
     * @throws NoSuchFileException if it is not there
     */
    public void remove(String name) throws IOException {
        Path file = inFolder(folder, name);
        boolean part = Files.deleteIfExists(inFolder(folder, name + ".part"));
        if (!Files.deleteIfExists(file) && !part) {
            throw new NoSuchFileException("Model file does not exist: '%s'".formatted(file));
        }
    }

    /** The file of that name in the folder; a name from outside must not lead anywhere else. */
    static Path inFolder(Path folder, String fileName) {
        if (fileName.isEmpty()
                || fileName.equals(".")
                || fileName.equals("..")
                || fileName.chars().anyMatch(c -> c == '/' || c == '\\' || c == ':' || c < ' ')) {
            throw new IllegalArgumentException("'%s' is not a plain file name".formatted(fileName));
        }
        return folder.resolve(fileName);
    }

    /** GPT4All's rule: {@code .gguf} is added unless the name ends with {@code .bin} or {@code .gguf}. */
    static String withExtension(String name) {
        return name.endsWith(".bin") || name.endsWith(".gguf") ? name : name + ".gguf";
    }

    private static @Nullable String text(Map<String, Object> entry, String key) {
        return entry.get(key) instanceof String text && !text.isEmpty() ? text : null;
    }

    private static long size(Map<String, Object> entry) {
        Object size = entry.get("filesize");
        return size == null ? 0 : Long.parseLong(size.toString());
    }
}
