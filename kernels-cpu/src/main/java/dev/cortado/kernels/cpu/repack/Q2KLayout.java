package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;
import java.util.Arrays;

/**
 * Q2_K: scale d, scale of minima dmin, 16 bytes with a scale sc in the low and a minimum mn in the high nibble, 8
 * chunks of two-bit fields; a weight of run j (16 weights) is d sc[j] q - dmin mn[j].
 */
final class Q2KLayout extends Layout {
    Q2KLayout() {
        super(TensorType.Q2_K, 84, new IntegerForm(16, 0, true));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 84L * b;
            long to = target + 84L * lanes * b;
            putShort(to + 2L * lane, getShort(from + 80));
            putShort(to + 2L * (lanes + lane), getShort(from + 82));
            for (int j = 0; j < 16; j += 4) {
                Planes.bytes(getInt(from + j), j, to + 4L * lanes, lanes, lane);
            }
            for (int c = 0; c < 8; c++) {
                Planes.twoBits(from + 16 + 32 * (c >> 2), 2 * (c & 3), to + (20L + 8 * c) * lanes, lanes, lane);
            }
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.run = 16;
        block.scale = getHalf(groupBlock + 2L * lane);
        block.minScale = getHalf(groupBlock + 2L * (lanes + lane));
        for (int j = 0; j < 16; j++) {
            int both = getByte(groupBlock + (4L + j) * lanes + lane);
            block.scales[j] = both & 15;
            block.mins[j] = both >>> 4 & 15;
        }
        Arrays.fill(block.weights, (byte) 0);
        for (int c = 0; c < 8; c++) {
            Planes.addTwoBits(groupBlock + (20L + 8 * c) * lanes, lanes, lane, 1, block.weights, 32 * c);
        }
    }
}
