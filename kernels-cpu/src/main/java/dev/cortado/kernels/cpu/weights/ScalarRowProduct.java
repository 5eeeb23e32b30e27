package dev.cortado.kernels.cpu.weights;

import dev.cortado.kernels.cpu.repack.Block;
import dev.cortado.kernels.cpu.repack.Layout;
import java.util.Arrays;

/**
 * The product of quantised rows, as the file has them, with one token in plain loops: what the vector kernels over such
 * rows compute, bit for bit. As in {@link ScalarProduct}, but a row's products are summed in L lanes, weights 2l and 2l
 * + 1 of every 2 L in lane l, whose upper half is added to the lower until one is left; offsets are summed apart.
 */
final class ScalarRowProduct implements Product {
    private final Layout layout;
    private final int lanes;

    ScalarRowProduct(Layout layout, int lanes) {
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
        long rowBytes = (long) blocks * layout.type().blockBytes();
        for (int row = 0; row < groups; row++) {
            y[at + row] = row(weights + row * rowBytes, blocks, x, token, scratch);
        }
    }

    private float row(long row, int blocks, QuantizedRows x, int token, Scratch scratch) {
        Block block = scratch.block;
        long tile = scratch.tile(layout.blockBytes());
        float[] products = scratch.sums;
        Arrays.fill(products, 0, lanes, 0);
        float offsets = 0;
        for (int b = 0; b < blocks; b++) {
            layout.interleave(row + (long) b * layout.type().blockBytes(), 1, tile, 1, 0);
            layout.unpack(tile, 1, 0, block);
            int input = token * blocks + b;
            float inputScale = x.scales()[input];
            for (int lane = 0; lane < lanes; lane++) {
                int sum = sum(block, lane, x.inOrder(), input * layout.blockSize() / 2);
                products[lane] = Math.fma((float) sum, block.scale * inputScale, products[lane]);
            }
            offsets = Math.fma((float) offset(block, x, input), block.minScale * inputScale, offsets);
        }
        return FloatRow.halve(products, lanes) - offsets;
    }

    /** A lane's products, each run's times its scale. */
    private int sum(Block block, int lane, int[] values, int first) {
        int sum = 0;
        for (int k = 2 * lane; k < layout.blockSize(); k += 2 * lanes) {
            int pair = values[first + k / 2];
            int products = block.weights[k] * (short) pair + block.weights[k + 1] * (pair >> 16);
            sum += block.scales[k / block.run] * products;
        }
        return sum;
    }

    private int offset(Block block, QuantizedRows x, int input) {
        int runs = layout.blockSize() / block.run;
        int[] sums = block.run == 16 ? x.sums16() : x.sums32();
        int sum = 0;
        for (int j = 0; j < runs; j++) {
            sum += block.mins[j] * sums[input * runs + j];
        }
        return sum;
    }
}
