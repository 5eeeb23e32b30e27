package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Keys or values as float16. All slots of a page lie side by side for keys, and sixty-four columns for values, so that
 * {@link Halves} read a page in one sequence, head after head: memory is what a token with a long context waits for.
 */
final class HalfStore implements KvStore {
    private static final short[] EMPTY = {};
    private final Order order;
    private final int columns;
    private final short[][] pages;

    HalfStore(Order order, int columns, int capacity) {
        this.order = order;
        this.columns = columns;
        pages = new short[(capacity + PAGE - 1) / PAGE][];
        Arrays.fill(pages, EMPTY);
    }

    @Override
    public short[] halves(int page) {
        return pages[page];
    }

    private int pageLength() {
        int lines = order == Order.KEYS ? columns : (columns + Halves.COLUMNS - 1) / Halves.COLUMNS * PAGE;
        return lines * Halves.COLUMNS;
    }

    private int index(int slot, int column) {
        return order == Order.KEYS
                ? column * Halves.COLUMNS + slot % PAGE
                : (column / Halves.COLUMNS * PAGE + slot % PAGE) * Halves.COLUMNS + column % Halves.COLUMNS;
    }

    private short[] page(int slot) {
        return pages[slot / PAGE];
    }

    @Override
    public void reserve(int first, int last) {
        for (int page = first / PAGE; page <= last / PAGE; page++) {
            if (pages[page].length == 0) {
                pages[page] = new short[pageLength()];
            }
        }
    }

    @Override
    public void put(int slot, float[] x, int at) {
        short[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            page[index(slot, c)] = Float.floatToFloat16(x[at + c]);
        }
    }

    @Override
    public void get(int slot, float[] x, int at) {
        short[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            x[at + c] = Float.float16ToFloat(page[index(slot, c)]);
        }
    }

    @Override
    public void load(int page, int strip, int first, int lines, float[] out, int at, Halves halves) {
        int inLine = strip * Tile.STRIP % Halves.COLUMNS;
        int group = strip * Tile.STRIP / Halves.COLUMNS; // of values, for keys have one
        halves.strip(pages[page], (group * PAGE + first) * Halves.COLUMNS + inLine, lines, out, at);
    }

    @Override
    public void save(int slot, MemorySegment target, long at) {
        short[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            target.set(AllMemory.SHORT, at + 2L * c, page[index(slot, c)]);
        }
    }

    @Override
    public void restore(int slot, MemorySegment source, long at) {
        short[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            page[index(slot, c)] = source.get(AllMemory.SHORT, at + 2L * c);
        }
    }

    @Override
    public void move(int from, int to) {
        short[] source = page(from);
        short[] target = page(to);
        for (int c = 0; c < columns; c++) {
            target[index(to, c)] = source[index(from, c)];
        }
    }
}
