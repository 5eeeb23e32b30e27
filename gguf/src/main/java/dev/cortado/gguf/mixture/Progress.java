package dev.cortado.gguf.mixture;

/** Counts weights written. */
final class Progress {
    private final long total;
    private final QuantizationListener listener;
    private long done;

    Progress(long total, QuantizationListener listener) {
        this.total = total;
        this.listener = listener;
    }

    void add(long weights) {
        done += weights;
        listener.progress(done, total);
    }
}
