package dev.cortado.cli;

import java.io.PrintStream;
import java.util.Locale;

/**
 * A bar on standard error with percentage, rate and remaining time, redrawn at most ten times a second. Nothing appears
 * when standard error is no terminal, or for work that ends within half a second.
 */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 24;
    private static final long REDRAW = 100_000_000;
    private static final long PATIENCE = 500_000_000;

    private final String label;
    private final boolean visible;
    private final Unit unit;
    private final PrintStream out;
    private final long began = System.nanoTime();
    private long offset = -1;
    private long drawn = began + PATIENCE - REDRAW;
    private boolean shown = false;

    /** What is counted. */
    enum Unit {
        NONE,
        BYTES,
        TOKENS,
        TEXTS
    }

    Progress(String label, Unit unit, boolean visible, PrintStream out) {
        this.label = label;
        this.unit = unit;
        this.visible = visible;
        this.out = out;
    }

    /** A bar without a rate. */
    static Progress bar(String label, boolean quiet) {
        return new Progress(label, Unit.NONE, !quiet && terminal(), System.err);
    }

    /** A bar that tells how many units pass per second. */
    static Progress counting(String label, Unit unit, boolean quiet) {
        return new Progress(label, unit, !quiet && terminal(), System.err);
    }

    /** Whether standard error is a terminal; the launcher knows. */
    static boolean terminal() {
        return Boolean.getBoolean("cortado.progress");
    }

    /** @param total 0 if unknown */
    synchronized void update(long done, long total) {
        if (!visible) {
            return;
        }
        if (offset < 0) {
            offset = done; // what was there before, of a resumed download, says nothing about the rate
        }
        long now = System.nanoTime();
        if (now - drawn < REDRAW && !(shown && done == total)) {
            return;
        }
        drawn = now;
        shown = true;
        out.print("\r\u001b[K" + line(done, total, now - began));
        out.flush();
    }

    /** The text of the bar. */
    String line(long done, long total, long nanos) {
        double seconds = nanos / 1e9;
        double rate = (done - Math.max(0, offset)) / Math.max(seconds, 1e-3);
        StringBuilder line = new StringBuilder(label).append(' ');
        if (total > 0) {
            int filled = (int) (WIDTH * done / total);
            line.append("█".repeat(filled)).append("░".repeat(WIDTH - filled));
            line.append(String.format(Locale.ROOT, " %3d %%", 100 * done / total));
        }
        switch (unit) {
            case NONE -> {}
            case BYTES -> line.append(String.format(Locale.ROOT, "  %s  %s/s", bytes(done), bytes((long) rate)));
            case TOKENS -> line.append(String.format(Locale.ROOT, "  %,d tokens  %.0f/s", done, rate));
            case TEXTS -> line.append(String.format(Locale.ROOT, "  %,d texts  %.0f/s", done, rate));
        }
        if (total > done && rate > 0) {
            line.append("  ").append(time((long) ((total - done) / rate))).append(" left");
        }
        return line.toString();
    }

    static String bytes(long bytes) {
        if (bytes < 1 << 10) {
            return bytes + " B";
        }
        int unit = (63 - Long.numberOfLeadingZeros(bytes)) / 10;
        return String.format(Locale.ROOT, "%.1f %ciB", bytes / (double) (1L << 10 * unit), " KMGTPE".charAt(unit));
    }

    private static String time(long seconds) {
        return seconds < 60
                ? seconds + " s"
                : seconds < 3600
                        ? String.format(Locale.ROOT, "%d:%02d min", seconds / 60, seconds % 60)
                        : String.format(Locale.ROOT, "%d:%02d h", seconds / 3600, seconds / 60 % 60);
    }

    /** Removes the bar. */
    @Override
    public synchronized void close() {
        if (shown) {
            out.print("\r\u001b[K");
            out.flush();
        }
    }
}
