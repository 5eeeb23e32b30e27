package dev.cortado.kernels.cpu;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Floats of one layer's keys or values in one number format: {@code columns} a slot, kept in pages of
 * {@value #PAGE} slots that come into being when first written. Formats differ in precision only.
 *
 * <p>Element order within a page serves the products: {@link Order#KEYS} puts sixteen slots side by side (lanes are keys
 * in q k^T), {@link Order#VALUES} sixteen columns (lanes are columns in p v). Halves have an order of their own.
 */
interface KvStore {
    /** Slots of a page, and of a tile of attention. */
    int PAGE = 64;

    /** Which neighbours lie side by side. */
    enum Order {
        /** [slot / 16][column][slot % 16]. */
        KEYS,
        /** [column / 16][slot][column % 16]. */
        VALUES;

        /** Elements of a page. */
        int pageLength(int columns) {
            return this == KEYS ? columns * PAGE : Tile.strips(columns) * Tile.STRIP * PAGE;
        }

        /** Index in its page of the first line that {@link KvStore#load} is to write. */
        int line(int strip, int first, int columns) {
            return (strip * (this == KEYS ? columns : PAGE) + first) * Tile.STRIP;
        }

        /** Index in its page of a column of a slot of the page. */
        int index(int slot, int column, int columns) {
            return this == KEYS
                    ? ((slot >> 4) * columns + column) * Tile.STRIP + (slot & 15)
                    : ((column >> 4) * PAGE + slot) * Tile.STRIP + (column & 15);
        }
    }

    /** Makes sure that the pages of slots first to last are there; not safe beside other calls. */
    void reserve(int first, int last);

    /** Writes one slot's columns; its page was reserved. */
    void put(int slot, float[] x, int at);

    /** Reads one slot's columns. */
    void get(int slot, float[] x, int at);

    /**
     * Writes lines of sixteen to out[at...]: in keys sixteen slots from {@code 16 * strip} on, a line for each column from
     * {@code first} on, in values sixteen columns from {@code 16 * strip} on, a line for each slot.
     */
    void load(int page, int strip, int first, int lines, float[] out, int at, Halves halves);

    /** The numbers of a page in the order of {@link Order}, where they are floats; else null. */
    default float @Nullable [] floats(int page) {
        return null;
    }

    /**
     * The numbers of a page, for {@link Halves}, where they are halves; else null. Keys lie as [column][slot], values as
     * [column / 64][slot][column % 64].
     */
    default short @Nullable [] halves(int page) {
        return null;
    }

    /** Writes one slot at byte {@code at} of {@code target} as {@link dev.cortado.engine.backend.KvCache#save} says. */
    void save(int slot, MemorySegment target, long at);

    /** The inverse of {@link #save}; the slot's page was reserved. */
    void restore(int slot, MemorySegment source, long at);

    /** Copies one slot to another without a change of precision. */
    void move(int from, int to);
}
