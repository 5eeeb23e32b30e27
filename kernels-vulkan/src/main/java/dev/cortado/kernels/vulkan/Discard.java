package dev.cortado.kernels.vulkan;

import dev.cortado.engine.backend.KvCache;
import dev.cortado.engine.backend.KvShape;
import dev.cortado.engine.backend.Rope;
import org.jspecify.annotations.Nullable;

/** Takes positions out of a cache: what follows moves down through memory of its own, keys turned back on the way. */
record Discard(Gpu gpu, Rotations rotations) {
    private static final int GROUP = 64;

    void discard(KvCache kvCache, int from, int count, int length, @Nullable Rope[] ropes, int[] headWidths) {
        VulkanKvCache cache = VulkanKvCache.of(kvCache);
        KvShape shape = cache.shape();
        if (from < 0 || count < 0 || (long) from + count > length || length > cache.capacity()) {
            throw new IllegalArgumentException("positions %d to %d of %d in a cache of %d"
                    .formatted(from, (long) from + count, length, cache.capacity()));
        }
        if (ropes.length != shape.layers() || headWidths.length != shape.layers()) {
            throw new IllegalArgumentException("%d ropes and %d head widths, expected one for each of %d layers"
                    .formatted(ropes.length, headWidths.length, shape.layers()));
        }
        int moved = length - from - count;
        for (int layer = 0; layer < shape.layers(); layer++) {
            if (shape.stateSizes()[layer] != 0) {
                throw new IllegalArgumentException(
                        "layer %d is recurrent: single positions cannot be taken out of its state".formatted(layer));
            }
            Rope rope = ropes[layer];
            int keyWidth = shape.keyWidths()[layer];
            int valueWidth = shape.valueWidths()[layer];
            if (rope != null) {
                Require.heads("the cache", keyWidth, headWidths[layer]);
                Rotations.require(rope, headWidths[layer]);
            }
            if (moved == 0 || count == 0) {
                continue;
            }
            if (valueWidth > 0) {
                move(cache, cache.values(layer), valueWidth, from, count, moved);
            }
            if (rope == null) {
                move(cache, cache.keys(layer), keyWidth, from, count, moved);
            } else {
                turn(cache, cache.keys(layer), keyWidth, from, count, moved, rope, headWidths[layer]);
            }
        }
    }

    private void move(VulkanKvCache cache, Region rows, int width, int from, int count, int moved) {
        long rowBytes = 4L * cache.stride(width);
        Region between = gpu.allocate(moved * rowBytes, "moving a context");
        gpu.recorder().copy(rows, (from + count) * rowBytes, between, 0, moved * rowBytes);
        gpu.recorder().copy(between, 0, rows, from * rowBytes, moved * rowBytes);
        gpu.free(between);
    }

    private void turn(
            VulkanKvCache cache, Region rows, int width, int from, int count, int moved, Rope rope, int headWidth) {
        Region between = gpu.allocate(4L * moved * width, "turning a context");
        gpu.dispatch("load_" + cache.shape().type())
                .read(rows)
                .write(between)
                .push(from + count, width, cache.stride(width), moved)
                .invocations((long) moved * width, GROUP);
        rotations.turnBack(between, width, moved, headWidth, rope, count);
        int[] pairs = new int[2 * moved];
        for (int i = 0; i < moved; i++) {
            pairs[2 * i] = i;
            pairs[2 * i + 1] = from + i;
        }
        gpu.dispatch("store_" + cache.shape().type())
                .read(between)
                .write(rows)
                .read(gpu.recorder().upload(pairs, pairs.length))
                .push(0, width, width, cache.stride(width), moved, cache.units(width))
                .invocations((long) moved * cache.units(width), GROUP);
        gpu.free(between);
    }
}
