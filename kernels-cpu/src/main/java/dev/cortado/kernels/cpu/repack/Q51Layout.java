package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/** Q5_1: scale d, minimum m, fifth bits, nibbles; a weight is d q + m. */
final class Q51Layout extends Layout {
    Q51Layout() {
        super(TensorType.Q5_1, 24, new IntegerForm(32, 16, true));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 24L * b;
            long to = target + 24L * lanes * b;
            putShort(to + 2L * lane, getShort(from));
            putShort(to + 2L * (lanes + lane), getShort(from + 2));
            putInt(to + 4L * lanes + 4L * lane, Planes.fifthBits(getInt(from + 4)));
            Planes.copy(from + 8, 4, to + 8L * lanes, lanes, lane);
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.single(getHalf(groupBlock + 2L * lane));
        block.minScale = getHalf(groupBlock + 2L * (lanes + lane));
        block.mins[0] = -1;
        Planes.readNibbles(groupBlock + 8L * lanes, lanes, lane, 0, block.weights, 0);
        Planes.addFifthBits(groupBlock + 4L * lanes, lane, 16, block.weights, 0);
    }
}
