package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;
import java.util.Arrays;

/**
 * Q3_K: 8 chunks of two signed scales sc, two-bit fields (the low bits) and one plane of third bits, then scale d; a
 * weight of run j (16 weights) is d sc[j] (q - 4).
 */
final class Q3KLayout extends Layout {
    private static final long CHUNK = 14;

    Q3KLayout() {
        super(TensorType.Q3_K, 114, new IntegerForm(16, 0, false));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 110L * b;
            long to = target + 114L * lanes * b;
            interleaveScales(from + 96, to, lanes, lane);
            for (int c = 0; c < 8; c++) {
                long chunk = to + (CHUNK * c + 2) * lanes;
                Planes.twoBits(from + 32 + 32 * (c >> 2), 2 * (c & 3), chunk, lanes, lane);
                putInt(chunk + 8L * lanes + 4L * lane, Planes.fifthBits(from, c));
            }
            putShort(to + 8 * CHUNK * lanes + 2L * lane, getShort(from + 108));
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
        Arrays.fill(block.weights, (byte) -4);
        for (int c = 0; c < 8; c++) {
            long chunk = groupBlock + (CHUNK * c + 2) * lanes;
            Planes.addTwoBits(chunk, lanes, lane, 1, block.weights, 32 * c);
            Planes.addFifthBits(chunk + 8L * lanes, lane, 4, block.weights, 32 * c);
        }
    }

    /** 16 scales of 6 bits: 4 low bits in the nibbles of 8 bytes, 2 high bits in 4 bytes; 32 is subtracted. */
    private static void interleaveScales(long source, long chunks, int lanes, int lane) {
        int low = getInt(source);
        int next = getInt(source + 4);
        int high = getInt(source + 8);
        scales(low & 0x0F0F0F0F | high << 4 & 0x30303030, chunks, lanes, lane);
        scales(next & 0x0F0F0F0F | high << 2 & 0x30303030, chunks + 2 * CHUNK * lanes, lanes, lane);
        scales(low >>> 4 & 0x0F0F0F0F | high & 0x30303030, chunks + 4 * CHUNK * lanes, lanes, lane);
        scales(next >>> 4 & 0x0F0F0F0F | high >>> 2 & 0x30303030, chunks + 6 * CHUNK * lanes, lanes, lane);
    }

    private static void scales(int four, long chunk, int lanes, int lane) {
        Planes.twiceTwoBytes(signed(four), chunk, CHUNK * lanes, lanes, lane);
    }

    /** Subtracts 32 from four bytes below 64: flip bit 5, then copy it to the bits above. */
    private static int signed(int bytes) {
        int flipped = bytes ^ 0x20202020;
        return flipped | (flipped & 0x20202020) << 1 | (flipped & 0x20202020) << 2;
    }
}
