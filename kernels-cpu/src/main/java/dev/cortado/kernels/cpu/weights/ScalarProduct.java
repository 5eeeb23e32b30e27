package dev.cortado.kernels.cpu.weights;

import static dev.cortado.kernels.cpu.memory.AllMemory.getFloat;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;

import dev.cortado.kernels.cpu.repack.Block;
import dev.cortado.kernels.cpu.repack.Layout;

/**
 * The product of any interleaved type with one token, in plain loops: what the vector kernels compute, bit for bit. It
 * serves while those are being compiled, and where there is no Vector API. Per block, the integer products of a run are
 * summed and multiplied with the run's integer scale; the float of their sum times (scale times the input's scale) is
 * added with one rounding. Offsets likewise, and the two are subtracted at the end.
 */
final class ScalarProduct implements Product {
    private final Layout layout;
    private final int lanes;

    ScalarProduct(Layout layout, int lanes) {
        this.layout = layout;
        this.lanes = lanes;
    }

    @Override
    public void multiply(
            long weights,
            int groups,
            int blocks,
            QuantizedRows x,
            int token,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        long groupBytes = (long) blocks * layout.blockBytes() * lanes;
        for (int row = 0; row < groups * lanes; row++) {
            y[at + row] = row(weights + row / lanes * groupBytes, row % lanes, blocks, x, token, scratch.block);
        }
    }

    private float row(long group, int lane, int blocks, QuantizedRows x, int token, Block block) {
        long offset = token * x.tokenBytes();
        int size = layout.blockSize();
        int groupBlockBytes = layout.blockBytes() * lanes;
        float products = 0;
        float offsets = 0;
        for (int b = 0; b < blocks; b++) {
            layout.unpack(group + (long) b * groupBlockBytes, lanes, lane, block);
            long pairs = x.pairs() + offset + 2L * b * size;
            int run = block.run;
            long sums = (run == 16 ? x.sums16() : x.sums32()) + offset + 4L * b * (size / run);
            int product = 0;
            int sum = 0;
            for (int j = 0; j < size / run; j++) {
                product += block.scales[j] * dot(block.weights, j * run, run, pairs);
                sum += block.mins[j] * getInt(sums + 4L * j);
            }
            float inputScale = getFloat(x.scales() + offset + 4L * b);
            products = Math.fma((float) product, block.scale * inputScale, products);
            offsets = Math.fma((float) sum, block.minScale * inputScale, offsets);
        }
        return products - offsets;
    }

    private static int dot(byte[] weights, int from, int count, long pairs) {
        int sum = 0;
        for (int k = from; k < from + count; k += 4) {
            int even = getInt(pairs + 2L * k);
            int odd = getInt(pairs + 2L * k + 4);
            sum += weights[k] * (short) even
                    + weights[k + 1] * (short) odd
                    + weights[k + 2] * (even >> 16)
                    + weights[k + 3] * (odd >> 16);
        }
        return sum;
    }
}
