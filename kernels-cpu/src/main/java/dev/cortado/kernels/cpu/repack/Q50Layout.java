package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/** Q5_0: scale d, fifth bits, nibbles; a weight is d (q - 16). */
final class Q50Layout extends Layout {
    Q50Layout() {
        super(TensorType.Q5_0, 22, new IntegerForm(32, 0, false));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 22L * b;
            long to = target + 22L * lanes * b;
            putShort(to + 2L * lane, getShort(from));
            putInt(to + 2L * lanes + 4L * lane, Planes.fifthBits(getInt(from + 2)));
            Planes.copy(from + 6, 4, to + 6L * lanes, lanes, lane);
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.single(getHalf(groupBlock + 2L * lane));
        Planes.readNibbles(groupBlock + 6L * lanes, lanes, lane, 16, block.weights, 0);
        Planes.addFifthBits(groupBlock + 2L * lanes, lane, 16, block.weights, 0);
    }
}
