package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.putByte;

import dev.cortado.gguf.TensorType;

/** MXFP4: exponent e (E8M0), nibbles that index {@link Tables#E2M1}; a weight is 2^(e - 128) table[q]. */
final class Mxfp4Layout extends Layout {
    Mxfp4Layout() {
        super(TensorType.MXFP4, 17, new IntegerForm(32, 0, false));
    }

    @Override
    public void interleave(long source, int blocks, long target, int lanes, int lane) {
        for (int b = 0; b < blocks; b++) {
            long from = source + 17L * b;
            long to = target + 17L * lanes * b;
            putByte(to + lane, getByte(from));
            Planes.copy(from + 1, 4, to + lanes, lanes, lane);
        }
    }

    @Override
    public void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.single(Tables.halfPowerOfTwo(getByte(groupBlock + lane)));
        Planes.readTable(groupBlock + lanes, lanes, lane, Tables.E2M1, block.weights, 0);
    }
}
