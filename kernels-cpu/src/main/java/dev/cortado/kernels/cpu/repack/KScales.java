package dev.cortado.kernels.cpu.repack;

import static dev.cortado.kernels.cpu.memory.AllMemory.getByte;
import static dev.cortado.kernels.cpu.memory.AllMemory.getHalf;
import static dev.cortado.kernels.cpu.memory.AllMemory.getInt;

/** The 8 scales and 8 minima of 6 bits that Q4_K and Q5_K pack into 12 bytes, here a byte each. */
final class KScales {
    private KScales() {}

    /** Expands 12 bytes into 8 planes of scales and 8 of minima. */
    static void interleave(long source, long planes, int lanes, int lane) {
        int scales = getInt(source);
        int mins = getInt(source + 4);
        int rest = getInt(source + 8);
        Planes.bytes(scales & 0x3F3F3F3F, 0, planes, lanes, lane);
        Planes.bytes(rest & 0x0F0F0F0F | scales >>> 2 & 0x30303030, 4, planes, lanes, lane);
        Planes.bytes(mins & 0x3F3F3F3F, 8, planes, lanes, lane);
        Planes.bytes(rest >>> 4 & 0x0F0F0F0F | mins >>> 2 & 0x30303030, 12, planes, lanes, lane);
    }

    /** Reads the head of a group-block: two half-precision scales, then the planes. */
    static void unpack(long groupBlock, int lanes, int lane, Block block) {
        block.run = 32;
        block.scale = getHalf(groupBlock + 2L * lane);
        block.minScale = getHalf(groupBlock + 2L * (lanes + lane));
        for (int c = 0; c < 8; c++) {
            block.scales[c] = getByte(groupBlock + (4L + c) * lanes + lane);
            block.mins[c] = getByte(groupBlock + (12L + c) * lanes + lane);
        }
    }
}
