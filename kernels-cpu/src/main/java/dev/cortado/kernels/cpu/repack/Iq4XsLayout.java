package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/**
 * IQ4_XS: scale d, 8 signed scales sc, 8 chunks of nibbles that index {@link Tables#IQ4}; a weight of chunk c is
 * d sc[c] table[q].
 */
final class Iq4XsLayout extends Layout {
    Iq4XsLayout() {
        super(TensorType.IQ4_XS, 138, null);
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 136L * b;
            long to = target + 138L * lanes * b;
            putShort(to + 2L * lane, getShort(from));
            int high = getShort(from + 2);
            int low = getInt(from + 4);
            for (int c = 0; c < 8; c++) {
                int scale = (low >>> 4 * c & 15 | (high >>> 2 * c & 3) << 4) - 32;
                putByte(to + (2L + c) * lanes + lane, (byte) scale);
                Planes.copy(from + 8 + 16 * c, 4, to + (10L + 16 * c) * lanes, lanes, lane);
            }
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.run = 32;
        block.scale = getHalf(groupBlock + 2L * lane);
        block.minScale = 0;
        for (int c = 0; c < 8; c++) {
            block.scales[c] = getByte(groupBlock + (2L + c) * lanes + lane);
            block.mins[c] = 0;
            Planes.readTable(groupBlock + (10L + 16 * c) * lanes, lanes, lane, Tables.IQ4, block.weights, 32 * c);
        }
    }
}
