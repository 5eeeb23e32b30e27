package dev.cortado.kernels.cpu.weights;

import static dev.cortado.kernels.cpu.memory.AllMemory.getFloat;

import dev.cortado.kernels.cpu.repack.Block;
import dev.cortado.kernels.cpu.repack.Layout;
import java.util.Arrays;

/**
 * The product of quantised rows of any type in plain loops: what the vector kernels over rows compute, bit for bit. It
 * serves while those are being compiled, and where there is no Vector API. Weights are dequantised, each exactly or with
 * one rounding.
 */
final class ScalarRowsProduct implements RowsProduct {
    private static final int RUN = 16;

    private final Layout layout;
    private final int lanes;
    private final int accumulators;

    ScalarRowsProduct(Layout layout, int lanes) {
        this.layout = layout;
        this.lanes = lanes;
        accumulators = Math.min(4, layout.blockSize() / RUN);
    }

    @Override
    public void multiply(long weights, int rows, int blocks, long x, float[] y, int at, Scratch scratch) {
        long rowBytes = (long) blocks * layout.type().blockBytes();
        for (int r = 0; r < rows; r++) {
            y[at + r] = row(weights + r * rowBytes, blocks, x, scratch);
        }
    }

    private float row(long row, int blocks, long x, Scratch scratch) {
        Block block = scratch.block;
        int size = layout.blockSize();
        long tile = scratch.tile(layout.blockBytes());
        float[] floats = scratch.line(size);
        float[] sums = scratch.sums;
        Arrays.fill(sums, 0, accumulators * lanes, 0);
        for (int b = 0; b < blocks; b++) {
            layout.interleave(row + (long) b * layout.type().blockBytes(), 1, tile, 1, 0);
            layout.unpack(tile, 1, 0, block);
            block.dequantize(floats, 0, size);
            long input = x + 4L * size * b;
            for (int k = 0; k < size; k++) {
                int sum = k / RUN % accumulators * lanes + k % lanes;
                sums[sum] = Math.fma(floats[k], getFloat(input + 4L * k), sums[sum]);
            }
        }
        return FloatRow.halve(sums, accumulators * lanes);
    }
}
