package dev.cortado.kernels.cpu.vector;

import static dev.cortado.kernels.cpu.memory.AllMemory.SEGMENT;
import static dev.cortado.kernels.cpu.vector.Species.I;
import static dev.cortado.kernels.cpu.vector.Species.LANES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import jdk.incubator.vector.IntVector;

/** Brings weights into the second-level cache. */
final class Cache {
    private Cache() {}

    /**
     * Reads everything once and does nothing with it. The loops that multiply reach a few lines ahead only: together with
     * this one, which reads at the memory's speed, they take two thirds of their time alone.
     */
    static int read(long from, long bytes) {
        IntVector a = IntVector.zero(I);
        IntVector b = IntVector.zero(I);
        IntVector c = IntVector.zero(I);
        IntVector d = IntVector.zero(I);
        int whole = (int) bytes & -(16 * LANES);
        for (int i = 0; i < whole; i += 16 * LANES) {
            a = a.or(IntVector.fromMemorySegment(I, SEGMENT, from + i, LITTLE_ENDIAN));
            b = b.or(IntVector.fromMemorySegment(I, SEGMENT, from + (i + 4 * LANES), LITTLE_ENDIAN));
            c = c.or(IntVector.fromMemorySegment(I, SEGMENT, from + (i + 8 * LANES), LITTLE_ENDIAN));
            d = d.or(IntVector.fromMemorySegment(I, SEGMENT, from + (i + 12 * LANES), LITTLE_ENDIAN));
        }
        return a.or(b).or(c.or(d)).lane(0);
    }
}
