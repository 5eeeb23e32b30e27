package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/**
 * Q4_K: 8 chunks of a scale sc, a minimum mn (bytes) and nibbles, then scale d, scale of minima dmin; a weight of chunk c
 * is d sc[c] q - dmin mn[c].
 */
final class Q4KLayout extends Layout {
    private static final long CHUNK = 18;

    Q4KLayout() {
        super(TensorType.Q4_K, 148, new IntegerForm(32, 0, true));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 144L * b;
            long to = target + 148L * lanes * b;
            KScales.interleave(from + 4, to, CHUNK * lanes, lanes, lane);
            for (int c = 0; c < 8; c++) {
                Planes.nibbles(from + 16 + 32 * (c >> 1), 4 * (c & 1), to + (CHUNK * c + 2) * lanes, lanes, lane);
            }
            long end = to + 8 * CHUNK * lanes;
            putShort(end + 2L * lane, getShort(from));
            putShort(end + 2L * (lanes + lane), getShort(from + 2));
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        KScales.unpack(groupBlock, CHUNK * lanes, lanes, lane, block);
        for (int c = 0; c < 8; c++) {
            Planes.readNibbles(groupBlock + (CHUNK * c + 2) * lanes, lanes, lane, 0, block.weights, 32 * c);
        }
    }
}
