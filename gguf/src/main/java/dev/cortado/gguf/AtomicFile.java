package dev.cortado.gguf;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A file that appears under its name only when it is complete: written beside it under a temporary name, forced to the
 * disk, then renamed. Closed before {@link #publish()}, it leaves nothing behind.
 */
public final class AtomicFile implements AutoCloseable {
    private final Path target;
    private final Path temporary;
    private final FileChannel channel;

    /** Begins a file beside {@code target}. */
    public AtomicFile(Path target) throws IOException {
        this.target = target.toAbsolutePath();
        this.temporary = this.target.resolveSibling("%s.%016x.part"
                .formatted(target.getFileName(), ThreadLocalRandom.current().nextLong()));
        this.channel = FileChannel.open(temporary, StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
    }

    /** Where its bytes go. */
    public FileChannel channel() {
        return channel;
    }

    /** Makes sure that everything written is on the disk. */
    void complete() throws IOException {
        channel.force(true);
        channel.close();
    }

    /** Gives the file its name, in place of a file that may have it. */
    public void publish() throws IOException {
        if (channel.isOpen()) {
            complete();
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            Files.deleteIfExists(temporary);
        }
    }
}
