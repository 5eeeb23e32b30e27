package dev.cortado.kernels.cpu.vector;

import jdk.incubator.vector.ByteVector;

/** Tables of 16 bytes that nibbles select from. */
final class Lookup {
    private Lookup() {}

    /** The table over and over until the vector is full. */
    static ByteVector repeated(byte[] table) {
        byte[] all = new byte[Species.B.length()];
        for (int i = 0; i < all.length; i++) {
            all[i] = table[i % table.length];
        }
        return ByteVector.fromArray(Species.B, all, 0);
    }
}
