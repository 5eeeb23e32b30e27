package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/**
 * IQ4_XS: 8 chunks of a signed scale sc and nibbles that index {@link Tables#IQ4}, then scale d; a weight of chunk c is
 * d sc[c] table[q].
 */
final class Iq4XsLayout extends Layout {
    private static final long CHUNK = 17;

    Iq4XsLayout() {
        super(TensorType.IQ4_XS, 138, null);
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 136L * b;
            long to = target + 138L * lanes * b;
            putShort(to + 8 * CHUNK * lanes + 2L * lane, getShort(from));
            int high = getShort(from + 2);
            int low = getInt(from + 4);
            for (int c = 0; c < 8; c++) {
                int scale = (low >>> 4 * c & 15 | (high >>> 2 * c & 3) << 4) - 32;
                putByte(to + CHUNK * c * lanes + lane, (byte) scale);
                Planes.copy(from + 8 + 16 * c, 4, to + (CHUNK * c + 1) * lanes, lanes, lane);
            }
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.run = 32;
        block.scale = getHalf(groupBlock + 8 * CHUNK * lanes + 2L * lane);
        block.minScale = 0;
        for (int c = 0; c < 8; c++) {
            block.scales[c] = getByte(groupBlock + CHUNK * c * lanes + lane);
            block.mins[c] = 0;
            Planes.readTable(groupBlock + (CHUNK * c + 1) * lanes, lanes, lane, Tables.IQ4, block.weights, 32 * c);
        }
    }
}
