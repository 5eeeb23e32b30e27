package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Segment;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A block of queries against a range of keys, tile by tile, with a running softmax (Milakov and Gimelshein 2018; Dao et
 * al. 2022). Rows of the block: key/value head x query x head of the group. One instance a thread, reused.
 */
final class AttentionBlock {
    private static final int PAGE = KvStore.PAGE;

    /** Keys of a tile, whole pages: what a row of scores costs besides its exponentials is paid once for all of them. */
    static final int TILE = 4 * PAGE;

    /** Rows that share a key, at most, for which its halves are multiplied as they are and not turned into a panel. */
    private static final int FEW_ROWS = 6;

    private @Nullable Attention attention;
    private @Nullable Segment segment;
    private @Nullable KvStore keys;
    private @Nullable KvStore values;
    private @Nullable Tile tile;
    private @Nullable Halves halves;
    private @Nullable Exponentials exponentials;
    private float[] slopes = {};
    private int kvHead;
    private int kvHeads;
    private int query;
    private int group;
    /** Rows of one key/value head. */
    private int rowsOfHead;

    private int rows;
    private int valueStrips;

    private final float[] columns = new float[Exponentials.COLUMNS];
    private float[] queryRows = {};
    private float[] keyPage = {};
    private float[] valuePage = {};
    private float[] scores = {};

    /** Turns to key/value heads {@code kvHead} to {@code kvHead + kvHeads}. */
    void begin(
            Attention attention,
            float[] slopes,
            Segment segment,
            int layer,
            int kvHead,
            int kvHeads,
            int query,
            int queries,
            FloatKernels kernels) {
        CpuKvCache cache = CpuKvCache.of(segment.cache());
        this.attention = attention;
        this.slopes = slopes;
        this.segment = segment;
        tile = kernels.tile();
        halves = kernels.halves();
        exponentials = kernels.exponentials();
        this.kvHead = kvHead;
        this.kvHeads = kvHeads;
        this.query = query;
        keys = cache.keys(layer);
        values = cache.values(layer);
        group = attention.heads() / attention.kvHeads();
        rowsOfHead = queries * group;
        rows = kvHeads * rowsOfHead;
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
            int from = q.at(segment().row() + query(row)) + head(row) * width;
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
            for (int head = 0; head < kvHeads; head++) {
                score(head, page, begin % PAGE / Tile.STRIP, strips, begin - origin);
            }
        }
        for (int row = 0; row < rows; row++) {
            softmax(row, origin, columns, partial, at);
        }
        for (int page = from / PAGE; page <= to / PAGE; page++) {
            int begin = Math.max(from, page * PAGE);
            int end = Math.min(to, page * PAGE + PAGE - 1);
            for (int head = 0; head < kvHeads; head++) {
                weigh(head, page, begin % PAGE, end % PAGE, begin - origin, buffers, partial, at);
            }
        }
    }

    /** Scores of a head's rows with {@code strips} strips of a page; column {@code column} of the scores is the first. */
    private void score(int head, int page, int firstStrip, int strips, int column) {
        int width = attention().keyWidth();
        int x = head * rowsOfHead * width;
        int to = head * rowsOfHead * TILE + column;
        short[] own = rowsOfHead <= FEW_ROWS && firstStrip == 0 ? keys().halves(page) : null;
        if (own != null) {
            // also of slots that nobody has written yet: a row of scores has room, and masks them
            halves().add(own, (kvHead + head) * width * PAGE, queryRows, x, width, rowsOfHead, width, scores, to, TILE);
            return;
        }
        float[] panel = keys().floats(page);
        int columns = attention().kvHeads() * width;
        int first = KvStore.Order.KEYS.line(firstStrip, (kvHead + head) * width, columns);
        if (panel == null) {
            loadKeys(kvHead + head, page, firstStrip, strips);
            panel = keyPage;
            columns = width;
            first = 0;
        }
        int gap = columns * Tile.STRIP;
        tile().add(panel, first, gap, strips, queryRows, x, width, rowsOfHead, width, scores, to, TILE);
    }

    /** Adds the values of slots from to to of a page, with the weights from column {@code score} on, to a head's rows. */
    private void weigh(int head, int page, int from, int to, int score, Buffers buffers, float[] partial, int at) {
        int width = valueStrips * Tile.STRIP;
        int x = head * rowsOfHead * TILE + score;
        int slots = to - from + 1;
        int sums = at + head * rowsOfHead * width;
        boolean whole = attention().valueWidth() % Halves.COLUMNS == 0;
        short[] own = rowsOfHead <= FEW_ROWS && whole && values != null ? values.halves(page) : null;
        if (own != null) {
            for (int c = 0; c < width; c += Halves.COLUMNS) {
                int first = ((kvHead + head) * width + c) * PAGE + from * Halves.COLUMNS;
                halves().add(own, first, scores, x, TILE, rowsOfHead, slots, partial, sums + c, width);
            }
            return;
        }
        int column = (kvHead + head) * attention().valueWidth();
        float[] panel = values == null || column % Tile.STRIP != 0 ? null : values.floats(page);
        int first = KvStore.Order.VALUES.line(panel == null ? 0 : column / Tile.STRIP, from, 0);
        if (panel == null) {
            loadValues(kvHead + head, page, from, to, buffers);
            panel = valuePage;
        }
        int gap = PAGE * Tile.STRIP;
        tile().add(panel, first, gap, valueStrips, scores, x, TILE, rowsOfHead, slots, partial, sums, width);
    }

    /** Keys of the head as [strip][column][key % 16]. */
    private void loadKeys(int kvHead, int page, int firstStrip, int strips) {
        int width = attention().keyWidth();
        for (int strip = 0; strip < strips; strip++) {
            int to = strip * width * Tile.STRIP;
            keys().load(page, firstStrip + strip, kvHead * width, width, keyPage, to, halves());
        }
    }

    /** Values of the head as [column / 16][slot][column % 16]. */
    private void loadValues(int kvHead, int page, int from, int to, Buffers buffers) {
        if (values == null) {
            transposeKeys(kvHead, page, from, to);
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

    private void loadStrips(KvStore store, int page, int first, int strips, int from, int to, float[] out) {
        for (int strip = 0; strip < strips; strip++) {
            store.load(page, first + strip, from, to - from + 1, out, (strip * PAGE + from) * Tile.STRIP, halves());
        }
    }

    private static int valueIndex(int column, int slot) {
        return (column / Tile.STRIP * PAGE + slot) * Tile.STRIP + column % Tile.STRIP;
    }

    /** MLA: the values are the first columns of the keys. */
    private void transposeKeys(int kvHead, int page, int from, int to) {
        int keyWidth = attention().keyWidth();
        int firstStrip = from / Tile.STRIP;
        loadKeys(kvHead, page, firstStrip, to / Tile.STRIP - firstStrip + 1);
        for (int slot = from; slot <= to; slot++) {
            int source = (slot / Tile.STRIP - firstStrip) * keyWidth * Tile.STRIP + slot % Tile.STRIP;
            for (int c = 0; c < attention().valueWidth(); c++) {
                valuePage[valueIndex(c, slot)] = keyPage[source + c * Tile.STRIP];
            }
        }
    }

    /** Turns a row of scores, whose column 0 is cache slot {@code slot}, into weights relative to the new maximum. */
    private void softmax(int row, int slot, int columns, float[] partial, int at) {
        int position = query(row);
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
            float slope = slopes[head(row)];
            int position = segment().base() + segment().position() + query(row);
            for (int c = 0; c < columns; c++) {
                scores[scoresAt + c] -= slope * Math.abs(position - slot - c);
            }
        }
    }

    /** The query of a row, within the segment. */
    private int query(int row) {
        return query + row % rowsOfHead / group;
    }

    /** The query head of a row. */
    private int head(int row) {
        return head(row, rowsOfHead, kvHead, group);
    }

    /** The query head of a row where {@code rowsOfHead} rows share a key/value head, the first of which is {@code kvHead}. */
    static int head(int row, int rowsOfHead, int kvHead, int group) {
        return (kvHead + row / rowsOfHead) * group + row % rowsOfHead % group;
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

    private Halves halves() {
        return begun(halves);
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
