package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/**
 * Q6_K: scale d, 16 signed scales sc, 8 chunks of two-bit fields (the high bits) and nibbles; a weight of run j (16
 * weights) is d sc[j] (q - 32).
 */
final class Q6KLayout extends Layout {
    Q6KLayout() {
        super(TensorType.Q6_K, 210, new IntegerForm(16, 0, false));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 210L * b;
            long to = target + 210L * lanes * b;
            putShort(to + 2L * lane, getShort(from + 208));
            for (int j = 0; j < 16; j += 4) {
                Planes.bytes(getInt(from + 192 + j), j, to + 2L * lanes, lanes, lane);
            }
            for (int c = 0; c < 8; c++) {
                long chunk = to + (18L + 24 * c) * lanes;
                int half = c >> 2;
                Planes.twoBits(from + 128 + 32 * half, 2 * (c & 3), chunk, lanes, lane);
                Planes.nibbles(from + 64 * half + 32 * (c & 1), 2 * (c & 2), chunk + 8L * lanes, lanes, lane);
            }
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.run = 16;
        block.scale = getHalf(groupBlock + 2L * lane);
        block.minScale = 0;
        for (int j = 0; j < 16; j++) {
            block.scales[j] = getByte(groupBlock + (2L + j) * lanes + lane);
            block.mins[j] = 0;
        }
        for (int c = 0; c < 8; c++) {
            long chunk = groupBlock + (18L + 24 * c) * lanes;
            Planes.readNibbles(chunk + 8L * lanes, lanes, lane, 32, block.weights, 32 * c);
            Planes.addTwoBits(chunk, lanes, lane, 16, block.weights, 32 * c);
        }
    }
}
