package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;

/** The 8 scales and 8 minima of 6 bits that Q4_K and Q5_K pack into 12 bytes, here a byte each. */
final class KScales {
    private KScales() {}

    /** Expands 12 bytes: each chunk begins with a plane of scales and one of minima. */
    static void interleave(long source, long chunks, long stride, int lanes, int lane) {
        int scales = getInt(source);
        int mins = getInt(source + 4);
        int rest = getInt(source + 8);
        long half = 4 * stride;
        Planes.bytes(scales & 0x3F3F3F3F, chunks, stride, lane);
        Planes.bytes(rest & 0x0F0F0F0F | scales >>> 2 & 0x30303030, chunks + half, stride, lane);
        Planes.bytes(mins & 0x3F3F3F3F, chunks + lanes, stride, lane);
        Planes.bytes(rest >>> 4 & 0x0F0F0F0F | mins >>> 2 & 0x30303030, chunks + half + lanes, stride, lane);
    }

    /** Reads what {@link #interleave} wrote, and the two half-precision scales behind the chunks. */
    static void unpack(long groupBlock, long stride, int lanes, int lane, Block block) {
        block.run = 32;
        block.scale = getHalf(groupBlock + 8 * stride + 2L * lane);
        block.minScale = getHalf(groupBlock + 8 * stride + 2L * (lanes + lane));
        for (int c = 0; c < 8; c++) {
            block.scales[c] = getByte(groupBlock + c * stride + lane);
            block.mins[c] = getByte(groupBlock + c * stride + lanes + lane);
        }
    }
}
