package dev.cortado.kernels.vulkan;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.LoggerFactory;

/**
 * A device's compiled pipelines in a file, so that the next run need not compile them again. A checksum goes before
 * what the driver gave, for not every driver survives a damaged cache. Whatever is wrong with the file costs the time
 * of compiling and nothing else.
 *
 * @param path the file; it and its folder need not exist
 */
record PipelineFile(Path path) {
    private static final int LARGEST = 64 << 20;
    private static final int CHECKSUM = Long.BYTES;

    /** What {@link #write} wrote last. */
    Optional<byte[]> read() {
        try {
            if (!Files.isRegularFile(path) || Files.size(path) <= CHECKSUM || Files.size(path) > LARGEST) {
                return Optional.empty();
            }
            ByteBuffer file = ByteBuffer.wrap(Files.readAllBytes(path));
            long checksum = file.getLong();
            byte[] data = new byte[file.remaining()];
            file.get(data);
            return checksum == checksum(data) ? Optional.of(data) : Optional.empty();
        } catch (IOException e) {
            LoggerFactory.getLogger(PipelineFile.class).debug("the pipelines in {} are not used", path, e);
            return Optional.empty();
        }
    }

    /** Replaces the file at once, so that another process reads the old pipelines or the new ones. */
    void write(byte[] data) {
        try {
            Path folder = Files.createDirectories(path.toAbsolutePath().getParent());
            Path next = Files.createTempFile(folder, "pipelines", ".part");
            try {
                ByteBuffer file = ByteBuffer.allocate(CHECKSUM + data.length);
                Files.write(next, file.putLong(checksum(data)).put(data).array());
                Files.move(next, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(next);
            }
        } catch (IOException e) {
            LoggerFactory.getLogger(PipelineFile.class).debug("the pipelines are not kept in {}", path, e);
        }
    }

    private static long checksum(byte[] data) {
        CRC32C checksum = new CRC32C();
        checksum.update(data);
        return checksum.getValue();
    }
}
