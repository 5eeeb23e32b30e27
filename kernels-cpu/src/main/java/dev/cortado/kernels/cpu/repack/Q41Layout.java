package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/** Q4_1: scale d, minimum m, nibbles; a weight is d q + m. */
final class Q41Layout extends Layout {
    Q41Layout() {
        super(TensorType.Q4_1, 20, new IntegerForm(32, 0, true));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 20L * b;
            long to = target + 20L * lanes * b;
            putShort(to + 2L * lane, getShort(from));
            putShort(to + 2L * (lanes + lane), getShort(from + 2));
            Planes.copy(from + 4, 4, to + 4L * lanes, lanes, lane);
        }
    }

    @Override
    public Transposition transposition() {
        return new Transposition(2, 4);
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.single(getHalf(groupBlock + 2L * lane));
        block.minScale = getHalf(groupBlock + 2L * (lanes + lane));
        block.mins[0] = -1;
        Planes.readNibbles(groupBlock + 4L * lanes, lanes, lane, 0, block.weights, 0);
    }
}
