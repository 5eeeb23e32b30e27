package dev.cortado.kernels.cpu.weights;

import dev.cortado.kernels.cpu.repack.Block;
import dev.cortado.kernels.cpu.repack.Layout;

/**
 * The product of any interleaved type with one token, in plain loops: what the vector kernels compute, bit for bit. It
 * serves while those are being compiled, and where there is no Vector API. Per block, the integer products of a run are
 * summed and multiplied with the run's integer scale; the float of their sum times (scale times the input's scale) is
 * added to the result with one rounding. Offsets are summed likewise, from 0 on, and subtracted at the end.
 */
final class ScalarProduct implements Product {
    private final Layout layout;
    private final int lanes;

    ScalarProduct(Layout layout, int lanes) {
        this.layout = layout;
        this.lanes = lanes;
    }

    @Override
    public void add(
            long weights,
            int groups,
            int blocks,
            QuantizedRows x,
            int firstBlock,
            float[] y,
            int at,
            int stride,
            Scratch scratch) {
        long groupBytes = (long) blocks * layout.blockBytes() * lanes;
        for (int row = 0; row < groups * lanes; row++) {
            long group = weights + row / lanes * groupBytes;
            y[at + row] = row(y[at + row], group, row % lanes, blocks, x, firstBlock, scratch.block);
        }
    }

    private float row(
            float before, long group, int lane, int blocks, QuantizedRows x, int firstBlock, Block block) {
        int size = layout.blockSize();
        int groupBlockBytes = layout.blockBytes() * lanes;
        float products = before;
        for (int b = 0; b < blocks; b++) {
            layout.unpack(group + (long) b * groupBlockBytes, lanes, lane, block);
            int input = firstBlock + b;
            int run = block.run;
            int runs = size / run;
            int[] sums = run == 16 ? x.sums16() : x.sums32();
            int product = 0;
            int sum = 0;
            for (int j = 0; j < runs; j++) {
                product += block.scales[j] * dot(block.weights, j * run, run, x.pairs(), (input * size + j * run) / 2);
                sum += block.mins[j] * sums[input * runs + j];
            }
            float inputScale = x.scales()[input];
            products = Math.fma((float) product, block.scale * inputScale, products);
            products = Math.fma((float) sum, block.minScale * -inputScale, products);
        }
        return products;
    }

    private static int dot(byte[] weights, int from, int count, int[] pairs, int pair) {
        int sum = 0;
        for (int k = from, p = pair; k < from + count; k += 4, p += 2) {
            int even = pairs[p];
            int odd = pairs[p + 1];
            sum += weights[k] * (short) even
                    + weights[k + 1] * (short) odd
                    + weights[k + 2] * (even >> 16)
                    + weights[k + 3] * (odd >> 16);
        }
        return sum;
    }
}
