package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/**
 * Q6_K: 8 chunks of two signed scales sc, two-bit fields (the high bits) and nibbles, then scale d; a weight of run j (16
 * weights) is d sc[j] (q - 32).
 */
final class Q6KLayout extends Layout {
    private static final long CHUNK = 26;

    Q6KLayout() {
        super(TensorType.Q6_K, 210, new IntegerForm(16, 0, false));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 210L * b;
            long to = target + 210L * lanes * b;
            for (int c = 0; c < 8; c += 2) {
                Planes.twiceTwoBytes(getInt(from + 192 + 2 * c), to + CHUNK * c * lanes, CHUNK * lanes, lanes, lane);
            }
            for (int c = 0; c < 8; c++) {
                long chunk = to + (CHUNK * c + 2) * lanes;
                int half = c >> 2;
                Planes.twoBits(from + 128 + 32 * half, 2 * (c & 3), chunk, lanes, lane);
                Planes.nibbles(from + 64 * half + 32 * (c & 1), 2 * (c & 2), chunk + 8L * lanes, lanes, lane);
            }
            putShort(to + 8 * CHUNK * lanes + 2L * lane, getShort(from + 208));
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.run = 16;
        block.scale = getHalf(groupBlock + 8 * CHUNK * lanes + 2L * lane);
        block.minScale = 0;
        for (int j = 0; j < 16; j++) {
            block.scales[j] = getByte(groupBlock + (CHUNK * (j >> 1) + (j & 1)) * lanes + lane);
            block.mins[j] = 0;
        }
        for (int c = 0; c < 8; c++) {
            long chunk = groupBlock + (CHUNK * c + 2) * lanes;
            Planes.readNibbles(chunk + 8L * lanes, lanes, lane, 32, block.weights, 32 * c);
            Planes.addTwoBits(chunk, lanes, lane, 16, block.weights, 32 * c);
        }
    }
}
