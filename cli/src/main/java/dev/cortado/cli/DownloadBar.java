package dev.cortado.cli;

import dev.cortado.sdk.DownloadListener;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A bar per phase of a download; notes stand above it. */
final class DownloadBar implements DownloadListener, AutoCloseable {
    private final boolean quiet;
    private @Nullable Progress bar = null;
    private @Nullable String current = null;

    DownloadBar(boolean quiet) {
        this.quiet = quiet;
    }

    @Override
    public void note(String line) {
        close();
        System.err.println(line.strip());
    }

    @Override
    public void progress(Phase phase, Path file, long done, long total) {
        String label = (phase == Phase.DOWNLOADING ? "Downloading " : "Verifying ") + file.getFileName();
        if (bar == null || !label.equals(current)) {
            close();
            bar = Progress.counting(label, Progress.Unit.BYTES, quiet);
            current = label;
        }
        bar.update(done, total);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
