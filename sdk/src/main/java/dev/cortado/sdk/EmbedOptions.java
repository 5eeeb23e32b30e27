package dev.cortado.sdk;

import java.util.List;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * How texts are embedded. The defaults are those of Embed4All.
 *
 * @param prefix task that the model is told, e.g. {@code search_query}; null = the document prefix of a known model
 * @param dimensionality length of the vectors; null = the model's own
 * @param longTextMode what happens to texts longer than the model reads at once: {@code mean} of their chunks, or
 *     {@code truncate}
 * @param atlas refuse texts of more than 8,192 tokens (or cut them, when truncating)
 * @param cancelCallback asked once before anything is computed, with the token counts of the batches and the backend's
 *     name; true cancels
 * @param progress hears how many texts of one call are done
 */
public record EmbedOptions(
        @Nullable String prefix,
        @Nullable Integer dimensionality,
        String longTextMode,
        boolean atlas,
        @Nullable BiPredicate<List<Integer>, String> cancelCallback,
        @Nullable Progress progress) {

    /** Hears how far a call is. */
    @FunctionalInterface
    public interface Progress {
        /** {@code done} of {@code total} texts are embedded. */
        void embedded(int done, int total);
    }

    public static final EmbedOptions DEFAULT = new EmbedOptions(null, null, "mean", false, null, null);

    public EmbedOptions withPrefix(@Nullable String prefix) {
        return new EmbedOptions(prefix, dimensionality, longTextMode, atlas, cancelCallback, progress);
    }

    public EmbedOptions withDimensionality(@Nullable Integer dimensionality) {
        return new EmbedOptions(prefix, dimensionality, longTextMode, atlas, cancelCallback, progress);
    }

    public EmbedOptions withLongTextMode(String longTextMode) {
        return new EmbedOptions(prefix, dimensionality, longTextMode, atlas, cancelCallback, progress);
    }

    public EmbedOptions withAtlas(boolean atlas) {
        return new EmbedOptions(prefix, dimensionality, longTextMode, atlas, cancelCallback, progress);
    }

    public EmbedOptions withCancelCallback(@Nullable BiPredicate<List<Integer>, String> cancelCallback) {
        return new EmbedOptions(prefix, dimensionality, longTextMode, atlas, cancelCallback, progress);
    }

    public EmbedOptions withProgress(@Nullable Progress progress) {
        return new EmbedOptions(prefix, dimensionality, longTextMode, atlas, cancelCallback, progress);
    }
}
