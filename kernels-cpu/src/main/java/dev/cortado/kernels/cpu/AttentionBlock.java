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
    private static final int PAGE = KvStore.PAGE;

    /** Keys of a tile, whole pages: what a row of scores costs besides its exponentials is paid once for all of them. */
    static final int TILE = 4 * PAGE;

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

    private final float[] columns = new float[Exponentials.COLUMNS];
    private float[] queryRows = {};
    private float[] keyPage = {};
    private float[] valuePage = {};
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
        keyPage = buffers.floats(Buffers.Use.KEYS, PAGE * keyWidth);
        valuePage = buffers.floats(Buffers.Use.VALUES, PAGE * valueStrips * Tile.STRIP);
        scores = buffers.floats(Buffers.Use.SCORES, rows * TILE);
        int weighted = rows * valueStrips * Tile.STRIP;
        Arrays.fill(partial, at, at + weighted, 0);
        Arrays.fill(partial, at + weighted, at + weighted + rows, Float.NEGATIVE_INFINITY);
        Arrays.fill(partial, at + weighted + rows, at + weighted + 2 * rows, 0);
        if (first > last) {
            return; // a later split, for a query that does not see so far
        }
        scaleQueries(q);
        for (int tile = first / PAGE * PAGE; tile <= last; tile += TILE) {
            attend(Math.max(first, tile), Math.min(last, tile + TILE - 1), buffers, partial, at);
        }
    }

    private void scaleQueries(CpuActivations q) {
        int width = attention().keyWidth();
        float scale = attention().scale();
        float[] source = q.data;
        for (int row = 0; row < rows; row++) {
            int from = q.at(segment().row() + query + row / group) + (kvHead * group + row % group) * width;
            System.arraycopy(source, from, queryRows, row * width, width);
        }
        for (int i = 0; i < rows * width; i++) { // apart from the copy, so that C2 vectorises it
            queryRows[i] *= scale;
        }
    }

    /** Slots from to to, all of one tile. Scores begin at the strip of {@code from}. */
    private void attend(int from, int to, Buffers buffers, float[] partial, int at) {
        int origin = from / Tile.STRIP * Tile.STRIP;
        int columns = (to / Tile.STRIP + 1) * Tile.STRIP - origin;
        int keyWidth = attention().keyWidth();
        for (int row = 0; row < rows; row++) {
            Arrays.fill(scores, row * TILE, row * TILE + columns, 0);
        }
        for (int page = from / PAGE; page <= to / PAGE; page++) {
            int begin = Math.max(from, page * PAGE) / Tile.STRIP * Tile.STRIP;
            int strips = (Math.min(to, page * PAGE + PAGE - 1) - begin) / Tile.STRIP + 1;
            loadKeys(page, begin % PAGE / Tile.STRIP, strips);
            int gap = keyWidth * Tile.STRIP;
            int scoresAt = begin - origin;
            tile().add(keyPage, 0, gap, strips, queryRows, 0, keyWidth, rows, keyWidth, scores, scoresAt, TILE);
        }
        for (int row = 0; row < rows; row++) {
            softmax(row, origin, columns, partial, at);
        }
        int width = valueStrips * Tile.STRIP;
        for (int page = from / PAGE; page <= to / PAGE; page++) {
            int begin = Math.max(from, page * PAGE);
            int end = Math.min(to, page * PAGE + PAGE - 1);
            loadValues(page, begin % PAGE, end % PAGE, buffers);
            int slots = end - begin + 1;
            int first = begin % PAGE * Tile.STRIP;
            int gap = PAGE * Tile.STRIP;
            tile().add(valuePage, first, gap, valueStrips, scores, begin - origin, TILE, rows, slots, partial, at, width);
        }
    }

    /** Keys of the head as [strip][column][key % 16]. */
    private void loadKeys(int page, int firstStrip, int strips) {
        int length = attention().keyWidth() * Tile.STRIP;
        for (int strip = 0; strip < strips; strip++) {
            int line = (firstStrip + strip) * keyColumns + kvHead * attention().keyWidth();
            keys().load(page, line * Tile.STRIP, keyPage, strip * length, length);
        }
    }

    /** Values of the head as [column / 16][slot][column % 16]. */
    private void loadValues(int page, int from, int to, Buffers buffers) {
        if (values == null) {
            transposeKeys(page, from, to);
            return;
        }
        int width = attention().valueWidth();
        int column = kvHead * width;
        if (column % Tile.STRIP == 0) {
            loadStrips(values, page, column / Tile.STRIP, valueStrips, from, to, valuePage);
            return;
        }
        // A head that does not begin at a strip: load the strips it touches and move its columns to the front.
        int first = column / Tile.STRIP;
        int strips = (column + width - 1) / Tile.STRIP - first + 1;
        float[] touched = buffers.floats(Buffers.Use.UNALIGNED_VALUES, strips * PAGE * Tile.STRIP);
        loadStrips(values, page, first, strips, from, to, touched);
        for (int c = 0; c < width; c++) {
            int source = column - first * Tile.STRIP + c;
            for (int slot = from; slot <= to; slot++) {
                valuePage[valueIndex(c, slot)] = touched[valueIndex(source, slot)];
            }
        }
    }

    private static void loadStrips(KvStore store, int page, int first, int strips, int from, int to, float[] out) {
        for (int strip = 0; strip < strips; strip++) {
            int source = ((first + strip) * PAGE + from) * Tile.STRIP;
            store.load(page, source, out, (strip * PAGE + from) * Tile.STRIP, (to - from + 1) * Tile.STRIP);
        }
    }

    private static int valueIndex(int column, int slot) {
        return (column / Tile.STRIP * PAGE + slot) * Tile.STRIP + column % Tile.STRIP;
    }

    /** MLA: the values are the first columns of the keys. */
    private void transposeKeys(int page, int from, int to) {
        int keyWidth = attention().keyWidth();
        int firstStrip = from / Tile.STRIP;
        loadKeys(page, firstStrip, to / Tile.STRIP - firstStrip + 1);
        for (int slot = from; slot <= to; slot++) {
            int source = (slot / Tile.STRIP - firstStrip) * keyWidth * Tile.STRIP + slot % Tile.STRIP;
            for (int c = 0; c < attention().valueWidth(); c++) {
                valuePage[valueIndex(c, slot)] = keyPage[source + c * Tile.STRIP];
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
        float maximum = Math.max(before, exponentials().maximum(scores, scoresAt, columns, this.columns));
        float sum = exponentials().exponentials(scores, scoresAt, columns, maximum, this.columns);
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
