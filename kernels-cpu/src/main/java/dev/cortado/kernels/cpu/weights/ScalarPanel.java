package dev.cortado.kernels.cpu.weights;

import dev.cortado.kernels.cpu.repack.Block;
import dev.cortado.kernels.cpu.repack.Layout;

/** The panel in plain loops, lane after lane. */
final class ScalarPanel implements Panel {
    private final Layout layout;
    private final int lanes;

    ScalarPanel(Layout layout, int lanes) {
        this.layout = layout;
        this.lanes = lanes;
    }

    @Override
    public void fill(long weights, int blocks, float[] panel, int at, Scratch scratch) {
        int size = layout.blockSize();
        Block block = scratch.block;
        float[] line = scratch.factors;
        for (int b = 0; b < blocks; b++) {
            long groupBlock = weights + (long) b * layout.blockBytes() * lanes;
            for (int lane = 0; lane < lanes; lane++) {
                layout.unpack(groupBlock, lanes, lane, block);
                block.dequantize(line, 0, size);
                for (int k = 0, to = at + b * size * ROWS + lane; k < size; k++, to += ROWS) {
                    panel[to] = line[k];
                }
            }
        }
    }
}
