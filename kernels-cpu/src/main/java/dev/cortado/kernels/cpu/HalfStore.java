package dev.cortado.kernels.cpu;

import dev.cortado.kernels.cpu.memory.AllMemory;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Keys or values as float16. */
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

    private short[] page(int slot) {
        return pages[slot / PAGE];
    }

    @Override
    public void reserve(int first, int last) {
        for (int page = first / PAGE; page <= last / PAGE; page++) {
            if (pages[page].length == 0) {
                pages[page] = new short[order.pageLength(columns)];
            }
        }
    }

    @Override
    public void put(int slot, float[] x, int at) {
        short[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            page[order.index(slot % PAGE, c, columns)] = Float.floatToFloat16(x[at + c]);
        }
    }

    @Override
    public void get(int slot, float[] x, int at) {
        short[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            x[at + c] = Float.float16ToFloat(page[order.index(slot % PAGE, c, columns)]);
        }
    }

    /** Contiguous on both sides, so that C2 makes one vector conversion of it. */
    @Override
    public void load(int page, int first, float[] out, int at, int count) {
        short[] source = pages[page];
        for (int i = 0; i < count; i++) {
            out[at + i] = Float.float16ToFloat(source[first + i]);
        }
    }

    @Override
    public void save(int slot, MemorySegment target, long at) {
        short[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            target.set(AllMemory.SHORT, at + 2L * c, page[order.index(slot % PAGE, c, columns)]);
        }
    }

    @Override
    public void restore(int slot, MemorySegment source, long at) {
        short[] page = page(slot);
        for (int c = 0; c < columns; c++) {
            page[order.index(slot % PAGE, c, columns)] = source.get(AllMemory.SHORT, at + 2L * c);
        }
    }

    @Override
    public void move(int from, int to) {
        short[] source = page(from);
        short[] target = page(to);
        for (int c = 0; c < columns; c++) {
            target[order.index(to % PAGE, c, columns)] = source[order.index(from % PAGE, c, columns)];
        }
    }
}
