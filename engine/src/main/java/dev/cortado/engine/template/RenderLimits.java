package dev.cortado.engine.template;

import java.time.Duration;

/**
 * What one render may use before it fails with kind {@code LimitError}. Templates come out of downloaded files, so
 * they are untrusted programs.
 *
 * @param output characters of output
 * @param data characters (or eight per list element) of intermediate values, charged before they are made
 * @param steps statements, loop turns, calls and elements visited
 * @param depth nesting of loops, macro calls and values
 * @param time wall-clock time
 */
public record RenderLimits(int output, long data, long steps, int depth, Duration time) {
    public static final RenderLimits DEFAULT =
            new RenderLimits(16 << 20, 64L << 20, 5_000_000, 200, Duration.ofSeconds(5));
}
