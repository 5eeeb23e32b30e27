package dev.cortado.sdk;

import java.nio.file.Path;

/** Hears how the search for a model and its download go on. */
public interface DownloadListener {
    /** What is being done. */
    enum Phase {
        DOWNLOADING,
        VERIFYING
    }

    /** Something worth telling happened: a file was found, a download resumed or finished. */
    default void note(String line) {}

    /**
     * Bytes were received or verified.
     *
     * @param done bytes of the whole file so far
     * @param total bytes of the whole file, 0 if unknown
     */
    default void progress(Phase phase, Path file, long done, long total) {}

    /** Nothing is told. */
    DownloadListener SILENT = new DownloadListener() {};

    /** Notes go to standard error. */
    DownloadListener STANDARD_ERROR = new DownloadListener() {
        @Override
        public void note(String line) {
            System.err.println(line);
        }
    };
}
