package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/** Q5_K: as Q4_K, each chunk with a plane of fifth bits before its nibbles. */
final class Q5KLayout extends Layout {
    private static final long CHUNK = 22;

    Q5KLayout() {
        super(TensorType.Q5_K, 180, new IntegerForm(32, 16, true));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 176L * b;
            long to = target + 180L * lanes * b;
            KScales.interleave(from + 4, to, CHUNK * lanes, lanes, lane);
            for (int c = 0; c < 8; c++) {
                long chunk = to + (CHUNK * c + 2) * lanes;
                putInt(chunk + 4L * lane, Planes.fifthBits(from + 16, c));
                Planes.nibbles(from + 48 + 32 * (c >> 1), 4 * (c & 1), chunk + 4L * lanes, lanes, lane);
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
            long chunk = groupBlock + (CHUNK * c + 2) * lanes;
            Planes.readNibbles(chunk + 4L * lanes, lanes, lane, 0, block.weights, 32 * c);
            Planes.addFifthBits(chunk, lane, 16, block.weights, 32 * c);
        }
    }
}
