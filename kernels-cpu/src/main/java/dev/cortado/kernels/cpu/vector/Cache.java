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
     *
     * <p>Eight vectors a step also make it too long to be inlined. With four it became part of a caller that was hot before this
     * had a profile: its calls were not inlined there, and its vectors stayed on the heap for good.
     *
     * @param unused something to store what was read, or C2 would not read it; LANES floats
     */
    static void read(long from, long bytes, float[] unused) {
        IntVector a = IntVector.zero(I);
        IntVector b = IntVector.zero(I);
        IntVector c = IntVector.zero(I);
        IntVector d = IntVector.zero(I);
        IntVector e = IntVector.zero(I);
        IntVector f = IntVector.zero(I);
        IntVector g = IntVector.zero(I);
        IntVector h = IntVector.zero(I);
        long end = from + (bytes & -(32 * LANES));
        for (long p = from; p < end; p += 32 * LANES) {
            a = IntVector.fromMemorySegment(I, SEGMENT, p, LITTLE_ENDIAN).or(a);
            b = IntVector.fromMemorySegment(I, SEGMENT, p + 4 * LANES, LITTLE_ENDIAN).or(b);
            c = IntVector.fromMemorySegment(I, SEGMENT, p + 8 * LANES, LITTLE_ENDIAN).or(c);
            d = IntVector.fromMemorySegment(I, SEGMENT, p + 12 * LANES, LITTLE_ENDIAN).or(d);
            e = IntVector.fromMemorySegment(I, SEGMENT, p + 16 * LANES, LITTLE_ENDIAN).or(e);
            f = IntVector.fromMemorySegment(I, SEGMENT, p + 20 * LANES, LITTLE_ENDIAN).or(f);
            g = IntVector.fromMemorySegment(I, SEGMENT, p + 24 * LANES, LITTLE_ENDIAN).or(g);
            h = IntVector.fromMemorySegment(I, SEGMENT, p + 28 * LANES, LITTLE_ENDIAN).or(h);
        }
        a = a.or(b).or(c.or(d));
        e = e.or(f).or(g.or(h));
        a.or(e).reinterpretAsFloats().intoArray(unused, 0);
    }
}
