package dev.cortado.kernels.cpu;

import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.Segment;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The attention of one layer, cut into parts: a block of queries of one segment, with all query heads that share a
 * key/value head, over a range of the keys. Few queries over many keys are also cut along the keys, at places that do
 * not depend on the number of threads; their partial softmaxes are joined in order.
 */
final class AttentionTask implements WorkerPool.Task {
    /** Rows (queries x heads of a group) of a block, as long as one query fits; a multiple of the six of a vector tile. */
    private static final int BLOCK_ROWS = 48;

    /** Keys of a split; a multiple of the tile. */
    private static final int SPLIT = AttentionBlock.TILE;

    /** As many splits as this a thread can be shared evenly without cutting heads from each other as well. */
    private static final int SPLITS_OF_THREAD = 4;

    /** Segments with more queries than this give enough parts without cutting the keys. */
    private static final int SPLIT_QUERIES = 4;

    private @Nullable CpuActivations q;
    private @Nullable CpuActivations out;
    private @Nullable Attention attention;
    private List<Segment> segments = List.of();
    private int layer;
    private float @Nullable [] sinks;
    private float[] slopes = {};
    private @Nullable FloatKernels kernels;

    private int[] firstPart = new int[2];
    private int[] splits = new int[1];
    private int[] headsOfPart = new int[1];
    private int[] partialAt = new int[1];
    private float[] partials = {};
    private long multiplications;

    /** Computes out = attention of q. */
    void run(
            WorkerPool.Region region,
            CpuActivations q,
            CpuActivations out,
            List<Segment> segments,
            int layer,
            Attention attention,
            FloatKernels kernels) {
        this.q = q;
        this.out = out;
        this.segments = segments;
        this.layer = layer;
        this.attention = attention;
        this.kernels = kernels;
        sinks = CpuParameter.values(attention.sinks());
        slopes(attention);
        int parts = plan(attention, region);
        region.runIfWorthwhile(parts, multiplications, this);
        for (int s = 0; s < segments.size(); s++) {
            if (splits[s] > 1) {
                joinSplits(s, attention);
            }
        }
        this.q = null;
        this.out = null;
        this.segments = List.of();
    }

    private void slopes(Attention attention) {
        if (attention.maxAlibiBias() == 0) {
            return;
        }
        if (slopes.length < attention.heads()) {
            slopes = new float[attention.heads()];
        }
        for (int head = 0; head < attention.heads(); head++) {
            slopes[head] = attention.alibiSlope(head);
        }
    }

    private int plan(Attention attention, WorkerPool.Region region) {
        int count = segments.size();
        if (splits.length < count) {
            firstPart = new int[count + 1];
            splits = new int[count];
            headsOfPart = new int[count];
            partialAt = new int[count];
        }
        int parts = 0;
        int partialFloats = 0;
        multiplications = 0;
        for (int s = 0; s < count; s++) {
            Segment segment = segments.get(s);
            int keys = lastKey(attention, segment, segment.rows() - 1) - firstKey(attention, segment, 0) + 1;
            splits[s] = segment.rows() <= SPLIT_QUERIES ? (keys + SPLIT - 1) / SPLIT : 1;
            // Heads lie side by side in a page: one part that takes them all reads memory in one sequence.
            headsOfPart[s] = splits[s] >= SPLITS_OF_THREAD * region.threads() ? attention.kvHeads() : 1;
            firstPart[s] = parts;
            int own = blocks(attention, segment) * (attention.kvHeads() / headsOfPart[s]) * splits[s];
            parts += own;
            partialAt[s] = partialFloats;
            if (splits[s] > 1) {
                partialFloats += own * partialLength(attention, headsOfPart[s], segment);
            }
            multiplications += (long) segment.rows() * keys * attention.heads() * attention.keyWidth();
        }
        firstPart[count] = parts;
        partials = region.buffers.floats(Buffers.Use.PARTIALS, partialFloats);
        return parts;
    }

    /** First cache slot that the segment's query {@code query} sees. */
    static int firstKey(Attention attention, Segment segment, int query) {
        int position = segment.position() + query;
        int first =
                switch (attention.mask()) {
                    case CAUSAL -> position - attention.window() + 1;
                    case SYMMETRIC -> position - attention.window() / 2;
                };
        return segment.base() + (attention.window() == 0 ? 0 : Math.max(0, first));
    }

    /** Last cache slot that the segment's query {@code query} sees. */
    static int lastKey(Attention attention, Segment segment, int query) {
        int position = segment.position() + query;
        int end = segment.position() + segment.rows() - 1;
        return segment.base()
                + switch (attention.mask()) {
                    case CAUSAL -> position;
                    case SYMMETRIC -> attention.window() == 0 ? end : Math.min(end, position + attention.window() / 2);
                };
    }

    private static int queriesOfBlock(Attention attention) {
        return Math.max(1, BLOCK_ROWS / (attention.heads() / attention.kvHeads()));
    }

    private static int blocks(Attention attention, Segment segment) {
        int queries = queriesOfBlock(attention);
        return (segment.rows() + queries - 1) / queries;
    }

    /** Floats of a partial result: weighted values, maxima and sums of a block. */
    private static int partialLength(Attention attention, int kvHeads, Segment segment) {
        int queries = Math.min(queriesOfBlock(attention), segment.rows());
        int rows = kvHeads * queries * (attention.heads() / attention.kvHeads());
        return rows * (Tile.strips(attention.valueWidth()) * Tile.STRIP + 2);
    }

    @Override
    public void run(int part, Buffers buffers) {
        Attention attention = required(this.attention);
        int s = Arrays.binarySearch(firstPart, 0, segments.size(), part);
        s = s >= 0 ? s : -s - 2;
        Segment segment = segments.get(s);
        int local = part - firstPart[s];
        int heads = headsOfPart[s];
        int groups = attention.kvHeads() / heads;
        int kvHead = local % groups * heads;
        int split = local / groups % splits[s];
        int query = local / groups / splits[s] * queriesOfBlock(attention);
        int queries = Math.min(queriesOfBlock(attention), segment.rows() - query);
        int first = firstKey(attention, segment, query);
        int last = lastKey(attention, segment, query + queries - 1);
        AttentionBlock block = buffers.attention;
        block.begin(attention, slopes, segment, layer, kvHead, heads, query, queries, required(kernels));
        if (splits[s] == 1) {
            float[] sums = buffers.floats(Buffers.Use.SUMS, partialLength(attention, heads, segment));
            block.compute(required(q), first, last, buffers, sums, 0);
            join(attention, segment, kvHead, heads, query, queries, sums, 0, 0, 1);
        } else {
            // Split at multiples of SPLIT counted from the first key, moved to the tile that it lies in.
            int origin = first / KvStore.PAGE * KvStore.PAGE;
            int from = Math.max(first, origin + split * SPLIT);
            int to = split == splits[s] - 1 ? last : Math.min(last, origin + (split + 1) * SPLIT - 1);
            int at = partialAt[s] + local * partialLength(attention, heads, segment);
            block.compute(required(q), from, to, buffers, partials, at);
        }
    }

    private void joinSplits(int s, Attention attention) {
        Segment segment = segments.get(s);
        int heads = headsOfPart[s];
        int groups = attention.kvHeads() / heads;
        int length = partialLength(attention, heads, segment);
        int blockQueries = queriesOfBlock(attention);
        for (int query = 0, block = 0; query < segment.rows(); query += blockQueries, block++) {
            int queries = Math.min(blockQueries, segment.rows() - query);
            for (int i = 0; i < groups; i++) {
                int at = partialAt[s] + (block * splits[s] * groups + i) * length;
                join(attention, segment, i * heads, heads, query, queries, partials, at, groups * length, splits[s]);
            }
        }
    }

    /** Joins {@code count} partial softmaxes, {@code step} floats apart, with the sink, and writes the output rows. */
    private void join(
            Attention attention,
            Segment segment,
            int kvHead,
            int kvHeads,
            int query,
            int queries,
            float[] partial,
            int at,
            int step,
            int count) {
        CpuActivations target = required(out);
        int group = attention.heads() / attention.kvHeads();
        int width = attention.valueWidth();
        int padded = Tile.strips(width) * Tile.STRIP;
        int rowsOfHead = queries * group;
        int rows = kvHeads * rowsOfHead;
        for (int row = 0; row < rows; row++) {
            int head = AttentionBlock.head(row, rowsOfHead, kvHead, group);
            int maximumAt = at + rows * padded + row;
            float maximum = sinks == null ? Float.NEGATIVE_INFINITY : sinks[head];
            for (int i = 0; i < count; i++) {
                maximum = Math.max(maximum, partial[maximumAt + i * step]);
            }
            float sum = sinks == null ? 0 : PlainExponentials.exp(sinks[head] - maximum);
            for (int i = 0; i < count; i++) {
                float factor = PlainExponentials.exp(partial[maximumAt + i * step] - maximum);
                sum = Math.fma(factor, partial[maximumAt + rows + i * step], sum);
            }
            int first = at + row * padded;
            for (int i = 0; i < count; i++) {
                float factor = PlainExponentials.exp(partial[maximumAt + i * step] - maximum) / sum;
                weigh(partial, first + i * step, factor, first, width);
            }
            int to = target.at(segment.row() + query + row % rowsOfHead / group) + head * width;
            System.arraycopy(partial, first, target.data, to, width);
        }
    }

    /** x[into...] += factor x[at...], or *= factor where both are the same. Apart from the copy, so that C2 vectorises it. */
    private static void weigh(float[] x, int at, float factor, int into, int n) {
        if (at == into) {
            for (int i = at; i < at + n; i++) {
                x[i] *= factor;
            }
        } else {
            for (int c = 0; c < n; c++) {
                x[into + c] = Math.fma(x[at + c], factor, x[into + c]);
            }
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("no attention is being computed");
        }
        return value;
    }
}
