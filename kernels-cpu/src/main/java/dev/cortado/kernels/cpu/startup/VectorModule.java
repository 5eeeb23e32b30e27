package dev.cortado.kernels.cpu.startup;

import dev.cortado.kernels.cpu.vector.Species;

/**
 * Whether the Vector API is there, and how wide it computes. Classes of the vector package may only be touched when it
 * is: without {@code --add-modules jdk.incubator.vector} they cannot be linked.
 */
public final class VectorModule {
    /** The JVM was started with the Vector API. */
    public static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    /** Rows that are interleaved in a group: the int lanes of a vector, 8 where there are none. */
    public static final int LANES = PRESENT ? Species.LANES : 8;

    private VectorModule() {}
}
