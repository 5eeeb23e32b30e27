package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/** Q4_0: scale d, nibbles; a weight is d (q - 8). */
final class Q40Layout extends Layout {
    Q40Layout() {
        super(TensorType.Q4_0, 18, new IntegerForm(32, 0, false));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 18L * b;
            long to = target + 18L * lanes * b;
            putShort(to + 2L * lane, getShort(from));
            Planes.copy(from + 2, 4, to + 2L * lanes, lanes, lane);
        }
    }

    @Override
    public Transposition transposition() {
        return new Transposition(1, 4);
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.single(getHalf(groupBlock + 2L * lane));
        Planes.readNibbles(groupBlock + 2L * lanes, lanes, lane, 8, block.weights, 0);
    }
}
