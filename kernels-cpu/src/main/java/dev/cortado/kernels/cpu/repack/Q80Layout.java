package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;
import static dev.cortado.kernels.cpu.memory.AllMemory.getShort;
import static dev.cortado.kernels.cpu.memory.AllMemory.putShort;

import dev.cortado.gguf.TensorType;

/** Q8_0: scale d, 8 planes of four bytes; a weight is d q. */
final class Q80Layout extends Layout {
    Q80Layout() {
        super(TensorType.Q8_0, 34, null);
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 34L * b;
            long to = target + 34L * lanes * b;
            putShort(to + 2L * lane, getShort(from));
            Planes.copy(from + 2, 8, to + 2L * lanes, lanes, lane);
        }
    }

    @Override
    public Transposition transposition() {
        return new Transposition(1, 8);
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.single(getHalf(groupBlock + 2L * lane));
        for (int i = 0; i < 8; i++) {
            int q = getInt(groupBlock + 2L * lanes + 4L * (lanes * i + lane));
            block.weights[4 * i] = (byte) q;
            block.weights[4 * i + 1] = (byte) (q >> 8);
            block.weights[4 * i + 2] = (byte) (q >> 16);
            block.weights[4 * i + 3] = (byte) (q >> 24);
        }
    }
}
