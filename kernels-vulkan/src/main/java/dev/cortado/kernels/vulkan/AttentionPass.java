package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.Activations;
import dev.cortado.engine.backend.Attention;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Segment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Storing keys and values, and attention over them; a dispatch for all segments of one cache. */
final class AttentionPass {
    private static final int GROUP = 64;
    /** attend.comp's limit. */
    private static final int LARGEST_HEAD = 1024;
    /** Neighbouring rows that share a workgroup in prefill. */
    private static final int QUERIES = 4;
    /** Keys of a row that are worth a workgroup of their own in decode. */
    private static final int KEYS_PER_SPLIT = 256;
    /** Workgroups that keep a large device busy; rows are not split into more. */
    private static final int ENOUGH_GROUPS = 1024;

    private final Gpu gpu;
    private @Nullable Region partial; // what the splits leave

    AttentionPass(Gpu gpu) {
        this.gpu = gpu;
    }

    void store(Activations k, @Nullable Activations v, List<Segment> segments, int layer) {
        VulkanActivations keys = VulkanActivations.of(k);
        Require.segments("k", keys, segments);
        for (Segment s : segments) {
            KvShape shape = VulkanKvCache.of(s, layer).shape();
            VulkanActivations.of(k, "k", shape.keyWidths()[layer]);
            if (v != null) {
                Require.segments("v", VulkanActivations.of(v, "v", shape.valueWidths()[layer]), segments);
            } else if (shape.valueWidths()[layer] != 0) {
                throw new IllegalArgumentException(
                        "no v, layer %d of the cache expects %d floats".formatted(layer, shape.valueWidths()[layer]));
            }
        }
        for (List<Segment> together : byCache(segments)) {
            VulkanKvCache cache = VulkanKvCache.of(together.getFirst(), layer);
            store(keys, together, cache, cache.keys(layer));
            if (v != null) {
                store(VulkanActivations.of(v), together, cache, cache.values(layer));
            }
        }
    }

    private void store(VulkanActivations x, List<Segment> segments, VulkanKvCache cache, Region rows) {
        int count = segments.stream().mapToInt(Segment::rows).sum();
        int[] pairs = new int[2 * count];
        int i = 0;
        for (Segment s : segments) {
            for (int r = 0; r < s.rows(); r++) {
                pairs[i++] = s.row() + r;
                pairs[i++] = s.base() + s.position() + r;
            }
        }
        if (count > 0) {
            int width = x.columns();
            gpu.dispatch("store_" + cache.shape().type())
                    .read(x)
                    .write(rows)
                    .read(gpu.recorder().upload(pairs, i))
                    .push(width, cache.stride(width), count, cache.units(width))
                    .invocations((long) count * cache.units(width), GROUP);
        }
    }

    void attend(Activations q, Activations out, List<Segment> segments, int layer, Attention attention) {
        if (attention.kvHeads() < 1 || attention.heads() % attention.kvHeads() != 0) {
            throw new IllegalArgumentException("%d query heads on %d key heads, expected a multiple"
                    .formatted(attention.heads(), attention.kvHeads()));
        }
        if (attention.keyWidth() > LARGEST_HEAD || attention.valueWidth() > LARGEST_HEAD) {
            throw new IllegalArgumentException("heads of %d and %d columns, this backend takes up to %d"
                    .formatted(attention.keyWidth(), attention.valueWidth(), LARGEST_HEAD));
        }
        VulkanActivations queries = VulkanActivations.of(q, "q", (long) attention.heads() * attention.keyWidth());
        long outColumns = (long) attention.heads() * attention.valueWidth();
        VulkanActivations.of(out, "out", outColumns);
        Require.segments("q", queries, segments);
        for (Segment s : segments) {
            requireWidths(VulkanKvCache.of(s, layer).shape(), layer, attention);
        }
        VulkanParameter sinks = VulkanParameter.ofNullable(attention.sinks(), "sinks", attention.heads());
        VulkanActivations y = VulkanActivations.output(out, "out", queries.rows(), outColumns);
        for (List<Segment> together : byCache(segments)) {
            attend(queries, y, together, layer, attention, sinks);
        }
    }

    private static void requireWidths(KvShape shape, int layer, Attention attention) {
        int keyWidth = shape.keyWidths()[layer];
        int valueWidth = shape.valueWidths()[layer];
        if (keyWidth != attention.kvHeads() * attention.keyWidth()
                || (valueWidth == 0
                        ? attention.valueWidth() > attention.keyWidth()
                        : valueWidth != attention.kvHeads() * attention.valueWidth())) {
            throw new IllegalArgumentException(
                    "layer %d of the cache has keys of %d and values of %d floats, attention expects %d heads of %d and %d"
                            .formatted(
                                    layer,
                                    keyWidth,
                                    valueWidth,
                                    attention.kvHeads(),
                                    attention.keyWidth(),
                                    attention.valueWidth()));
        }
    }

    private void attend(
            VulkanActivations q,
            VulkanActivations out,
            List<Segment> segments,
            int layer,
            Attention attention,
            @Nullable VulkanParameter sinks) {
        VulkanKvCache cache = VulkanKvCache.of(segments.getFirst(), layer);
        int each = attention.valueWidth() <= 2 * GROUP ? 2 : attention.valueWidth() <= 4 * GROUP ? 4 : 16;
        boolean decode = segments.stream().allMatch(s -> s.rows() <= 1);
        int queries = decode || each > 4 ? 1 : QUERIES;
        int count = segments.stream()
                .mapToInt(s -> (s.rows() + queries - 1) / queries)
                .sum();
        int splits = decode ? splits(segments, attention, count) : 1;
        if (splits == 1) {
            Region table = queries(segments, count, queries, attention);
            Dispatch dispatch = gpu.dispatch("attend" + queries + "x" + each + "_" + cache.shape().type());
            score(dispatch.read(q).write(out), cache, layer, table, count, attention, sinks)
                    .groups(attention.heads(), count, 1);
        } else {
            Region parts = partial(4L * count * attention.heads() * splits * (attention.valueWidth() + 2));
            Region table = queries(segments, count, queries, attention);
            Dispatch dispatch = gpu.dispatch("attend_split" + each + "_" + cache.shape().type());
            score(dispatch.read(q).write(parts).push(0, 0), cache, layer, table, count, attention, sinks)
                    .groups(attention.heads(), count, splits);
            Region again = queries(segments, count, queries, attention); // the first may be submitted by now
            gpu.dispatch("attend_reduce")
                    .read(parts)
                    .write(out)
                    .read(again)
                    .optional(sinks)
                    .push(attention.heads(), attention.valueWidth(), splits, sinks == null ? 0 : 1)
                    .groups(attention.heads(), count, 1);
        }
    }

    /** Describes a dispatch of attend.comp but for queries and output. */
    private static Dispatch score(
            Dispatch dispatch,
            VulkanKvCache cache,
            int layer,
            Region table,
            int count,
            Attention attention,
            @Nullable VulkanParameter sinks) {
        int keyColumns = cache.shape().keyWidths()[layer];
        boolean valuesAreKeys = cache.shape().valueWidths()[layer] == 0;
        int valueColumns = valuesAreKeys ? keyColumns : cache.shape().valueWidths()[layer];
        return dispatch.read(cache.keys(layer))
                .read(cache.values(layer))
                .read(table)
                .optional(sinks)
                .push(attention.heads(), attention.kvHeads(), attention.keyWidth(), attention.valueWidth())
                .push(cache.stride(keyColumns), cache.stride(valueColumns), keyColumns, valueColumns)
                .push(valuesAreKeys ? attention.keyWidth() : attention.valueWidth(), attention.window())
                .push(attention.mask() == Attention.Mask.SYMMETRIC ? 1 : 0, sinks == null ? 0 : 1, count)
                .push(attention.scale())
                .push(attention.softCap());
    }

    /** Workgroups per head and row; a power of two, so that commands stay the same over many tokens. */
    static int splits(List<Segment> segments, Attention attention, int count) {
        int keys = segments.stream()
                .mapToInt(s -> s.position() + s.rows())
                .max()
                .orElse(0);
        int seen = attention.window() > 0 ? Math.min(keys, attention.window()) : keys;
        int wanted = Math.min(seen / KEYS_PER_SPLIT, ENOUGH_GROUPS / (attention.heads() * count));
        return Integer.highestOneBit(Math.max(1, wanted));
    }

    private Region partial(long bytes) {
        Region kept = partial;
        if (kept == null || kept.bytes() < bytes) {
            if (kept != null) {
                gpu.free(kept);
                partial = null;
            }
            kept = gpu.allocate(bytes, "parts of a split attention");
            partial = kept;
        }
        return kept;
    }

    /**
     * Per {@code step} rows the first one's number, the cache index of position 0, its position, the length; then
     * slopes.
     */
    private Region queries(List<Segment> segments, int count, int step, Attention attention) {
        int[] table = new int[4 * count + (attention.heads() + 3) / 4 * 4];
        int i = 0;
        for (Segment s : segments) {
            for (int r = 0; r < s.rows(); r += step) {
                table[i++] = s.row() + r;
                table[i++] = s.base();
                table[i++] = s.position() + r;
                table[i++] = s.position() + s.rows();
            }
        }
        for (int head = 0; head < attention.heads(); head++) {
            table[i++] = Float.floatToRawIntBits(attention.alibiSlope(head));
        }
        return gpu.recorder().upload(table, table.length);
    }

    /** Segments of the same cache together, in the order of their caches' first ones. */
    static List<List<Segment>> byCache(List<Segment> segments) {
        List<List<Segment>> groups = new ArrayList<>();
        for (Segment s : segments) {
            List<Segment> group = null;
            for (List<Segment> candidate : groups) {
                if (candidate.getFirst().cache() == s.cache()) {
                    group = candidate;
                }
            }
            if (group == null) {
                group = new ArrayList<>();
                groups.add(group);
            }
            group.add(s);
        }
        return groups;
    }
}
