package dev.cortado.kernels.cpu.vector;

import java.util.Locale;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * The vector shapes that all kernels compute with: the widest that the CPU prefers, or what the system property
 * {@code cortado.vectorBits} (128, 256 or 512) asks for. Constants, so that C2 compiles one width only.
 */
public final class Species {
    private static final int BITS =
            Integer.getInteger("cortado.vectorBits", IntVector.SPECIES_PREFERRED.vectorBitSize());

    /** One int a lane: a row each in the interleaved layouts. */
    public static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED.withShape(shape(BITS));

    /** As many floats as ints. */
    public static final VectorSpecies<Float> F = I.withLanes(float.class);

    /** Two shorts per int lane. */
    public static final VectorSpecies<Short> S = I.withLanes(short.class);

    /** Four bytes per int lane. */
    public static final VectorSpecies<Byte> B = I.withLanes(byte.class);

    /** As many shorts as there are int lanes: half-precision scales. */
    public static final VectorSpecies<Short> S_PER_LANE = S.withShape(shape(BITS / 2));

    /** As many bytes as there are int lanes, or more: the shortest vector has 8. */
    public static final VectorSpecies<Byte> B_PER_LANE = B.withShape(shape(Math.max(64, BITS / 4)));

    /** Int lanes. */
    public static final int LANES = I.length();

    private Species() {}

    private static VectorShape shape(int bits) {
        return switch (bits) {
            case 64 -> VectorShape.S_64_BIT;
            case 128 -> VectorShape.S_128_BIT;
            case 256 -> VectorShape.S_256_BIT;
            case 512 -> VectorShape.S_512_BIT;
            default ->
                throw new IllegalArgumentException(String.format(
                        Locale.ROOT, "cortado.vectorBits is %d, but only 128, 256 and 512 are vector widths", bits));
        };
    }
}
