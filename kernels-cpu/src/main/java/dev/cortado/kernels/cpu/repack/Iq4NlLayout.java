package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/** IQ4_NL: scale d, nibbles that index {@link Tables#IQ4}; a weight is d table[q]. */
final class Iq4NlLayout extends Layout {
    Iq4NlLayout() {
        super(TensorType.IQ4_NL, 18, null);
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
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.single(getHalf(groupBlock + 2L * lane));
        Planes.readTable(groupBlock + 2L * lanes, lanes, lane, Tables.IQ4, block.weights, 0);
    }
}
