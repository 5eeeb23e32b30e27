package dev.cortado.kernels.cpu.weights;

import dev.cortado.kernels.cpu.repack.Block;
import dev.cortado.kernels.cpu.repack.Layout;

/** The panel of integers in plain loops, lane after lane. */
final class ScalarIntegerPanel implements IntegerPanel {
    private final Layout layout;
    private final Layout.IntegerForm form;
    private final int lanes;

    ScalarIntegerPanel(Layout layout, Layout.IntegerForm form, int lanes) {
        this.layout = layout;
        this.form = form;
        this.lanes = lanes;
    }

    @Override
    public void fill(long weights, int blocks, Room panel, int firstLane, Scratch scratch) {
        int size = layout.blockSize();
        Block block = scratch.block;
        for (int b = 0; b < blocks; b++) {
            long groupBlock = weights + (long) b * layout.blockBytes() * lanes;
            for (int lane = 0; lane < lanes; lane++) {
                layout.unpack(groupBlock, lanes, lane, block);
                int pairs = b * (size / 2) * ROWS + firstLane + lane;
                pack(block.weights, size, panel.pairs, pairs);
                scale(block, b * (size / form.run()), panel, firstLane + lane);
            }
        }
    }

    private void pack(byte[] weights, int count, int[] pairs, int at) {
        int zero = form.zero();
        for (int k = 0, p = at; k < count; k += 4, p += 2 * ROWS) {
            pairs[p] = weights[k] - zero & 0xFFFF | weights[k + 2] - zero << 16;
            pairs[p + ROWS] = weights[k + 1] - zero & 0xFFFF | weights[k + 3] - zero << 16;
        }
    }

    private void scale(Block block, int firstRun, Room panel, int at) {
        for (int j = 0; j < layout.blockSize() / form.run(); j++) {
            int to = at + (firstRun + j) * ROWS;
            float factor = block.scale * block.scales[j];
            panel.factors[to] = factor;
            if (form.offsets()) {
                panel.offsets[to] = form.zero() * factor - block.minScale * block.mins[j];
            }
        }
    }
}
