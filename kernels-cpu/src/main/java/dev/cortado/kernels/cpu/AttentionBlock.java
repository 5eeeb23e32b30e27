package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Segment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A block of queries against a range of keys, tile by tile, with a running softmax (Milakov and Gimelshein 2018; Dao et
 * al. 2022). Rows of the block: query x head of the group. One instance a thread, reused.
 */
final class AttentionBlock {
    private static final int TILE = KvStore.PAGE;

    private @Nullable Attention attention;
    private @Nullable Segment segment;
    private @Nullable KvStore keys;
    private @Nullable KvStore values;
    private @Nullable Tile tile;
    private @Nullable Exponentials exponentials;
    private float[] slopes = {};
    private int keyColumns;
    private int kvHead;
    private int query;
    private int group;
    private int rows;
    private int valueStrips;

    private final float[] sums = new float[Exponentials.COLUMNS];
    private float[] queryRows = {};
    private float[] keyTile = {};
    private float[] valueTile = {};
    private float[] scores = {};

    void begin(
            Attention attention,
            float[] slopes,
            Segment segment,
            int layer,
            int kvHead,
            int query,
            int queries,
            Tile tile,
            Exponentials exponentials) {
        CpuKvCache cache = CpuKvCache.of(segment.cache());
        this.attention = attention;
        this.slopes = slopes;
        this.segment = segment;
        this.tile = tile;
        this.exponentials = exponentials;
        this.kvHead = kvHead;
        this.query = query;
        keys = cache.keys(layer);
        values = cache.values(layer);
        keyColumns = cache.shape().keyWidths()[layer];
        group = attention.heads() / attention.kvHeads();
        rows = queries * group;
        valueStrips = Tile.strips(attention.valueWidth());
    }

    /**
     * Attends to cache slots first to last. Writes to partial[at...]: weighted values [rows x valueStrips * 16], maximum
     * of the scores [rows], sum of their exponentials [rows].
     */
    void compute(CpuActivations q, int first, int last, Buffers buffers, float[] partial, int at) {
        int keyWidth = attention().keyWidth();
        queryRows = buffers.floats(Buffers.Use.QUERIES, rows * keyWidth);
        keyTile = buffers.floats(Buffers.Use.KEYS, TILE * keyWidth);
        valueTile = buffers.floats(Buffers.Use.VALUES, TILE * valueStrips * Tile.STRIP);
        scores = buffers.floats(Buffers.Use.SCORES, rows * TILE);
        int weighted = rows * valueStrips * Tile.STRIP;
        Arrays.fill(partial, at, at + weighted, 0);
        Arrays.fill(partial, at + weighted, at + weighted + rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(partial, at + weighted + rows, at + weighted + 2 * rows, 0);
        if (first > last) {
            return; // a later split, for a query that does not see so far
        }
        scaleQueries(q);
        for (int page = first / TILE; page <= last / TILE; page++) {
            int from = Math.max(first, page * TILE);
            int to = Math.min(last, page * TILE + TILE - 1);
            attend(page, from - page * TILE, to - page * TILE, buffers, partial, at);
        }
    }

    private void scaleQueries(CpuActivations q) {
        int width = attention().keyWidth();
        float scale = attention().scale();
        float[] source = q.data;
        for (int row = 0; row < rows; row++) {
            int from = q.at(segment().row() + query + row / group) + (kvHead * group + row % group) * width;
            int to = row * width;
            for (int c = 0; c < width; c++) {
                queryRows[to + c] = source[from + c] * scale;
            }
        }
    }

    /** Slots from to to of one page. */
    private void attend(int page, int from, int to, Buffers buffers, float[] partial, int at) {
        int firstStrip = from / Tile.STRIP;
        int strips = to / Tile.STRIP - firstStrip + 1;
        int columns = strips * Tile.STRIP;
        int keyWidth = attention().keyWidth();
        loadKeys(page, firstStrip, strips);
        loadValues(page, from, to, firstStrip, buffers);
        for (int row = 0; row < rows; row++) {
            Arrays.fill(scores, row * TILE, row * TILE + columns, 0);
        }
        int gap = keyWidth * Tile.STRIP;
        tile().add(keyTile, 0, gap, strips, queryRows, 0, keyWidth, rows, keyWidth, scores, 0, TILE);
        int slot = page * TILE + firstStrip * Tile.STRIP;
        for (int row = 0; row < rows; row++) {
            softmax(row, slot, columns, partial, at);
        }
        int offset = from - firstStrip * Tile.STRIP;
        int width = valueStrips * Tile.STRIP;
        int first = from * Tile.STRIP;
        gap = TILE * Tile.STRIP;
        tile().add(valueTile, first, gap, valueStrips, scores, offset, TILE, rows, to - from + 1, partial, at, width);
    }

    /** Keys of the head as [strip][column][key % 16]. */
    private void loadKeys(int page, int firstStrip, int strips) {
        int length = attention().keyWidth() * Tile.STRIP;
        for (int strip = 0; strip < strips; strip++) {
            int line = (firstStrip + strip) * keyColumns + kvHead * attention().keyWidth();
            keys().load(page, line * Tile.STRIP, keyTile, strip * length, length);
        }
    }

    /** Values of the head as [column / 16][slot][column % 16]. */
    private void loadValues(int page, int from, int to, int firstStrip, Buffers buffers) {
        if (values == null) {
            transposeKeys(from, to, firstStrip);
            return;
        }
        int width = attention().valueWidth();
        int column = kvHead * width;
        if (column % Tile.STRIP == 0) {
            loadStrips(values, page, column / Tile.STRIP, valueStrips, from, to, valueTile);
            return;
        }
        // A head that does not begin at a strip: load the strips it touches and move its columns to the front.
        int first = column / Tile.STRIP;
        int strips = (column + width - 1) / Tile.STRIP - first + 1;
        float[] touched = buffers.floats(Buffers.Use.UNALIGNED_VALUES, strips * TILE * Tile.STRIP);
        loadStrips(values, page, first, strips, from, to, touched);
        for (int c = 0; c < width; c++) {
            int source = column - first * Tile.STRIP + c;
            for (int slot = from; slot <= to; slot++) {
                valueTile[valueIndex(c, slot)] = touched[valueIndex(source, slot)];
            }
        }
    }

    private static void loadStrips(KvStore store, int page, int first, int strips, int from, int to, float[] out) {
        for (int strip = 0; strip < strips; strip++) {
            int source = ((first + strip) * TILE + from) * Tile.STRIP;
            store.load(page, source, out, (strip * TILE + from) * Tile.STRIP, (to - from + 1) * Tile.STRIP);
        }
    }

    private static int valueIndex(int column, int slot) {
        return (column / Tile.STRIP * TILE + slot) * Tile.STRIP + column % Tile.STRIP;
    }

    /** MLA: the values are the first columns of the keys. */
    private void transposeKeys(int from, int to, int firstStrip) {
        int keyWidth = attention().keyWidth();
        for (int slot = from; slot <= to; slot++) {
            int source = (slot / Tile.STRIP - firstStrip) * keyWidth * Tile.STRIP + slot % Tile.STRIP;
            for (int c = 0; c < attention().valueWidth(); c++) {
                valueTile[valueIndex(c, slot)] = keyTile[source + c * Tile.STRIP];
            }
        }
    }

    /** Turns a row of scores, whose column 0 is cache slot {@code slot}, into weights relative to the new maximum. */
    private void softmax(int row, int slot, int columns, float[] partial, int at) {
        int position = query + row / group;
        int from = Math.max(0, AttentionTask.firstKey(attention(), segment(), position) - slot);
        int to = Math.min(columns - 1, AttentionTask.lastKey(attention(), segment(), position) - slot);
        int scoresAt = row * TILE;
        if (to < from) {
            Arrays.fill(scores, scoresAt, scoresAt + columns, 0);
            return;
        }
        adjust(row, slot, scoresAt, columns);
        Arrays.fill(scores, scoresAt, scoresAt + from, Float.NEGATIVE_INFINITY);
        Arrays.fill(scores, scoresAt + to + 1, scoresAt + columns, Float.NEGATIVE_INFINITY);
        int width = valueStrips * Tile.STRIP;
        int maximumAt = at + rows * width + row;
        int sumAt = maximumAt + rows;
        float before = partial[maximumAt];
        exponentials().maxima(scores, scoresAt, columns, sums);
        float maximum = Math.max(before, Exponentials.maximum(sums));
        exponentials().exponentials(scores, scoresAt, columns, maximum, sums);
        float sum = Exponentials.sum(sums);
        if (maximum != before) {
            float factor = PlainExponentials.exp(before - maximum);
            int first = at + row * width;
            for (int c = first; c < first + width; c++) {
                partial[c] *= factor;
            }
            partial[sumAt] *= factor;
            partial[maximumAt] = maximum;
        }
        partial[sumAt] += sum;
    }

    /** Soft-cap and ALiBi, where the model has them. */
    private void adjust(int row, int slot, int scoresAt, int columns) {
        float cap = attention().softCap();
        if (cap != 0) {
            SoftCap.apply(scores, scoresAt, columns, cap, exponentials());
        }
        if (attention().maxAlibiBias() != 0) {
            float slope = slopes[kvHead * group + row % group];
            int position = segment().base() + segment().position() + query + row / group;
            for (int c = 0; c < columns; c++) {
                scores[scoresAt + c] -= slope * Math.abs(position - slot - c);
            }
        }
    }

    private Attention attention() {
        return begun(attention);
    }

    private Segment segment() {
        return begun(segment);
    }

    private KvStore keys() {
        return begun(keys);
    }

    private Tile tile() {
        return begun(tile);
    }

    private Exponentials exponentials() {
        return begun(exponentials);
    }

    private static <T> T begun(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("no block was begun");
        }
        return value;
    }
}
