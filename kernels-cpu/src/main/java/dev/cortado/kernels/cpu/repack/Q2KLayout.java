package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;
import java.util.Arrays;

/**
 * Q2_K: 8 chunks of two bytes, each with a scale sc in the low and a minimum mn in the high nibble, and two-bit fields,
 * then scale d, scale of minima dmin; a weight of run j (16 weights) is d sc[j] q - dmin mn[j].
 */
final class Q2KLayout extends Layout {
    private static final long CHUNK = 10;

    Q2KLayout() {
        super(TensorType.Q2_K, 84, new IntegerForm(16, 0, true));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 84L * b;
            long to = target + 84L * lanes * b;
            for (int c = 0; c < 8; c += 2) {
                Planes.twiceTwoBytes(getInt(from + 2 * c), to + CHUNK * c * lanes, CHUNK * lanes, lanes, lane);
            }
            for (int c = 0; c < 8; c++) {
                Planes.twoBits(from + 16 + 32 * (c >> 2), 2 * (c & 3), to + (CHUNK * c + 2) * lanes, lanes, lane);
            }
            long end = to + 8 * CHUNK * lanes;
            putShort(end + 2L * lane, getShort(from + 80));
            putShort(end + 2L * (lanes + lane), getShort(from + 82));
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.run = 16;
        block.scale = getHalf(groupBlock + 8 * CHUNK * lanes + 2L * lane);
        block.minScale = getHalf(groupBlock + 8 * CHUNK * lanes + 2L * (lanes + lane));
        for (int j = 0; j < 16; j++) {
            int both = getByte(groupBlock + (CHUNK * (j >> 1) + (j & 1)) * lanes + lane);
            block.scales[j] = both & 15;
            block.mins[j] = both >>> 4 & 15;
        }
        Arrays.fill(block.weights, (byte) 0);
        for (int c = 0; c < 8; c++) {
            Planes.addTwoBits(groupBlock + (CHUNK * c + 2) * lanes, lanes, lane, 1, block.weights, 32 * c);
        }
    }
}
